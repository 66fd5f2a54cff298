import { dot, lengthOf } from '../src/array/index.ts'
import { svd } from '../src/linalg/index.ts'
import { exp } from '../src/math/index.ts'
import { gaussianMatrix, type Stream } from '../src/random/index.ts'
import { levelOf } from './caps.ts'
import type { Cell, Claim, QuantilePrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { fitted } from './fitted.ts'
import { normalMedianCap } from './normal-caps.ts'
import { lastTwo } from './triangular.ts'

/*
 * After training with squared loss the probing vector of a linear network is the last column of Q.
 *
 * Gao et al. (arXiv:2406.16200), section 6: linear networks trained on the points Az of Theorem 5 (see `exponentially-many-points`) have |cos θ₁|, the
 * cosine of their probing vector p and a_d, close to φ = |R_dd|/‖a_d‖. Derived here: gradient descent on the squared loss over all z tends to
 * p = A⁻ᵀe_d ∥ Q_d, so that |cos θ₁| → φ with the number of steps; it is above φ before. With A = UΣVᵀ and rate 1/σ_max²,
 *
 *     p(T) = U diag((1 - (1 - σ²/σ_max²)^T)/σ) Vᵀe_d.
 *
 * Cross-entropy leads elsewhere, to the largest margin: the control.
 */

interface LinearNetCell extends Cell {
  readonly inputs: number
  readonly loss: 'squared' | 'cross-entropy'
}

type LinearNetMeasurement = Readonly<Record<'early' | 'late' | 'phi' | 'cosine', number>>

const claimWeight = 1 / 64

function cell(inputs: number): LinearNetCell {
  return {
    id: `d=${inputs}`,
    label: `d = ${inputs}`,
    sizes: { d: inputs },
    block: 10,
    inputs,
    loss: 'squared',
  }
}

function experiment({ inputs: d, loss }: LinearNetCell, source: Stream): LinearNetMeasurement {
  const A = gaussianMatrix(source, d, d, { variance: 1 })
  const { corner, last } = lastTwo(A)
  const column = Float64Array.from({ length: d }, (_, i) => A.data[i * d + d - 1]!)
  const phi = corner / last
  const cosine = (p: Float64Array): number => Math.abs(dot(p, column)) / (lengthOf(p) * last)
  if (loss === 'cross-entropy') {
    const found = cosine(crossEntropy(A.data, d))
    return { early: Math.abs(found - phi), late: Math.abs(found - phi), phi, cosine: found }
  }
  const { u, s, v } = svd(A)
  const at = (T: number): Float64Array => {
    const p = new Float64Array(d)
    for (let k = 0; k < d; k++) {
      const share = (fitted(s.data[k]! / s.data[0]!, T) / s.data[k]!) * v.data[(d - 1) * d + k]!
      for (let i = 0; i < d; i++) p[i]! += share * u.data[i * d + k]!
    }
    return p
  }
  const [early, late] = [cosine(at(30)), cosine(at(1e6))]
  return { early: Math.abs(early - phi), late: Math.abs(late - phi), phi, cosine: late }
}

/** p after 300 steps of gradient descent on the logistic loss of all points with z_d = 1, from zero. */
function crossEntropy(A: ArrayLike<number>, d: number): Float64Array {
  const count = 1 << (d - 1)
  const points = Array.from({ length: count }, (_, bits) => {
    const z = Float64Array.from({ length: d }, (__, j) => (j === d - 1 || (bits >> j) & 1 ? 1 : -1))
    return Float64Array.from({ length: d }, (__, i) => {
      let sum = 0
      for (let j = 0; j < d; j++) sum += A[i * d + j]! * z[j]!
      return sum
    })
  })
  const p = new Float64Array(d)
  for (let step = 0; step < 300; step++) {
    const gradient = new Float64Array(d)
    for (const x of points) {
      const weight = 1 / (1 + exp(dot(p, x))) / count
      for (let i = 0; i < d; i++) gradient[i]! += weight * x[i]!
    }
    for (let i = 0; i < d; i++) p[i]! += gradient[i]!
  }
  return p
}

function error(d: number, weight: number): QuantilePrediction<LinearNetCell, LinearNetMeasurement> {
  const margin = 0.03
  return {
    ...{
      kind: 'quantile',
      id: `error/${d}`,
      budget: 'quick',
      weight,
      target: 0,
      margin,
      level: 0.5,
      side: 'atMost',
    },
    says: `d = ${d}: median of ||cos θ₁| - φ| after 10⁶ steps`,
    cells: [`d=${d}`],
    needs: ['squared'],
    marginReason:
      'what is left is of the directions with σ²T < σ_max²; the margin is the departure worth reporting',
    cap: normalMedianCap({
      deviation: 0.03,
      bias: 0.005,
      margin,
      alpha: levelOf(claimWeight, weight),
      block: 10,
    }),
    of: ({ late }) => late,
  }
}

export const trainedLinearNet: Claim<LinearNetCell, LinearNetMeasurement> = {
  id: 'trained-linear-net',
  title:
    'Trained with squared loss, a linear network’s probing vector makes the angle with a_d that Q predicts',
  source: {
    kind: 'derived',
    where: 'what the experiments of section 6 of Gao et al. 2024 tend to',
    url: 'https://arxiv.org/abs/2406.16200',
  },
  statement: {
    text: 'For points Az labelled by the sign of z_d, gradient descent on squared loss turns the probing vector of a linear network towards the last column of Q, so that |cos θ₁| tends to φ = |R_dd|/‖a_d‖.',
    formula: '|cos θ₁| → φ',
  },
  symbols: { A: 'A', φ: 'phi', 'cos θ₁': 'cosine', p: 'p' },
  shows: {
    can: 'the error after 10⁶ steps at d = 7 and 8, in closed form',
    cannot: 'that other losses do the same: they do not',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'squared', says: 'squared loss', holds: ({ loss }) => loss === 'squared' }],
  cells: [cell(7), cell(8)],
  experiment,
  predictions: [
    error(7, 0.3),
    error(8, 0.3),
    {
      ...{
        kind: 'quantile',
        id: 'early',
        budget: 'quick',
        weight: 0.2,
        target: 0.15,
        margin: 0.05,
        level: 0.5,
      },
      says: 'd = 8: after 30 steps the error is still large',
      side: 'atLeast',
      cells: ['d=8'],
      needs: ['squared'],
      marginReason:
        'unfinished training has |cos θ₁| well above φ; the margin is the departure worth reporting',
      cap: normalMedianCap({
        deviation: 0.2,
        bias: 0,
        margin: 0.05,
        alpha: levelOf(claimWeight, 0.2),
        block: 10,
      }),
      of: ({ early }) => early,
    },
  ],
  controls: [
    {
      ...{ id: 'cross-entropy', breaks: 'squared', predicts: 'error/8', value: 0.25, weight: 0.2, cap: 600 },
      says: 'cross-entropy: the direction of the largest margin',
      alter: (cell) => ({ ...cell, loss: 'cross-entropy' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'trained-linear',
      title: '||cos θ₁| - φ| after 10⁶ steps',
      caption: 'Medians with their intervals; every dot is one data set.',
      ...{
        of: 'late',
        label: 'error',
        size: 'd',
        scales: ['linear', 'linear'],
        predictions: ['error/7', 'error/8'],
      },
    }),
  ],
}
