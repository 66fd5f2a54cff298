import { tensor } from '../src/array/index.ts'
import { lengthIn } from '../src/attacks/index.ts'
import { log } from '../src/math/index.ts'
import { activations, twoLayer, type OutputLaw } from '../src/nets/index.ts'
import { valueAndGrad } from '../src/ops/index.ts'
import type { Stream } from '../src/random/index.ts'
import { levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim, SlopePrediction } from './claim.ts'
import { scalingFigure } from './figures.ts'

/*
 * Distances in l1, l2 and linf.
 *
 * De Palma, Kiani & Lloyd, "Adversarial robustness guarantees for random deep neural networks" (ICML 2021, arXiv:2004.05639): the lp distance
 * of a point to the boundary of a random network scales like its lp norm over √n. Derived here: to first order it is |f| over the
 * dual norm of a gradient with entries close to independent N(0, p/d), so that
 *
 *     l2: of order 1       linf: ∝ d^(-1/2)       l1: ∝ √(d/(2 ln d))
 *
 * The l1 distance is no pure power: between 64 and 4096 its exponent is 0.42. The exponents of l1 and linf are measured on the ratio to the l2
 * distance of the same network, which does not fluctuate with |f|.
 */

interface DistanceCell extends Cell {
  readonly inputs: number
  readonly output: OutputLaw
}

type DistanceMeasurement = Readonly<Record<'l2' | 'l1' | 'linf', number>>

const claimWeight = 1 / 64
const sizes = [64, 512, 4096]
const ids = sizes.map((d) => `d=${d}`) as [string, ...string[]]

function cell(inputs: number): DistanceCell {
  const sizes = { d: inputs, m: inputs }
  return { id: `d=${inputs}`, label: `d = m = ${inputs}`, sizes, block: 10, inputs, output: 'rademacher' }
}

function experiment({ inputs, output }: DistanceCell, source: Stream): DistanceMeasurement {
  const net = twoLayer(
    { inputs, width: inputs, activation: activations.relu, weights: 'deferred', output },
    source,
  )
  const { value, gradient } = valueAndGrad(net)(tensor(new Float64Array(inputs).fill(1)))
  const g = Float64Array.from(gradient.data)
  const [one, two, largest] = [lengthIn('l1', g), lengthIn('l2', g), lengthIn('linf', g)]
  return { l2: Math.abs(value.item()) / two, l1: two / largest, linf: two / one }
}

/** The exponent of √(d/ln d), fitted to the logarithms at these sizes. */
export const logExponent: number = (() => {
  const xs = sizes.map((d) => log(d))
  const centre = (xs[0]! + xs[1]! + xs[2]!) / 3
  const ys = sizes.map((d) => (log(d) - log(log(d))) / 2)
  const spread = xs.reduce((sum, x) => sum + (x - centre) * (x - centre), 0)
  return xs.reduce((sum, x, i) => sum + (x - centre) * ys[i]!, 0) / spread
})()

function exponent(
  of: 'l1' | 'l2' | 'linf',
  target: number,
  margin: number,
  weight: number,
  says: string,
): SlopePrediction<DistanceCell, DistanceMeasurement> {
  const plan = {
    sizes,
    blocks: [10, 10, 10],
    level: 0.6,
    margin,
    bias: margin / 5,
    alpha: levelOf(claimWeight, weight),
  }
  return {
    ...{ kind: 'slope', id: of, budget: 'quick', weight, target, margin, level: 0.6, cells: ids, says },
    needs: ['centred'],
    marginReason:
      'the largest of d entries is √(2 ln d) only up to corrections of order ln ln d/ln d, 0.02 in the exponent; the rest is the departure worth reporting',
    cap: slopeCap(plan),
    of: (measured) => measured[of],
  }
}

const shared = {
  symbols: { d: 'inputs', m: 'inputs', 'distance in lp': 'l1, l2, linf', 'p*': 'dual' },
  weight: claimWeight,
  hypotheses: [
    { id: 'centred', says: 'E a = 0', holds: ({ output }: DistanceCell) => output === 'rademacher' },
  ],
  cells: sizes.map(cell) as unknown as readonly [DistanceCell, ...DistanceCell[]],
  experiment,
}

const source = (kind: 'derived' | 'stated', where: string) =>
  ({ kind, where, url: 'https://arxiv.org/abs/2004.05639' }) as const

const halfNormal = {
  id: 'positive-outputs',
  breaks: 'centred',
  says: 'positive output weights: f grows like √m, and the distance with it',
  alter: (cell: DistanceCell): DistanceCell => ({ ...cell, output: 'half-normal' }),
} as const

export const lpDistance: Claim<DistanceCell, DistanceMeasurement> = {
  ...shared,
  id: 'lp-distance',
  title: 'Distances to the boundary scale like d⁰ in l2, d^(-1/2) in linf and √(d/ln d) in l1',
  source: source('derived', 'sharp first-order form of De Palma, Kiani & Lloyd 2021'),
  statement: {
    text: 'To first order the lp distance of a point with ‖x‖ = √d to the boundary of a random network is of order 1 in l2, d^(-1/2) in linf and √(d/ln d) in l1.',
    formula: '|f| / ‖∇f‖_{p*}',
  },
  shows: {
    can: 'the three exponents of first-order distances from d = m = 64 to 4096 for relu',
    cannot: 'certified distances, or deep networks',
  },
  expected: 'supported',
  predictions: [
    exponent('l2', 0, 0.16, 0.3, 'l2: of order 1'),
    exponent('linf', -0.5, 0.03, 0.25, 'linf over l2: like d^(-1/2)'),
    exponent('l1', logExponent, 0.04, 0.25, 'l1 over l2: like √(d/ln d)'),
  ],
  controls: [{ ...halfNormal, predicts: 'l2', value: 0.5, weight: 0.2, cap: 3000 }],
  figures: (result) => [
    scalingFigure(result, {
      id: 'l1-over-l2',
      title: 'l1 distance over l2 distance',
      caption: 'Every dot is one network.',
      ...{ of: 'l1', label: 'ratio', size: 'd', predictions: ['l1'], quantile: '0.6-quantile' },
      theory: (d) => Math.sqrt(d / (2 * log(d))),
    }),
  ],
}

export const lpDistanceAsPrinted: Claim<DistanceCell, DistanceMeasurement> = {
  ...shared,
  id: 'lp-distance-as-printed',
  title: 'As printed: the l1 distance scales like the pure power √d',
  source: source('stated', 'the scaling in l1 of De Palma, Kiani & Lloyd 2021, without its logarithm'),
  statement: {
    text: 'As read off their figure, the l1 distance scales like √d. It does not: the logarithm of √(d/ln d) lowers the exponent at every size.',
    formula: 'distance in l1 ∝ d^(1/2)',
  },
  shows: {
    can: 'that the exponent from 64 to 4096 is not 1/2',
    cannot: 'that it differs in the limit: it does not',
  },
  expected: 'refuted',
  predictions: [exponent('l1', 0.5, 0.03, 0.7, 'l1 over l2: like √d')],
  controls: [{ ...halfNormal, predicts: 'l1', value: 0.4, weight: 0.3, cap: 3000 }],
  figures: (result) => [
    scalingFigure(result, {
      id: 'l1-as-printed',
      title: 'l1 distance over l2 distance',
      caption: 'Every dot is one network; the line is √d.',
      ...{ of: 'l1', label: 'ratio', size: 'd', predictions: ['l1'], quantile: '0.6-quantile' },
      theory: (d) => 0.35 * Math.sqrt(d),
    }),
  ],
}
