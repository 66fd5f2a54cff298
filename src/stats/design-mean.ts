import { exp, log, log1p } from '../math/index.ts'
import { smallestCap } from './design.ts'
import type { DesignOptions } from './design.ts'
import { requireLevel, requirePositive } from './expect.ts'

/**
 * A prediction of the mean of a variable in [low, high], with the variance that the declared truth has at most.
 */
export interface MeanPlan extends DesignOptions {
  readonly low: number
  readonly high: number
  readonly target: number
  readonly margin: number
  readonly variance: number
  readonly alpha: number
  readonly truth?: number
}

/** A cap of trials, with the constant bet that it was computed for and that `BettingMean` must be given. */
export interface MeanDesign {
  readonly trials: number
  readonly bet: number
}

/**
 * The cap for a bounded mean: after `trials` the interval of `BettingMean` with `bet` lies in target ± margin
 * except with probability `undecided`, for every law of the declared truth with at most the declared variance.
 * Conservative: P(capital < 2/α) ≤ (2/α)ˢ E[(1 + λ(X - m))⁻ˢ]ⁿ for every s > 0 (Markov), and among laws on [0,
 * 1] with mean μ and variance ≤ v the expectation is largest for atoms at 0 and μ + v/μ (Bennett 1962; the
 * third derivative is negative). The bet is √(2 log(2/α) / nv), which maximises the expected margin over the
 * threshold. RangeError when mean and variance do not fit the support.
 */
export function designMean(plan: MeanPlan): MeanDesign {
  const { low, high, target, margin, variance, alpha, truth = target } = plan
  requireLevel('designMean', alpha)
  requirePositive('designMean', 'high - low', high - low)
  requirePositive('designMean', 'variance', variance)
  requirePositive('designMean', 'margin', margin)
  if (!(variance <= (truth - low) * (high - truth)))
    throw new RangeError(
      `designMean: expected a variance of at most ${(truth - low) * (high - truth)}, got ${variance}`,
    )
  const width = high - low
  const mean = (truth - low) / width
  const spread = variance / (width * width)
  const from = (target - margin - low) / width
  const to = (target + margin - low) / width
  const bet = (n: number): number => Math.sqrt((2 * log(2 / alpha)) / (n * spread))
  const missed = (n: number): number =>
    missBelow(mean, spread, from, bet(n), n, alpha) + missBelow(1 - mean, spread, 1 - to, bet(n), n, alpha)
  const trials = smallestCap('designMean', plan, missed)
  return { trials, bet: bet(trials) }
}

/** At least P(the mean m is not excluded from below after n values), in units of the support. */
function missBelow(mean: number, variance: number, m: number, bet: number, n: number, alpha: number): number {
  if (m <= 0) return 0
  if (m >= mean) return 1
  const lambda = Math.min(bet, 0.5 / m)
  const atZero = variance / (variance + mean * mean)
  const loss = log1p(-lambda * m)
  const win = log1p(lambda * (mean + variance / mean - m))
  const bound = (s: number): number =>
    s * log(2 / alpha) + n * log(atZero * exp(-s * loss) + (1 - atZero) * exp(-s * win))
  // convex in s, and valid at every s: thirds of [0, 16] are halved down to the best
  let from = 0
  let to = 16
  for (let step = 0; step < 40; step++) {
    const third = (to - from) / 3
    if (bound(from + third) < bound(to - third)) to -= third
    else from += third
  }
  return Math.min(1, exp(bound((from + to) / 2)))
}
