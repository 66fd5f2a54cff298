import { tensor, type Tensor } from '../src/array/index.ts'
import { solve } from '../src/linalg/index.ts'
import {
  add,
  compile,
  div,
  grad,
  matmul,
  mean,
  mul,
  relu,
  square,
  sub,
  sum,
  transpose,
} from '../src/ops/index.ts'
import { gaussianMatrix, normal, rademacher, type Stream } from '../src/random/index.ts'
import { levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim, SlopePrediction } from './claim.ts'
import { scalingFigure } from './figures.ts'

/*
 * Networks with dropout become deterministic as they grow wide.
 *
 * Adler, Kook, Yahalom & others, "Stochastic neural networks with infinite width are deterministic"
 * (arXiv:2201.12724): at the optimum the variance of a stochastic network's prediction on its training set tends to 0
 * as the width grows.
 *
 *     f(x) = Σ_j c_j ξ_j h_j(x)/p,  h = relu(Wx)      m      width
 *     ξ_j     Bernoulli(p), independent               ρ      (1 - p)/p
 *     n       training points (x_i, y_i)              Var    ρ Σ_j c_j² h_j(x)²
 *
 * What is judged is derived: over ξ the expected squared error of a point is its bias squared plus Var, so that the
 * optimum is a ridge regression. With c optimal for fixed features, Var on the training set falls like 1/m; for one
 * point with constant features it is ρ m y²/(m + ρ)² exactly. With W and c trained together by gradient descent on the
 * expected loss, the paper's statement is that it falls; its rate is measured.
 *
 * A run shows this at the widths tried. It says nothing about points outside of the training set.
 */

interface DropoutCell extends Cell {
  readonly width: number
  /** Output weights optimal for random features, all weights trained, or none. */
  readonly fit: 'optimal' | 'trained' | 'none'
  readonly features: 'random' | 'constant'
}

type DropoutMeasurement = Readonly<Record<'variance' | 'exact', number>>

const [points, inputs] = [4, 16]
/** Half of the units are dropped: ρ = 1. */
const rho = 1
const steps = 300
const claimWeight = 1 / 64

function cell(width: number, fit: DropoutCell['fit'], block: number): DropoutCell {
  const [id, label] = [`${fit}/${width}`, `${fit}, width ${width}`]
  return { id, label, sizes: { m: width }, block, width, fit, features: 'random' }
}

/** Mean over the points of ρ Σ_j c_j² h_j². `h` is [n, m], `c` [m]. */
function variance(h: Tensor, c: Tensor): Tensor {
  return mul(mean(matmul(square(h), square(c))), rho)
}

/** The expected squared error over ξ: mean of bias² + Var. */
function expectedLoss(h: Tensor, c: Tensor, y: Tensor): Tensor {
  return add(mean(square(sub(matmul(h, c), y))), variance(h, c))
}

/** The optimal c: with D = ρ Σ_i diag(h_i²), c = D⁻¹Hᵀ(HD⁻¹Hᵀ + I)⁻¹y. Units that no point activates get 0. */
export function optimalOutput(h: Tensor, y: Tensor): Tensor {
  const energy = sum(square(h), [0]).data
  const inverse = tensor(Float64Array.from(energy, (e) => (e > 0 ? 1 / (rho * e) : 0)))
  const scaled = mul(h, inverse)
  const n = h.shape[0]!
  const identity = tensor(
    Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  )
  return matmul(transpose(scaled), solve(add(matmul(scaled, transpose(h)), identity), y))
}

type Weights = readonly [w: Tensor, a: Tensor]

const networkLoss = ([w, a]: Weights, x: Tensor, y: Tensor): Tensor => {
  const [m, d] = w.shape as [number, number]
  const h = relu(div(matmul(x, transpose(w)), Math.sqrt(d)))
  return expectedLoss(h, div(a, Math.sqrt(m)), y)
}
const slopes = compile(grad(networkLoss))

/** Gradient descent with step 1/2 on weights of order one, in the NTK scaling. */
function trained(weights: Weights, x: Tensor, y: Tensor): Weights {
  let current = weights
  for (let step = 0; step < steps; step++) {
    const [dw, da] = slopes(current, x, y)
    current = [sub(current[0], mul(dw, 0.5)), sub(current[1], mul(da, 0.5))]
  }
  return current
}

function experiment({ width, fit, features }: DropoutCell, source: Stream): DropoutMeasurement {
  const x = gaussianMatrix(source.child('points'), points, inputs, { variance: 1 })
  const y = tensor(rademacher(source.child('labels'), points))
  const w = gaussianMatrix(source.child('weights'), width, inputs, { variance: 1 })
  const a = tensor(normal(source.child('output'), width))
  // Training starts from outputs of 0: in this scaling it would take m steps to forget others.
  const zero = tensor(new Float64Array(width))
  const [finalW, finalA] = fit === 'trained' ? trained([w, zero], x, y) : [w, a]
  const flat = features === 'constant'
  const h = flat
    ? tensor(new Float64Array(points * width).fill(1), [points, width])
    : relu(div(matmul(x, transpose(finalW)), Math.sqrt(inputs)))
  const target = flat ? tensor(new Float64Array(points).fill(1)) : y
  const c = fit === 'optimal' ? optimalOutput(h, target) : div(finalA, Math.sqrt(width))
  const found = variance(h, c).item()
  // Exact where all features are 1, and the target with them.
  const formula = (rho * width) / ((width + rho) * (width + rho))
  return { variance: found, exact: Math.abs(found / formula - 1) }
}

