import { betaInc } from '../src/math/index.ts'
import { gaussianMatrix, type Stream } from '../src/random/index.ts'
import { lawCap, levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { scalingFigure } from './figures.ts'
import { lastTwo } from './triangular.ts'

/*
 * Fragility with 2^(d-1) points a class.
 *
 * Gao et al. (arXiv:2406.16200), Theorem 5: points Az, A Gaussian d × d, z ∈ {±1}ᵈ, labelled by the sign of z_d. The network that fits
 * z_d linearly has every point at distance |R_dd| = O(1) from its boundary, while points of different classes are Ω(√d) apart.
 *
 *     A = QR       φ = |R_dd|/‖a_d‖       ρ = min over s ∈ {-1, 0, 1}ᵈ, s_d = 1, of ‖As‖, the best robustness of any classifier
 *
 * Derived here: φ is the first coordinate of a uniform unit vector in absolute value, so that φ² ~ Beta(½, (d-1)/2) and φ is of order
 * d^(-1/2); and |R_dd| ≤ ρ always. With twice as many rows as columns nothing is compressed: the control.
 */

interface ManyPointsCell extends Cell {
  readonly inputs: number
  readonly rows: number
}

type ManyPointsMeasurement = Readonly<Record<'phi' | 'square' | 'above', number>>

const claimWeight = 1 / 64

function cell(inputs: number, block: number): ManyPointsCell {
  return { id: `d=${inputs}`, label: `d = ${inputs}`, sizes: { d: inputs }, block, inputs, rows: inputs }
}

/** min ‖As‖ over s ∈ {-1, 0, 1}ᵈ with s_d = 1, by trying all; columns of A one after the other. */
function bestRobustness(data: ArrayLike<number>, rows: number, d: number): number {
  let best = Infinity
  const sum = new Float64Array(rows)
  const visit = (column: number): void => {
    if (column === d - 1) {
      let square = 0
      for (let i = 0; i < rows; i++) {
        const value = sum[i]! + data[i * d + column]!
        square += value * value
      }
      best = Math.min(best, square)
      return
    }
    for (const s of [-1, 0, 1]) {
      for (let i = 0; i < rows; i++) sum[i]! += s * data[i * d + column]!
      visit(column + 1)
      for (let i = 0; i < rows; i++) sum[i]! -= s * data[i * d + column]!
    }
  }
  visit(0)
  return Math.sqrt(best)
}

function experiment({ inputs: d, rows }: ManyPointsCell, source: Stream): ManyPointsMeasurement {
  const A = gaussianMatrix(source.child('A'), rows, d, { variance: 1 })
  const { corner, last } = lastTwo(A)
  const phi = corner / last
  return { phi, square: phi * phi, above: d <= 6 ? (corner - bestRobustness(A.data, rows, d)) / last : -1 }
}

const sizes = [8, 24, 72]
const cells = sizes.map((d) => `d=${d}`) as [string, ...string[]]
const [lawMargin, margin] = [0.1, 0.15]

export const exponentiallyManyPoints: Claim<ManyPointsCell, ManyPointsMeasurement> = {
  id: 'exponentially-many-points',
  title: 'Fitting exponentially many points linearly compresses features: |R_dd|/‖a_d‖ is of order d^(-1/2)',
  source: {
    kind: 'derived',
    where: 'exact laws behind Theorem 5 of Gao et al. 2024',
    url: 'https://arxiv.org/abs/2406.16200',
  },
  statement: {
    text: 'For A Gaussian and labels sign z_d, the linear fit of z_d has every point at distance |R_dd| from its boundary; |R_dd|/‖a_d‖ has square Beta(½, (d-1)/2), and |R_dd| is at most the best robustness ρ.',
    formula: 'φ² ~ Beta(½, (d-1)/2),  |R_dd| ≤ ρ',
  },
  symbols: { φ: 'phi', d: 'inputs', R_dd: 'corner', ρ: 'bestRobustness' },
  shows: {
    can: 'the law at d = 24, the exponent from d = 8 to 72, and the inequality with all 3^(d-1) differences at d = 6',
    cannot: 'what networks do that fit the labels otherwise',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'square', says: 'as many rows as columns', holds: ({ inputs, rows }) => rows === inputs },
  ],
  cells: [cell(6, 20), cell(8, 20), cell(24, 20), cell(72, 20)],
  experiment,
  predictions: [
    {
      ...{ kind: 'law', id: 'law', budget: 'quick', weight: 0.3, margin: lawMargin, cells: ['d=24'] },
      says: 'd = 24: φ² ~ Beta(½, (d-1)/2)',
      marginReason: 'exact; the margin is the largest gap of distribution functions not worth reporting',
      cap: lawCap({ margin: lawMargin, alpha: levelOf(claimWeight, 0.3), block: 20 }),
      of: ({ square }) => square,
      against: { cdf: (x, { inputs }) => betaInc(0.5, (inputs - 1) / 2, Math.min(1, Math.max(0, x))) },
    },
    {
      ...{
        kind: 'slope',
        id: 'slope',
        budget: 'quick',
        weight: 0.3,
        target: -0.5,
        margin,
        level: 0.6,
        cells,
      },
      says: 'φ falls like d^(-1/2)',
      marginReason:
        'the quantile of the beta law times √d changes by 3% over these sizes; the rest is the departure worth reporting',
      cap: slopeCap({
        sizes,
        blocks: [20, 20, 20],
        level: 0.6,
        margin,
        bias: 0.02,
        alpha: levelOf(claimWeight, 0.3),
      }),
      of: ({ phi }) => phi,
    },
    {
      ...{
        kind: 'every',
        id: 'order',
        budget: 'quick',
        weight: 0.2,
        margin: 1e-12,
        cells: ['d=6'],
        cap: 400,
      },
      says: 'd = 6: |R_dd| ≤ ρ',
      marginReason: 'relative to ‖a_d‖, of sums of six products',
      of: ({ above }) => above,
    },
  ],
  controls: [
    {
      ...{ id: 'tall', breaks: 'square', predicts: 'slope', value: 0, weight: 0.2, cap: 4000 },
      says: 'twice as many rows: φ tends to 1/√2',
      alter: (cell) => ({ ...cell, rows: 2 * cell.inputs }),
    },
  ],
  figures: (result) => [
    scalingFigure(result, {
      id: 'compression',
      title: 'φ = |R_dd|/‖a_d‖',
      caption: 'Every dot is one Gaussian matrix.',
      ...{ of: 'phi', label: 'φ', size: 'd', predictions: ['slope'], quantile: '0.6-quantile' },
      theory: (d) => 0.8416 / Math.sqrt(d),
    }),
  ],
}
