import { log, normalCdf, normalQuantile } from '../src/math/index.ts'
import { activations, gaussianMoments, sampleStepLaw } from '../src/nets/index.ts'
import type { Stream } from '../src/random/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * How long a step must be to fail with a given probability.
 *
 * Bubeck et al. (arXiv:2104.03863), Theorem 1: with probability 1 - γ a step of length of order √log(1/γ) flips the sign. Derived
 * here: f(x′) - f(x) → -sp for the step s∇f while f(x) → N(0, q), so that the step with failure probability γ is
 *
 *     s(γ) = (√q/p) Φ⁻¹(1 - γ/2) ≈ (√q/p) √(2 log 1/γ).
 *
 * A trial draws (f(x), f(x′)) from their exact law for tanh networks with d = m = 512, at the steps of four γ.
 */

interface FailureCell extends Cell {
  readonly size: number
  /** The law of s(γ): that of the normal quantile, or linear in log(1/γ) through the same s(0.3). */
  readonly law: 'normal' | 'linear'
}

type FailureMeasurement = Readonly<Record<string, number>>

const claimWeight = 1 / 64
const gammas = [0.3, 0.1, 0.03, 0.01] as const
const { q, p } = gaussianMoments(activations.tanh)

/** s(γ) in units of √q/p. */
export function sigmas(gamma: number, law: FailureCell['law'] = 'normal'): number {
  if (law === 'normal') return normalQuantile(1 - gamma / 2)
  return (normalQuantile(1 - gammas[0] / 2) * log(gamma)) / log(gammas[0])
}

function experiment({ size, law }: FailureCell, source: Stream): FailureMeasurement {
  const steps = gammas.map((gamma) => (sigmas(gamma, law) * Math.sqrt(q)) / p)
  const { value, stepped } = sampleStepLaw(
    { inputs: size, width: size, activation: activations.tanh, steps },
    source,
  )
  return Object.fromEntries(gammas.map((gamma, k) => [`fails${gamma}`, value * stepped[k]! < 0 ? 0 : 1]))
}

const cell: FailureCell = {
  ...{ id: 'd=512', label: 'd = m = 512', sizes: { d: 512, m: 512 }, block: 500, size: 512, law: 'normal' },
}

function failure(
  gamma: (typeof gammas)[number],
  margin: number,
  weight: number,
): ProbabilityPrediction<FailureCell, FailureMeasurement> {
  return {
    ...{
      kind: 'probability',
      id: `fails/${gamma}`,
      budget: 'quick',
      weight,
      target: gamma,
      margin,
      cells: ['d=512'],
    },
    says: `a step of s(${gamma}) fails with probability ${gamma}`,
    needs: ['normal'],
    marginReason:
      'for a smooth activation the bias is of order 2/512 = 0.004 at most; the rest is the departure worth reporting',
    cap: probabilityCap({
      target: gamma,
      margin,
      truth: gamma + 0.002,
      alpha: levelOf(claimWeight, weight),
      block: 500,
    }),
    of: (measured) => measured[`fails${gamma}`]!,
  }
}

export const stepAgainstFailure: Claim<FailureCell, FailureMeasurement> = {
  id: 'step-against-failure',
  title: 'The step that fails with probability γ grows like the normal quantile, √log(1/γ)',
  source: {
    kind: 'derived',
    where: 'sharp form of the dependence on γ in Theorem 1 of Bubeck et al. 2021',
    url: 'https://arxiv.org/abs/2104.03863',
  },
  statement: {
    text: 'A step of (√q/p)Φ⁻¹(1 - γ/2) gradients fails to flip the sign with probability γ in the limit; so the length grows like √(2 log 1/γ).',
    formula: 's(γ) p/√q = Φ⁻¹(1 - γ/2)',
  },
  symbols: { γ: 'gamma', 's(γ)': 'sigmas', d: 'size', m: 'size' },
  shows: {
    can: 'the failure probabilities 0.3 to 0.01 at d = m = 512 for tanh',
    cannot: 'smaller γ, where sizes of this kind no longer follow the limit',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'normal', says: 's(γ) is the normal quantile', holds: ({ law }) => law === 'normal' }],
  cells: [cell],
  experiment,
  predictions: [
    failure(0.3, 0.03, 0.2),
    failure(0.1, 0.015, 0.2),
    failure(0.03, 0.012, 0.2),
    failure(0.01, 0.008, 0.2),
  ],
  controls: [
    {
      ...{ id: 'linear', breaks: 'normal', predicts: 'fails/0.1', weight: 0.2, cap: 40000 },
      value: 2 * (1 - normalCdf(sigmas(0.1, 'linear'))),
      says: 'steps linear in log(1/γ) are too long, and fail too seldom',
      alter: (cell) => ({ ...cell, law: 'linear' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'failure-probability',
      title: 'Probability that a step of s(0.1) fails',
      caption: 'The estimate with its interval, and the control.',
      ...{ of: 'fails0.1', label: 'probability', size: 'd', predictions: ['fails/0.1'] },
      theory: { label: '0.1', at: () => 0.1 },
    }),
  ],
}