const optimalCells = ['optimal/64', 'optimal/256', 'optimal/1024'] as const
const trainedCells = ['trained/16', 'trained/64', 'trained/256'] as const

/** Enough trials: slopeCap is for half-normal measurements, whose logarithms spread more than these. */
function capFor(cells: readonly string[], margin: number, weight: number): number {
  const sizes = cells.map((id) => Number(id.split('/')[1]))
  const alpha = levelOf(claimWeight, weight)
  return slopeCap({ sizes, blocks: sizes.map(() => 10), level: 0.5, margin, bias: margin / 10, alpha })
}

function trainedSlope(
  id: string,
  budget: 'quick' | 'standard',
  target: number,
  margin: number,
  weight: number,
): SlopePrediction<DropoutCell, DropoutMeasurement> {
  return {
    ...{ kind: 'slope', id, budget, weight, target, margin, level: 0.5, family: 'trained', side: 'atMost' },
    says: 'all weights trained: the variance falls with the width',
    cells: trainedCells,
    needs: ['fitted'],
    marginReason:
      'the statement is that it falls; an exponent above -0.3 would be too slow to tell from none. Chosen on seeds 0 to 99, where it is -0.6: slower than -1, as gradient descent stops short of the optimum',
    cap: capFor(trainedCells, 0.3, weight),
    of: ({ variance }) => variance,
  }
}

export const dropoutVariance: Claim<DropoutCell, DropoutMeasurement> = {
  id: 'dropout-variance',
  title: 'Dropout’s variance on the training set falls with the width of the network',
  source: {
    kind: 'derived',
    where:
      'exact instances of Adler et al., Stochastic neural networks with infinite width are deterministic',
    url: 'https://arxiv.org/abs/2201.12724',
  },
  statement: {
    text: 'At the optimum of the expected squared error under dropout, the variance of the prediction at training points falls like 1/m for fixed features; with all weights trained it falls too.',
    formula: 'ρ Σ_j c_j² h_j(x_i)² = O(1/m),  and ρ m y²/(m + ρ)² for constant features',
  },
  symbols: { m: 'width', ρ: 'rho', ξ_j: 'never drawn: the expectation over them is taken exactly' },
  shows: {
    can: 'that the variance on 4 training points falls like 1/m for optimal outputs, and falls for trained networks, at widths up to 1024',
    cannot: 'anything about other points, or the limit itself',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'fitted', says: 'the weights minimise the expected loss', holds: ({ fit }) => fit !== 'none' },
    {
      id: 'constant',
      says: 'constant features, for the formula',
      holds: ({ features }) => features === 'constant',
    },
  ],
  cells: [
    { ...cell(64, 'optimal', 1), id: 'constant', label: 'constant features', features: 'constant' },
    ...[64, 256, 1024].map((m) => cell(m, 'optimal', 20)),
    ...[16, 64, 256].map((m) => cell(m, 'trained', 10)),
  ],
  experiment,
  predictions: [
    {
      ...{ kind: 'every', id: 'formula', budget: 'quick', weight: 0.2, cells: ['constant'], cap: 1 },
      says: 'constant features: the variance is ρm/(m + ρ)²',
      margin: 1e-10,
      marginReason: 'a system of 4 equations, solved to 1e-14 times its condition number of at most 10³',
      of: ({ exact }) => exact,
    },
    {
      ...{ kind: 'slope', id: 'optimal', budget: 'quick', weight: 0.2, target: -1, margin: 0.15, level: 0.5 },
      says: 'optimal outputs: the variance falls like 1/m',
      cells: optimalCells,
      needs: ['fitted'],
      marginReason:
        'with 4 points in 16 dimensions the kernel is well conditioned, and the correction of relative order 10/m; the rest is the departure worth reporting',
      cap: capFor(optimalCells, 0.15, 0.2),
      of: ({ variance }) => variance,
    },
    trainedSlope('trained', 'quick', -0.6, 0.3, 0.3),
  ],
  controls: [
    {
      ...{ id: 'untrained', breaks: 'fitted', predicts: 'optimal', value: 0, weight: 0.15 },
      cap: capFor(optimalCells, 0.15, 0.15),
      says: 'an untrained network keeps its variance',
      alter: (cell) => ({ ...cell, fit: 'none' }),
    },
    {
      ...{
        id: 'random-features',
        breaks: 'constant',
        predicts: 'formula',
        value: 0.1,
        weight: 0.15,
        cap: 20,
      },
      says: 'the formula for constant features does not hold for others',
      alter: (cell) => ({ ...cell, features: 'random' }),
    },
  ],
  figures: (result) => [
    scalingFigure(result, {
      id: 'dropout-variance',
      title: 'Variance of the prediction at the training points',
      caption: 'Optimal output weights on random features. Every dot is one network.',
      ...{ of: 'variance', label: 'variance', size: 'm', predictions: ['optimal'], quantile: 'median' },
      theory: (m) => (rho * m) / ((m + rho) * (m + rho)),
    }),
    scalingFigure(result, {
      id: 'dropout-trained',
      title: 'The same for trained networks',
      caption: 'All weights trained for 300 steps from outputs of 0 on the expected loss.',
      ...{ of: 'variance', label: 'variance', size: 'm', predictions: ['trained'], quantile: 'median' },
      theory: (m) => rho / m,
    }),
  ],
}
