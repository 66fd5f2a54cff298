import { leastTruncatedSum, truncatedSum } from '../src/certify/index.ts'
import { exp, normalCdf, normalQuantile, pi } from '../src/math/index.ts'
import { normal, uniform, type Stream } from '../src/random/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * Truncation makes a linear classifier robust against sparse attacks of up to √d coordinates.
 *
 * Beliaev, Delgosha, Hassani & Pedarsani, "Efficient and robust classification for sparse attacks" (arXiv:2201.09369, 2104.02189):
 * the truncated inner product T_k(u) drops the k largest and the k smallest of u_i = y w_i x_i.
 *
 *     u_(1) ≤ … ≤ u_(d)      order statistics         k      coordinates that an attack may change, to any value
 *     c                      ‖μ‖ of the mixture x = yμ + g, μ_i = c/√d, g standard normal, w = μ
 *
 * Derived here: order statistics interlace, so that the least T_k over all attacks is the sum of the d - 2k smallest, exactly, reached
 * by sending the k largest to -∞; T_k moves by at most 2k max|u| (the paper's constant is 8k). For the mixture the robust error
 * is Φ(-c + S/√d), S the mean sum of the 2k largest of d normals: a transition at k of order √d.
 *
 * A run checks the certificate against random attacks, and the errors at d = 1024. Without truncation one coordinate is enough.
 */

interface TruncationCell extends Cell {
  readonly inputs: number
  readonly changes: number
  /** How many the classifier drops on either side. */
  readonly dropped: number
}

type TruncationMeasurement = Readonly<Record<'error' | 'below' | 'gap' | 'moved', number>>

const c = 2.5
const inputs = 1024
const claimWeight = 1 / 64

/** Φ(-c + S/√d) with S = d φ(Φ⁻¹(1 - 2k/d)) + 2kc/√d, the mean of the largest 2k, shifted. */
export function robustError(d: number, k: number): number {
  const z = normalQuantile(1 - (2 * k) / d)
  const largest = (d * exp((-z * z) / 2)) / Math.sqrt(2 * pi)
  return normalCdf(-c + (largest + (2 * k * c) / Math.sqrt(d)) / Math.sqrt(d))
}

function cell(changes: number): TruncationCell {
  return {
    ...{
      id: `k=${changes}`,
      label: `d = ${inputs}, k = ${changes}`,
      sizes: { k: changes, d: inputs },
      block: 100,
    },
    ...{ inputs, changes, dropped: changes },
  }
}

function experiment(
  { inputs: d, changes: k, dropped }: TruncationCell,
  source: Stream,
): TruncationMeasurement {
  const u = normal(source.child('noise'), d).map((g) => (c / Math.sqrt(d)) * (c / Math.sqrt(d) + g))
  const before = truncatedSum(u, dropped)
  const least = leastTruncatedSum(u, dropped)
  const order = Array.from(u.keys()).sort((i, j) => u[j]! - u[i]!)
  // The best attack, and a random one: k coordinates to values of any size.
  const best = u.slice()
  for (const i of order.slice(0, k)) best[i] = -1e9
  const worst = truncatedSum(best, dropped)
  const places = uniform(source.child('places'), k)
  const sizes = normal(source.child('sizes'), k)
  const random = u.slice()
  places.forEach((place, i) => (random[Math.floor(place * d)] = 1e6 * sizes[i]!))
  const after = truncatedSum(random, dropped)
  const most = u.reduce((m, v) => Math.max(m, Math.abs(v)), 0)
  return {
    error: worst > 0 ? 0 : 1,
    below: (least - after) / most,
    gap: Math.abs(worst - least) / most,
    moved: Math.abs(after - before) / most - 2 * k,
  }
}

function error(
  k: number,
  margin: number,
  weight: number,
): ProbabilityPrediction<TruncationCell, TruncationMeasurement> {
  const target = robustError(inputs, k)
  return {
    ...{ kind: 'probability', id: `error/${k}`, budget: 'quick', weight, target, margin, cells: [`k=${k}`] },
    says: `k = ${k}: share of points that ${k} changed coordinates misclassify`,
    needs: ['truncated'],
    marginReason:
      'the sum of the largest fluctuates by 1/√d of itself, which moves the error by up to 0.01; the rest is the departure worth reporting',
    cap: probabilityCap({
      target,
      margin,
      truth: target + 0.01,
      alpha: levelOf(claimWeight, weight),
      block: 100,
    }),
    of: ({ error }) => error,
  }
}

const every = {
  kind: 'every',
  budget: 'quick',
  weight: 0.15,
  cap: 600,
  cells: ['k=3', 'k=10', 'k=30'],
  needs: ['truncated'],
} as const

export const sparseTruncation: Claim<TruncationCell, TruncationMeasurement> = {
  id: 'sparse-truncation',
  title:
    'A truncated inner product has an exact certificate against k changed coordinates, and a transition at k ∝ √d',
  source: {
    kind: 'derived',
    where: 'sharp form of the lemma and the transition in Beliaev, Delgosha, Hassani & Pedarsani',
    url: 'https://arxiv.org/abs/2201.09369',
  },
  statement: {
    text: 'The least truncated inner product that k changed coordinates reach is the sum of the d - 2k smallest products; it moves by at most 2k times the largest. For the Gaussian mixture the robust error is Φ(-c + S/√d).',
    formula: 'min T_k(u′) = Σ_{j ≤ d-2k} u_(j)',
  },
  symbols: { k: 'changes', d: 'inputs', T_k: 'truncatedSum', c: 'c' },
  shows: {
    can: 'the certificate on Gaussian products, reached and never passed, and the robust error at k = 3, 10 and 30 of 1024',
    cannot: 'what trained networks with truncation do',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'truncated',
      says: 'as many are dropped as may be changed',
      holds: ({ changes, dropped }) => dropped === changes,
    },
  ],
  cells: [cell(3), cell(10), cell(30)],
  experiment,
  predictions: [
    {
      ...every,
      id: 'certificate',
      says: 'no random attack gets below the certificate',
      margin: 1e-9,
      marginReason: 'in units of the largest product: sums of 1024 terms that attacks of 10⁶ take no part in',
      of: ({ below }) => below,
    },
    {
      ...every,
      id: 'reached',
      says: 'sending the k largest to -∞ reaches it',
      margin: 1e-9,
      marginReason: 'as above',
      of: ({ gap }) => gap,
    },
    {
      ...every,
      id: 'moves',
      says: 'T_k moves by at most 2k times the largest product',
      margin: 1e-9,
      marginReason: 'as above',
      of: ({ moved }) => moved,
    },
    error(3, 0.02, 0.15),
    error(10, 0.04, 0.15),
    error(30, 0.04, 0.15),
  ],
  controls: [
    {
      ...{ id: 'plain', breaks: 'truncated', predicts: 'error/3', value: 1, weight: 0.1, cap: 1000 },
      says: 'nothing is dropped: one coordinate of any value decides',
      alter: (cell) => ({ ...cell, dropped: 0 }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'sparse-error',
      title: 'Share of points that k changed coordinates misclassify, d = 1024',
      caption: 'Estimates with their intervals.',
      ...{ of: 'error', label: 'robust error', size: 'k', predictions: ['error/3', 'error/10', 'error/30'] },
      theory: { label: 'Φ(-c + S/√d)', at: (k) => robustError(inputs, k) },
    }),
  ],
}
