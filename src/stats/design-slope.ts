import { binomialBelow, binomialFrom } from './binomial.ts'
import { smallestCap } from './design.ts'
import type { Design, DesignOptions } from './design.ts'
import { requireLevel, requirePositive } from './expect.ts'
import { tunedPrior } from './mixture.ts'
import { quantileRanks } from './quantile.ts'
import type { RankRule } from './quantile.ts'
import { slopeWeights } from './slope.ts'

/**
 * A prediction of the exponent of a quantile. `law(t)` is P(log(X / its quantile) ≤ t) under the declared
 * truth, the same in every cell and continuous; `bias` is how far the declared truth's slope may be from the
 * target.
 */
export interface SlopePlan extends DesignOptions {
  readonly sizes: readonly number[]
  readonly margin: number
  readonly alpha: number
  readonly law: (t: number) => number
  readonly quantile?: number
  readonly bias?: number
  readonly ranks?: RankRule
}

// Steps from 0 to the margin: each cell is rounded up by one, a hundredth of the margin in all for five cells.
const steps = 500

/**
 * The cap for a slope: after `trials` values in every cell the interval of `slopeInterval` with `prior` lies in
 * target ± margin except with probability `undecided`. An end of the interval is a sum of independent weighted
 * order statistics, each with an exact binomial law; the laws are rounded up to a lattice and convolved, so the
 * answer is conservative by at most K/500 of the margin.
 */
export function designSlope(plan: SlopePlan): Design {
  const { sizes, alpha, margin, quantile: q = 0.5, bias = 0 } = plan
  requireLevel('designSlope', alpha)
  requirePositive('designSlope', 'margin - bias', margin - bias)
  const weights = slopeWeights(sizes)
  const prior = (n: number): Design['prior'] => tunedPrior(q, n, alpha / sizes.length)
  const missed = (n: number): number => {
    const { lower, upper } = (plan.ranks ?? quantileRanks)(n, q, alpha / sizes.length, prior(n))
    if (lower === 0 || upper > n) return 1
    // above(rank, t) = P(the order statistic of that rank > t), below likewise
    const above = (t: number): number => binomialBelow(n, plan.law(t), upper)
    const below = (t: number): number => binomialFrom(n, plan.law(-t), lower)
    const excess = (sign: number): number =>
      sumTail(
        weights
          .filter((w) => w !== 0)
          .map((w) => ({ weight: Math.abs(w), tail: w * sign > 0 ? above : below })),
        margin - bias,
      )
    return Math.min(1, excess(1) + excess(-1))
  }
  const trials = smallestCap('designSlope', plan, missed)
  return { trials, prior: prior(trials) }
}

interface Part {
  readonly weight: number
  readonly tail: (t: number) => number
}

/**
 * At least P(Σ weight·Tₖ > limit) for independent Tₖ with the given tails P(Tₖ > t): every term is rounded up
 * to a lattice from -limit to limit.
 */
function sumTail(parts: readonly Part[], limit: number): number {
  const step = limit / steps
  let sum: Float64Array = Float64Array.of(1)
  // a single term beyond the limit counts as a miss
  let missed = 0
  for (const { weight, tail } of parts) {
    // index i stands for (i - steps)·step, so index j of a sum of k terms for (j - k·steps)·step
    const law = new Float64Array(2 * steps + 1)
    let beyond = 1
    for (let i = 0; i < law.length; i++) {
      const next = Math.min(beyond, tail(((i - steps) * step) / weight))
      law[i] = beyond - next
      beyond = next
    }
    missed += beyond
    sum = convolve(sum, law)
  }
  for (let j = (parts.length + 1) * steps + 1; j < sum.length; j++) missed += sum[j]!
  return missed
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const sum = new Float64Array(a.length + b.length - 1)
  for (let i = 0; i < a.length; i++) {
    const share = a[i]!
    if (share !== 0) for (let j = 0; j < b.length; j++) sum[i + j]! += share * b[j]!
  }
  return sum
}
