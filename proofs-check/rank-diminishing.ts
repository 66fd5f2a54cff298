import { dot, tensor, Tensor } from '../src/array/index.ts'
import { qr, svd } from '../src/linalg/index.ts'
import { log } from '../src/math/index.ts'
import { add, matmul } from '../src/ops/index.ts'
import { gaussianMatrix, normal, type Stream } from '../src/random/index.ts'
import { levelOf, meanCap } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { normalMedianCap } from './normal-caps.ts'

/*
 * The rank of a network's Jacobian falls with depth.
 *
 * Feng, Zheng, Huang, Zhao, Jordan & Zha, "Rank diminishing in deep neural networks" (NeurIPS 2022,
 * arXiv:2206.06072): composition can only lower the rank of the Jacobian, and for random layers the numerical rank
 * collapses, at rates given by Lyapunov exponents.
 *
 *     J_k     Jacobian of the first k layers     n     width of every layer
 *     σ_i     singular values, descending        L     layers
 *     A_k     derivative of layer k: N(0, 1/n) entries, or N(0, 2/n) with the rows of inactive units set to zero
 *
 * What is judged is derived. Composition: J_{k+1} = A J_k gives σ_i(J_{k+1}) ≤ ‖A‖ σ_i(J_k) for every i, the
 * inequality behind rank(AB) ≤ min(rank A, rank B). Rates: for independent N(0, 1/n) layers the i-th Lyapunov
 * exponent is ½[log(2/n) + ψ((n - i + 1)/2)] (Newman, Commun. Math. Phys. 103, 1986), ψ the digamma function.
 * The numerical rank counts the singular values above σ₁/1000.
 *
 * A run shows these for random layers of one width. The rank of the features of a sample, which may rise through a
 * nonlinear layer, is another thing and not tested.
 */

interface RankCell extends Cell {
  readonly width: number
  readonly depth: number
  readonly layers: 'gaussian' | 'orthogonal'
  readonly units: 'linear' | 'relu'
  /** J_{k+1} = A J_k, or A J_k + I as with a connection that skips all layers. */
  readonly chain: 'composed' | 'skipped'
}

type RankMeasurement = Readonly<Record<'first' | 'middle' | 'last' | 'rank' | 'excess', number>>

const width = 10
const claimWeight = 1 / 64

function cell(depth: number, units: RankCell['units'], block: number): RankCell {
  const [id, label] = [`${units}/${depth}`, `${units}, ${depth} layers`]
  const fixed = { width, layers: 'gaussian', chain: 'composed' } as const
  return { id, label, sizes: { L: depth, n: width }, block, depth, units, ...fixed }
}

/** ψ(x) for x > 0: recurrence up to 8, then the asymptotic series (Abramowitz & Stegun 6.3.18), to 1e-12. */
export function digamma(x: number): number {
  if (x < 8) return digamma(x + 1) - 1 / x
  const y = 1 / (x * x)
  return log(x) - 1 / (2 * x) - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))
}

/** The i-th Lyapunov exponent of N(0, 1/n) layers, i from 1. */
export function lyapunov(n: number, i: number): number {
  return (log(2 / n) + digamma((n - i + 1) / 2)) / 2
}

function layer({ layers, units }: RankCell, source: Stream): Tensor {
  const drawn = gaussianMatrix(source, width, width, { variance: (units === 'relu' ? 2 : 1) / width })
  return layers === 'gaussian' ? drawn : qr(drawn).q
}

/** The derivative of a ReLU layer at h, with the activations that follow. */
function masked(weights: Tensor, h: Float64Array): readonly [Tensor, Float64Array] {
  const rows = Float64Array.from(weights.data)
  const next = new Float64Array(width)
  for (let i = 0; i < width; i++) {
    const row = rows.subarray(i * width, (i + 1) * width)
    next[i] = Math.max(0, dot(row, h))
    if (next[i] === 0) row.fill(0)
  }
  return [tensor(rows, [width, width]), next]
}

/** Depth at which the numerical rank is counted, and the composition inequality checked: products stay resolved. */
const shallow = 40

function experiment(cell: RankCell, source: Stream): RankMeasurement {
  const { depth, units, chain } = cell
  let basis = identity
  let product = identity
  let before = new Float64Array(width).fill(1)
  let h: Float64Array = normal(source.child('input'), width)
  let excess = 0
  const growth = new Float64Array(width)
  for (let k = 0; k < depth; k++) {
    const weights = layer(cell, source.child(`layer ${k}`))
    const [derivative, next] = units === 'relu' ? masked(weights, h) : [weights, h]
    h = next
    const { q, r } = qr(matmul(derivative, basis))
    basis = q
    for (let i = 0; i < width; i++) growth[i]! += log(Math.abs(r.data[i * (width + 1)]!))
    if (k >= shallow) continue
    product = matmul(derivative, product)
    if (chain === 'skipped') product = add(product, identity)
    const after = Float64Array.from(svd(product, { vectors: false }).s.data)
    const norm = svd(derivative, { vectors: false }).s.data[0]!
    after.forEach((sigma, i) => {
      const allowed = norm * before[i]!
      // A network whose units all died has the product 0, and stays there.
      if (sigma > allowed) excess = Math.max(excess, (sigma - allowed) / (norm * before[0]!))
    })
    before = after
  }
  const resolved = before.filter((sigma) => sigma > before[0]! / 1000).length
  const [first, middle, last] = [0, 4, 9].map((i) => growth[i]! / depth) as [number, number, number]
  return { first, middle, last, rank: resolved, excess }
}

