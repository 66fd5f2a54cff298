import { fixedCounts } from './binomial.ts'
import { requireAscending, requireProbability } from './expect.ts'
import type { Interval } from './interval.ts'
import { jeffreys, mixtureCounts } from './mixture.ts'
import type { Prior } from './mixture.ts'

/** Positions (from 1) in the ascending order of n values; 0 stands for -∞ and n + 1 for +∞. */
export interface Ranks {
  readonly lower: number
  readonly upper: number
}

/**
 * How ranks are found for n values, the quantile q and the level α: `quantileRanks`, or `fixedQuantileRanks`
 * for a few declared looks.
 */
export type RankRule = (n: number, q: number, alpha: number, prior?: Prior) => Ranks

/**
 * The ranks between which the q-quantile of any law lies, at every n at once with probability at least 1 - α.
 *
 * Write Xᵢ = Q(Vᵢ) with Vᵢ uniform on (0, 1). The tally N of Vᵢ ≤ q is Bernoulli(q), and #{Xᵢ < Q(q)} ≤ N ≤
 * #{Xᵢ ≤ Q(q)}. While N stays in the counts [least, most] that do not contradict q, X₍least₎ ≤ Q(q) ≤
 * X₍most+1₎: continuous law or not. Source: Howard & Ramdas 2022, "Sequential estimation of quantiles", with
 * the beta-binomial mixture as boundary.
 */
export function quantileRanks(n: number, q: number, alpha: number, prior: Prior = jeffreys): Ranks {
  const { least, most } = mixtureCounts(n, q, alpha, prior)
  return { lower: least, upper: most + 1 }
}

/** The same for ONE n fixed beforehand, from exact binomial tails of α/2 each; for k declared looks use α/k. */
export function fixedQuantileRanks(n: number, q: number, alpha: number): Ranks {
  const { least, most } = fixedCounts(n, q, alpha)
  return { lower: least, upper: most + 1 }
}

/**
 * The interval of the q-quantile from ascending values, at the ranks of `quantileRanks` (or of another rule).
 * Ends are data or infinite. RangeError for values not in order or NaN.
 */
export function quantileInterval(
  sorted: ArrayLike<number>,
  q: number,
  alpha: number,
  prior: Prior = jeffreys,
  rule: RankRule = quantileRanks,
): Interval {
  requireAscending('quantileInterval', sorted)
  const n = sorted.length
  const { lower, upper } = rule(n, q, alpha, prior)
  return {
    lower: lower === 0 ? -Infinity : sorted[lower - 1]!,
    upper: upper > n ? Infinity : sorted[upper - 1]!,
  }
}

/**
 * The sample q-quantile of ascending values, linear between order statistics at (n - 1)q (Hyndman & Fan 1996,
 * type 7); NaN without values.
 */
export function sampleQuantile(sorted: ArrayLike<number>, q: number): number {
  requireAscending('sampleQuantile', sorted)
  requireProbability('sampleQuantile', 'q', q)
  const position = (sorted.length - 1) * q
  const below = Math.floor(position)
  const share = position - below
  if (sorted.length === 0) return NaN
  return share === 0 ? sorted[below]! : sorted[below]! * (1 - share) + sorted[below + 1]! * share
}
