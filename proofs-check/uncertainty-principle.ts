import { tensor } from '../src/array/index.ts'
import { exp } from '../src/math/index.ts'
import { add, grad, matmul, mul, outer, softplus, sum, tanh } from '../src/ops/index.ts'
import { normal, type Stream } from '../src/random/index.ts'
import type { Cell, Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * The uncertainty principle of neural networks.
 *
 * Zhang, Xu, Wang, Liu & Zhang, "On the uncertainty principle of neural networks" (arXiv:2205.01493, 2402.10983):
 * with the normalised loss as a wave function ψ, an input x and p = -i d/dx satisfy Δx Δp ≥ 1/2, from which they
 * conclude that accuracy and robustness exclude each other.
 *
 *     ψ     loss over its L² norm, on the real line      Δx²     ∫ (x - ⟨x⟩)² ψ²
 *     f     a random tanh network with biases            Δp²     ∫ ψ′², as ψ is real
 *
 * What is judged is derived. For any ψ that vanishes at both ends, integration by parts gives ∫ xψψ′ = -1/2 and
 * Cauchy-Schwarz Δx Δp ≥ 1/2, with equality for Gaussian ψ alone: Heisenberg's and Robertson's inequality. Losses
 * are multiplied by a Gaussian window so that they vanish; a loss that does not, such as any on a bounded domain of
 * images, is outside the hypothesis and violates the inequality.
 *
 * A run shows the inequality where its hypothesis holds. It is true of every function, so that it says nothing about
 * networks, and nothing about accuracy.
 */

interface UncertaintyCell extends Cell {
  readonly width: number
  /** Standard deviation of the Gaussian window, or none, on [-20, 20]. */
  readonly window: number | 'none'
  /** The logistic loss of a network, or the constant 1. */
  readonly loss: 'network' | 'constant'
}

type UncertaintyMeasurement = Readonly<Record<'product' | 'missing' | 'deviation', number>>

const [reach, step] = [20, 1 / 64]
const grid = tensor(Float64Array.from({ length: (2 * reach) / step + 1 }, (_, i) => i * step - reach))

/**
 * Δx Δp of a real ψ from its values and derivative on the grid, by the trapezoidal rule, which is exact to rounding for
 * smooth functions that vanish at both ends.
 */
export function uncertainty(values: ArrayLike<number>, slopes: ArrayLike<number>): number {
  let [mass, first, second, momentum] = [0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const x = i * step - reach
    const weight = (i === 0 || i === values.length - 1 ? step / 2 : step) * values[i]! * values[i]!
    mass += weight
    first += weight * x
    second += weight * x * x
    momentum += step * slopes[i]! * slopes[i]!
  }
  const spread = second / mass - (first / mass) * (first / mass)
  return Math.sqrt((spread * momentum) / mass)
}

function experiment({ width, window, loss }: UncertaintyCell, source: Stream): UncertaintyMeasurement {
  const [w, b, a] = ['weights', 'biases', 'output'].map((name) =>
    tensor(normal(source.child(name), width)),
  ) as [ReturnType<typeof tensor>, ReturnType<typeof tensor>, ReturnType<typeof tensor>]
  // softplus(-f), the logistic loss of the label 1.
  const logistic = (x: typeof grid): typeof grid =>
    softplus(mul(matmul(tanh(add(outer(x, w), b)), a), -1 / Math.sqrt(width)))
  const flat = loss === 'constant'
  const values = flat ? new Float64Array(grid.size).fill(1) : Float64Array.from(logistic(grid).data)
  const slopes = flat
    ? new Float64Array(grid.size)
    : Float64Array.from(grad((x: typeof grid) => sum(logistic(x)))(grid).data)
  if (window !== 'none')
    grid.data.forEach((x, i) => {
      const factor = exp((-x * x) / (2 * window * window))
      slopes[i] = factor * (slopes[i]! - (values[i]! * x) / (window * window))
      values[i]! *= factor
    })
  const product = uncertainty(values, slopes)
  return { product, missing: 0.5 - product, deviation: Math.abs(product - 0.5) }
}

const networkCell: UncertaintyCell = {
  ...{ id: 'network', label: 'logistic loss of a network of width 64', sizes: { m: 64 }, block: 20 },
  ...{ width: 64, window: 2, loss: 'network' },
}
const gaussianCell: UncertaintyCell = {
  ...{ id: 'gaussian', label: 'the window alone', sizes: { m: 1 }, block: 1 },
  ...{ width: 1, window: 2, loss: 'constant' },
}

export const uncertaintyPrinciple: Claim<UncertaintyCell, UncertaintyMeasurement> = {
  id: 'uncertainty-principle',
  title: 'Δx Δp ≥ 1/2 for a normalised loss that vanishes at the ends, whatever the network',
  source: {
    kind: 'stated',
    where: 'Zhang, Xu, Wang, Liu & Zhang, On the uncertainty principle of neural networks (2205.01493)',
    url: 'https://arxiv.org/abs/2205.01493',
  },
  statement: {
    text: 'With the loss, normalised, as a wave function ψ of one input, the standard deviations of x and of -i d/dx multiply to at least 1/2, provided that ψ vanishes at both ends; Gaussian ψ reach it.',
    formula: 'Δx Δp ≥ 1/2',
  },
  symbols: { ψ: 'values', 'dψ/dx': 'slopes', 'Δx Δp': 'product' },
  shows: {
    can: 'that the inequality holds for windowed losses of random networks, that Gaussians reach it, and that it fails for losses that do not vanish at the ends',
    cannot:
      'anything particular to networks: the inequality holds for every such function; nor that accuracy costs robustness',
  },
  weight: 1 / 64,
  expected: 'supported',
  hypotheses: [
    {
      id: 'vanishes',
      says: 'ψ vanishes at both ends',
      holds: ({ window }) => window !== 'none' && window <= 4,
    },
    { id: 'gaussian', says: 'ψ is Gaussian, for equality', holds: ({ loss }) => loss === 'constant' },
  ],
  cells: [networkCell, gaussianCell],
  experiment,
  predictions: [
    {
      ...{
        kind: 'every',
        id: 'inequality',
        budget: 'quick',
        weight: 0.4,
        cells: ['network'],
        needs: ['vanishes'],
      },
      says: '1/2 - Δx Δp is not positive',
      margin: 1e-9,
      marginReason: 'the window is e^(-50) at the ends; the sums of 2,561 terms err by less than 1e-12',
      cap: 300,
      of: ({ missing }) => missing,
    },
    {
      ...{ kind: 'every', id: 'equality', budget: 'quick', weight: 0.2, cells: ['gaussian'] },
      says: 'a Gaussian ψ reaches 1/2',
      margin: 1e-9,
      marginReason: 'as above',
      cap: 1,
      of: ({ deviation }) => deviation,
    },
  ],
  controls: [
    {
      ...{ id: 'constant', breaks: 'vanishes', predicts: 'inequality', value: 0.5, weight: 0.2, cap: 20 },
      says: 'a constant loss on [-20, 20], which does not vanish at the ends: the product is 0',
      alter: (cell) => ({ ...cell, window: 'none', loss: 'constant' }),
    },
    {
      ...{ id: 'not-gaussian', breaks: 'gaussian', predicts: 'equality', value: 0.01, weight: 0.2, cap: 20 },
      says: 'a logistic loss under the window is not Gaussian',
      alter: (cell) => ({ ...cell, width: 64, loss: 'network' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'uncertainty',
      title: 'Δx Δp of the loss of random networks',
      caption: 'Logistic losses under a Gaussian window. Every dot is one network; the line is 1/2.',
      ...{ of: 'product', label: 'Δx Δp', size: 'm', predictions: [] },
      theory: { label: '1/2', at: () => 0.5 },
    }),
  ],
}