const identity = tensor(
  Float64Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0)),
  [width, width],
)

/** The standard deviation of log |R_ii| of one layer is √ψ′/2, below 1.2 for a single degree of freedom. */
const deviation = (depth: number): number => 1.2 / Math.sqrt(depth)

function exponent(name: 'first' | 'middle' | 'last', i: number, weight: number) {
  const margin = 0.1
  const alpha = levelOf(claimWeight, weight)
  return {
    kind: 'quantile' as const,
    id: `exponent-${i}`,
    says: `Lyapunov exponent ${i} of ${width} is ½[log(2/n) + ψ((n - i + 1)/2)]`,
    budget: 'quick' as const,
    weight,
    cells: ['linear/200'] as const,
    needs: ['gaussian'],
    level: 0.5,
    target: lyapunov(width, i),
    margin,
    marginReason:
      'exact in the mean; the median of 200 layers’ mean is within 0.01 of it; the rest is the departure worth reporting',
    cap: normalMedianCap({ deviation: deviation(200), margin, bias: 0.01, alpha, block: 20 }),
    of: (measured: RankMeasurement) => measured[name],
  }
}

const rankPlan = { low: 1, high: 10, target: 3, margin: 1, truth: 2.9, variance: 0.6 }

export const rankDiminishing: Claim<RankCell, RankMeasurement> = {
  id: 'rank-diminishing',
  title:
    'Composition never raises the singular values of a Jacobian beyond the norm of a layer; random layers let its rank collapse',
  source: {
    kind: 'derived',
    where: 'the composition rule of Feng et al. 2022, and Newman 1986 for the exponents',
    url: 'https://arxiv.org/abs/2206.06072',
  },
  statement: {
    text: 'The singular values of the Jacobian of k + 1 layers are at most the norm of the last layer times those of k layers. For independent Gaussian layers they grow with the exponents of Newman, all different, so that the numerical rank falls with depth.',
    formula: 'σ_i(A J_k) ≤ ‖A‖ σ_i(J_k),  (1/L) log σ_i(J_L) → ½[log(2/n) + ψ((n - i + 1)/2)]',
  },
  symbols: { J_k: 'product', A: 'derivative', n: 'width', L: 'depth', 'rank above σ₁/1000': 'rank' },
  shows: {
    can: 'that the inequality holds for linear and ReLU layers of width 10, and that exponents and numerical rank are those of Gaussian products',
    cannot: 'that trained layers lose rank, or how the rank of features of a sample behaves',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'gaussian',
      says: 'layers with independent N(0, 1/n) entries',
      holds: ({ layers }) => layers === 'gaussian',
    },
    {
      id: 'composed',
      says: 'every layer sees the one before it only',
      holds: ({ chain }) => chain === 'composed',
    },
  ],
  cells: [cell(200, 'linear', 20), cell(40, 'relu', 50), cell(40, 'linear', 50)],
  experiment,
  predictions: [
    {
      ...{ kind: 'every', id: 'composition', budget: 'quick', weight: 0.2, needs: ['composed'] },
      says: 'no singular value grows by more than the norm of the layer',
      cells: ['relu/40', 'linear/40'],
      margin: 1e-12,
      marginReason:
        'in units of the largest singular value: the error of a decomposition is of 10·n·u, 1e-14',
      cap: 400,
      of: ({ excess }) => excess,
    },
    exponent('first', 1, 0.15),
    exponent('middle', 5, 0.15),
    exponent('last', 10, 0.15),
    {
      ...{
        kind: 'mean',
        id: 'rank',
        budget: 'quick',
        weight: 0.15,
        cells: ['linear/40'],
        needs: ['gaussian'],
      },
      says: 'after 40 layers about 3 of 10 singular values are above a thousandth of the first',
      range: [1, 10],
      ...{ target: rankPlan.target, margin: rankPlan.margin },
      marginReason:
        'the exponents put the fourth singular value at e^(-40·0.17) ≈ 1/1000 of the first: 2.9 ± 0.1 by simulation with numpy; the rest is the departure worth reporting',
      ...(({ trials, bet }) => ({ cap: trials, bet }))(
        meanCap({ ...rankPlan, alpha: levelOf(claimWeight, 0.15), block: 50 }),
      ),
      of: ({ rank }) => rank,
    },
  ],
  controls: [
    {
      ...{ id: 'orthogonal', breaks: 'gaussian', predicts: 'rank', value: 10, weight: 0.07, cap: 2000 },
      says: 'orthogonal layers keep rank 10',
      alter: (cell) => ({ ...cell, layers: 'orthogonal' }),
    },
    {
      ...{
        id: 'orthogonal-exponent',
        breaks: 'gaussian',
        predicts: 'exponent-10',
        value: 0,
        weight: 0.06,
        cap: 4000,
      },
      says: 'orthogonal layers have exponents 0',
      alter: (cell) => ({ ...cell, layers: 'orthogonal' }),
    },
    {
      ...{ id: 'skipped', breaks: 'composed', predicts: 'composition', value: 0.01, weight: 0.07, cap: 1000 },
      says: 'a connection that skips all layers is added',
      alter: (cell) => ({ ...cell, chain: 'skipped' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'numerical-rank',
      title: 'Singular values above a thousandth of the first, of 10',
      caption: 'Products of random layers of width 10 at depth 40. Every dot is one product.',
      ...{ of: 'rank', label: 'numerical rank', size: 'L', predictions: ['rank'] },
    }),
  ],
}
