import { log, log1p, logBeta } from '../math/index.ts'
import { requireInside, requireLevel, requirePositive, requireProbability, requireTally } from './expect.ts'

/** A Beta(a, b) law of bets; both parameters positive. */
export interface Prior {
  readonly a: number
  readonly b: number
}

/** Counts from `least` to `most`, both included. */
export interface CountRange {
  readonly least: number
  readonly most: number
}

/**
 * Jeffreys' prior, used when nothing is declared: its price against the best bet in hindsight is at most
 * ½ log(πn/2) + o(1) nats for every p, 0 and 1 included, where the uniform prior pays log(n + 1).
 */
export const jeffreys: Prior = { a: 0.5, b: 0.5 }

/**
 * The prior around a declared `centre` in [0, 1] whose interval is narrowest near `trials`: n₀ / (L + log(1 +
 * L)) pseudo-counts with L = 2 log(1/α) (Howard, Ramdas, McAuliffe & Sekhon 2021, the choice of ρ for the
 * normal mixture), at least Jeffreys' half on either side. Any prior fixed before the data is valid at every n;
 * this one only saves trials when the truth is near the centre.
 */
export function tunedPrior(centre: number, trials: number, alpha: number): Prior {
  requireProbability('tunedPrior', 'centre', centre)
  requirePositive('tunedPrior', 'trials', trials)
  requireLevel('tunedPrior', alpha)
  const nats = -2 * log(alpha)
  const strength = trials / (nats + log1p(nats))
  return { a: Math.max(0.5, strength * centre), b: Math.max(0.5, strength * (1 - centre)) }
}

// 0 · log 0 is 0: an outcome that never came says nothing against a probability of 0.
const weighted = (count: number, logarithm: number): number => (count === 0 ? 0 : count * logarithm)

/** log B(a+s, b+n-s) / B(a, b): what the mixture won, before it is divided by the likelihood of p. */
export function logWealth(s: number, n: number, { a, b }: Prior): number {
  return logBeta(a + s, b + n - s) - logBeta(a, b)
}

/** log pˢ(1-p)ⁿ⁻ˢ. */
export function logLikelihood(s: number, n: number, p: number): number {
  return weighted(s, log(p)) + weighted(n - s, log1p(-p))
}

/** log(1/α) plus 2⁻⁴⁵ a trial, which is more than the rounding of the evidence can be: rounding only widens. */
export function evidenceThreshold(n: number, alpha: number): number {
  return -log(alpha) + (n + 1) * 2.842170943040401e-14
}

/**
 * The log e-value of `successes` in `trials` against the probability p: log of B(a+s, b+n-s) / (B(a, b) pˢ
 * (1-p)ⁿ⁻ˢ), the wealth of one who bets a Beta(a, b) mixture against p (Ville 1939; Robbins 1970). With p true,
 * P(it ever reaches log(1/α)) ≤ α. Convex in p and in s. RangeError for counts or p out of range.
 */
export function logEvidence(successes: number, trials: number, p: number, prior: Prior = jeffreys): number {
  requireTally('logEvidence', successes, trials)
  requireProbability('logEvidence', 'p', p)
  requirePrior('logEvidence', prior)
  return logWealth(successes, trials, prior) - logLikelihood(successes, trials, p)
}

/**
 * The counts that do not contradict p after n trials: those whose e-value is below 1/α. A Bernoulli(p) tally
 * stays among them at every n at once with probability at least 1 - α. RangeError for p outside (0, 1).
 */
export function mixtureCounts(n: number, p: number, alpha: number, prior: Prior = jeffreys): CountRange {
  requireTally('mixtureCounts', 0, n)
  requireInside('mixtureCounts', 'p', p)
  requireLevel('mixtureCounts', alpha)
  requirePrior('mixtureCounts', prior)
  const threshold = evidenceThreshold(n, alpha)
  // E(s+1) ≥ E(s) from s = p(n+a+b-1) - a on; the smallest e-value is at most 1, because its mean is 1
  const bottom = Math.min(n, Math.max(0, Math.ceil(p * (n + prior.a + prior.b - 1) - prior.a)))
  const kept = (s: number): boolean => logWealth(s, n, prior) - logLikelihood(s, n, p) < threshold
  return { least: edge(bottom, -1, kept), most: edge(bottom, n + 1, kept) }
}

/**
 * The last integer from `held` towards `beyond` (excluded) where `kept` holds, for a predicate that changes
 * once.
 */
export function edge(held: number, beyond: number, kept: (s: number) => boolean): number {
  while (Math.abs(beyond - held) > 1) {
    const middle = Math.floor((held + beyond) / 2)
    if (kept(middle)) held = middle
    else beyond = middle
  }
  return held
}

/** Refuses a prior whose parameters are not positive. */
export function requirePrior(op: string, prior: Prior): void {
  requirePositive(op, 'prior.a', prior.a)
  requirePositive(op, 'prior.b', prior.b)
}
