import { tensor } from '../src/array/index.ts'
import { solve } from '../src/linalg/index.ts'
import { exp } from '../src/math/index.ts'
import { gaussianMatrix, type Stream } from '../src/random/index.ts'
import { lawCap, levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { scalingFigure } from './figures.ts'
import { lastTwo, orthogonal } from './triangular.ts'

/*
 * A linear network that fits one-hot labels is fragile.
 *
 * Gao et al., "Feature compression is the root cause of adversarial fragility in neural networks" (arXiv:2406.16200), Theorem 1:
 * for d Gaussian points in ℝᵈ with a class each, fitted one-hot, there is e of length at most |R_{d-1,d-1}| + |R_{d-1,d}| + |R_dd| = O(1)
 * that takes the label of x_d away, while the minimum-distance classifier needs Ω(√d).
 *
 *     X       [x_1 … x_d], N(0, 1) entries       f(x) = X⁻¹x     the interpolant, f_j(x_i) = 1{i = j}
 *     S       complement of the first d - 2      e = P_S(x_{d-1} - x_d), of the proof
 *
 * Exact laws, derived here: x_{d-1} - x_d is independent of S, so that ‖e‖² is exponential with mean 4 for every d, and
 * ‖e‖/‖x_d - x_{d-1}‖ is of order d^(-1/2). After x_d + e the outputs are f_d = 0, f_{d-1} = 1.
 *
 * With half as many classes S is large, and with orthogonal points the ratio is 1: the controls.
 */

interface OneHotCell extends Cell {
  readonly inputs: number
  readonly classes: number
  readonly points: 'gaussian' | 'orthogonal'
}

type OneHotMeasurement = Readonly<Record<'square' | 'ratio' | 'outputs', number>>

const claimWeight = 1 / 64

function cell(inputs: number, block: number): OneHotCell {
  const fixed = { classes: inputs, points: 'gaussian' } as const
  return { id: `d=${inputs}`, label: `d = ${inputs}`, sizes: { d: inputs }, block, inputs, ...fixed }
}

function experiment({ inputs: d, classes: k, points }: OneHotCell, source: Stream): OneHotMeasurement {
  const drawn = gaussianMatrix(source.child('points'), d, k, { variance: 1 })
  const X = points === 'gaussian' ? drawn : orthogonal(drawn)
  const { e, length, apart } = lastTwo(X)
  const moved = Float64Array.from({ length: d }, (_, i) => X.data[i * k + k - 1]! + e[i]!)
  const f = k === d ? solve(X, tensor(moved)).data : undefined
  return {
    square: length * length,
    ratio: length / apart,
    outputs: f ? Math.max(Math.abs(f[d - 1]!), Math.abs(f[d - 2]! - 1)) : 0,
  }
}

const sizes = [8, 24, 72]
const slopeCells = sizes.map((d) => `d=${d}`) as [string, ...string[]]
const [lawMargin, slopeMargin, slopeLevel] = [0.1, 0.12, 0.5]

export const oneHotInterpolation: Claim<OneHotCell, OneHotMeasurement> = {
  id: 'one-hot-interpolation',
  title: 'A linear network that fits d Gaussian points one-hot is flipped by perturbations of length O(1)',
  source: {
    kind: 'derived',
    where: 'exact laws behind Theorem 1 of Gao et al. 2024',
    url: 'https://arxiv.org/abs/2406.16200',
  },
  statement: {
    text: 'For d Gaussian points in d dimensions fitted one-hot, the perturbation of the proof has squared length Exp with mean 4 whatever d, exchanges two outputs exactly, and is d^(-1/2) times as long as the points are apart.',
    formula: '‖e‖² ~ Exp(4),  f(x_d + e) = (…, 1, 0)',
  },
  symbols: { X: 'X', e: 'e', d: 'inputs', P_S: 'lastTwo' },
  shows: {
    can: 'the law of ‖e‖ at d = 24, that it exchanges the outputs, and the exponent of the ratio from d = 8 to 72',
    cannot: 'what trained networks do, whose outputs are not one-hot',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'classes',
      says: 'as many classes as dimensions',
      holds: ({ inputs, classes }) => classes === inputs,
    },
    { id: 'gaussian', says: 'Gaussian points', holds: ({ points }) => points === 'gaussian' },
  ],
  cells: [cell(8, 20), cell(24, 20), cell(72, 20)],
  experiment,
  predictions: [
    {
      ...{ kind: 'law', id: 'length', budget: 'quick', weight: 0.3, margin: lawMargin, cells: ['d=24'] },
      says: 'd = 24: ‖e‖² is exponential with mean 4',
      marginReason: 'exact; the margin is the largest gap of distribution functions not worth reporting',
      cap: lawCap({ margin: lawMargin, alpha: levelOf(claimWeight, 0.3), block: 20 }),
      of: ({ square }) => square,
      against: { cdf: (x) => 1 - exp(-Math.max(0, x) / 4) },
    },
    {
      ...{
        kind: 'every',
        id: 'outputs',
        budget: 'quick',
        weight: 0.1,
        margin: 1e-6,
        cells: slopeCells,
        cap: 300,
      },
      says: 'outputs d and d - 1 become 0 and 1',
      marginReason:
        'a system whose condition number rarely exceeds 10⁶, solved to 10⁻¹⁴ times it; the margin leaves room',
      of: ({ outputs }) => outputs,
    },
    {
      ...{
        kind: 'slope',
        id: 'ratio',
        budget: 'quick',
        weight: 0.3,
        target: -0.5,
        margin: slopeMargin,
        level: slopeLevel,
      },
      says: '‖e‖/‖x_d - x_{d-1}‖ falls like d^(-1/2)',
      cells: slopeCells,
      marginReason:
        'the squared ratio is Beta(1, (d-2)/2), whose median times d changes by 4% over these sizes; the rest is the departure worth reporting',
      cap: slopeCap({
        sizes,
        blocks: [20, 20, 20],
        level: slopeLevel,
        margin: slopeMargin,
        bias: 0.03,
        alpha: levelOf(claimWeight, 0.3),
      }),
      of: ({ ratio }) => ratio,
    },
  ],
  controls: [
    {
      ...{ id: 'half', breaks: 'classes', predicts: 'length', value: 0.9, weight: 0.15, cap: 4000 },
      says: 'half as many classes as dimensions: the perturbation grows like √d',
      alter: (cell) => ({ ...cell, classes: cell.inputs / 2 }),
    },
    {
      ...{ id: 'orthogonal', breaks: 'gaussian', predicts: 'ratio', value: 0, weight: 0.15, cap: 3000 },
      says: 'orthogonal points: the ratio is 1',
      alter: (cell) => ({ ...cell, points: 'orthogonal' }),
    },
  ],
  figures: (result) => [
    scalingFigure(result, {
      id: 'one-hot-ratio',
      title: 'Perturbation over the distance of the points',
      caption: 'Every dot is one set of d Gaussian points.',
      ...{ of: 'ratio', label: 'ratio', size: 'd', predictions: ['ratio'], quantile: 'median' },
      theory: (d) => 1.1774 / Math.sqrt(d - 1),
    }),
  ],
}
