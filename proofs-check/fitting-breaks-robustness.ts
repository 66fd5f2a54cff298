import { svd } from '../src/linalg/index.ts'
import { log } from '../src/math/index.ts'
import { gaussianMatrix, type Stream } from '../src/random/index.ts'
import { levelOf } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { fitted } from './fitted.ts'
import { normalMedianCap } from './normal-caps.ts'

/*
 * Fragility comes with fitting.
 *
 * Gao et al. (arXiv:2406.16200) attribute fragility to compression. Derived here for the linear network of their Theorem 1 under squared loss: after T
 * steps of gradient descent with rate 1/σ_max² from zero, singular directions are fitted up to 1 - (1 - σ²/σ_max²)^T. All points are
 * classified right from the first steps on; robustness over the optimum falls as the small singular directions are fitted, like a small power of T
 * over the decades in between.
 *
 *     X = UΣVᵀ     d Gaussian points in ℝᵈ      W(T) = V diag((1 - (1 - σ²/σ_max²)^T)/σ) Uᵀ
 *     r(T)         mean over points of min_j (f_i - f_j)/‖w_i - w_j‖ over min_j ‖x_i - x_j‖/2
 *
 * A trial measures the exponent of r between T = 100 and 10⁴ at d = 48. Stopping early it hardly falls: the control.
 */

interface FittingCell extends Cell {
  readonly inputs: number
  readonly from: number
  readonly to: number
}

type FittingMeasurement = Readonly<Record<'exponent' | 'early' | 'late' | 'right', number>>

const claimWeight = 1 / 64

function experiment({ inputs: d, from, to }: FittingCell, source: Stream): FittingMeasurement {
  const X = gaussianMatrix(source, d, d, { variance: 1 })
  const { u, s, v } = svd(X)
  const sigma = s.data
  const at = (T: number): { readonly robustness: number; readonly right: number } => {
    // Rows of W, and the outputs W X = V diag(fitted) Vᵀ.
    const [W, F] = [new Float64Array(d * d), new Float64Array(d * d)]
    for (let k = 0; k < d; k++) {
      const share = fitted(sigma[k]! / sigma[0]!, T)
      for (let i = 0; i < d; i++) {
        const left = v.data[i * d + k]! * share
        for (let j = 0; j < d; j++) {
          W[i * d + j]! += (left / sigma[k]!) * u.data[j * d + k]!
          F[i * d + j]! += left * v.data[j * d + k]!
        }
      }
    }
    let [total, right] = [0, 0]
    for (let i = 0; i < d; i++) {
      let [own, best, wins] = [Infinity, Infinity, true]
      for (let j = 0; j < d; j++) {
        if (j === i) continue
        let [apart, weights] = [0, 0]
        for (let k = 0; k < d; k++) {
          const dx = X.data[k * d + i]! - X.data[k * d + j]!
          const dw = W[i * d + k]! - W[j * d + k]!
          apart += dx * dx
          weights += dw * dw
        }
        const margin = F[i * d + i]! - F[j * d + i]!
        if (!(margin > 0)) wins = false
        own = Math.min(own, margin / Math.sqrt(weights))
        best = Math.min(best, Math.sqrt(apart) / 2)
      }
      total += own / best / d
      if (wins) right++
    }
    return { robustness: total, right: right / d }
  }
  const [early, late] = [at(from), at(to)]
  return {
    exponent: log(late.robustness / early.robustness) / log(to / from),
    ...{ early: early.robustness, late: late.robustness, right: Math.min(early.right, late.right) },
  }
}

const cell: FittingCell = {
  ...{
    id: 'd=48',
    label: 'd = 48, T from 100 to 10⁴',
    sizes: { d: 48 },
    block: 10,
    inputs: 48,
    from: 100,
    to: 10000,
  },
}

export const fittingBreaksRobustness: Claim<FittingCell, FittingMeasurement> = {
  id: 'fitting-breaks-robustness',
  title:
    'Squared loss makes a linear network fragile while it fits, robustness falling like a small power of the steps',
  source: {
    kind: 'measured',
    where: 'the network of Theorem 1 of Gao et al. 2024 along gradient descent, in closed form',
    url: 'https://arxiv.org/abs/2406.16200',
  },
  statement: {
    text: 'Along gradient descent on squared loss the linear network of d one-hot points classifies all of them right from the start, while its robustness over the optimum falls with an exponent near -0.3 in the number of steps.',
    formula: 'r(T) ∝ T^(-0.3) between T = 100 and 10⁴',
  },
  symbols: { T: 'from, to', 'r(T)': 'early, late', d: 'inputs' },
  shows: {
    can: 'the exponent over two decades at d = 48',
    cannot: 'other losses: cross-entropy does not do this',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'long', says: 'long training', holds: ({ from }) => from >= 100 }],
  cells: [cell],
  experiment,
  predictions: [
    {
      ...{
        kind: 'quantile',
        id: 'exponent',
        budget: 'quick',
        weight: 0.5,
        target: -0.31,
        margin: 0.05,
        level: 0.5,
      },
      says: 'the exponent of robustness in the number of steps',
      cells: ['d=48'],
      marginReason:
        'chosen on a pilot of 450 other sets, where the median is -0.314; the margin is the departure worth reporting',
      cap: normalMedianCap({
        deviation: 0.06,
        bias: 0.015,
        margin: 0.05,
        alpha: levelOf(claimWeight, 0.5),
        block: 10,
      }),
      of: ({ exponent }) => exponent,
    },
    {
      ...{ kind: 'every', id: 'right', budget: 'quick', weight: 0.2, margin: 1e-9, cells: ['d=48'], cap: 60 },
      says: 'all points are classified right at both times',
      marginReason: 'a share of wrong points is 0 or at least 1/48',
      of: ({ right }) => 1 - right,
    },
  ],
  controls: [
    {
      ...{ id: 'early-stop', breaks: 'long', predicts: 'exponent', value: -0.06, weight: 0.3, cap: 400 },
      says: 'from 2 to 6 steps robustness hardly falls',
      alter: (cell) => ({ ...cell, from: 2, to: 6 }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'fitting',
      title: 'Exponent of robustness in the number of steps',
      caption: 'Every dot is one set of points; the line is -0.31.',
      ...{ of: 'exponent', label: 'exponent', size: 'd', predictions: ['exponent'] },
      theory: { label: '-0.31', at: () => -0.31 },
    }),
  ],
}
