import { betaInc } from '../math/index.ts'
import { requireCount, requireInside, requireLevel, requireProbability } from './expect.ts'
import { edge } from './mixture.ts'
import type { CountRange } from './mixture.ts'

/** P(S < k) for S ~ Binomial(n, p), through the regularised incomplete beta function: I(1-p; n-k+1, k). */
export function binomialBelow(n: number, p: number, k: number): number {
  requireCount('binomialBelow', 'n', n)
  requireProbability('binomialBelow', 'p', p)
  return k <= 0 ? 0 : k > n ? 1 : betaInc(n - k + 1, k, 1 - p)
}

/** P(S ≥ k) for S ~ Binomial(n, p): I(p; k, n-k+1). Small values keep their relative accuracy. */
export function binomialFrom(n: number, p: number, k: number): number {
  requireCount('binomialFrom', 'n', n)
  requireProbability('binomialFrom', 'p', p)
  return k <= 0 ? 1 : k > n ? 0 : betaInc(k, n - k + 1, p)
}

/**
 * The counts that do not contradict p at this one n: P(S < least) ≤ α/2 and P(S > most) ≤ α/2. Looked at more
 * than once, α must be divided by the number of looks. RangeError for p outside (0, 1).
 */
export function fixedCounts(n: number, p: number, alpha: number): CountRange {
  requireCount('fixedCounts', 'n', n)
  requireInside('fixedCounts', 'p', p)
  requireLevel('fixedCounts', alpha)
  return {
    least: edge(0, n + 1, (k) => binomialBelow(n, p, k) <= alpha / 2),
    most: edge(n, -1, (k) => binomialFrom(n, p, k + 1) <= alpha / 2),
  }
}
