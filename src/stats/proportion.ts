import { betaIncInv } from '../math/index.ts'
import { requireLevel, requireTally } from './expect.ts'
import type { Interval } from './interval.ts'
import { evidenceThreshold, jeffreys, logLikelihood, logWealth, requirePrior } from './mixture.ts'
import type { Prior } from './mixture.ts'

/**
 * The exact interval of Clopper & Pearson (1934) for a probability, α/2 on each side; for ONE n fixed
 * beforehand. Looked at again and again it misses far more often than α: use `betaMixture` then. n = 0 gives
 * [0, 1].
 */
export function clopperPearson(successes: number, trials: number, alpha: number): Interval {
  requireTally('clopperPearson', successes, trials)
  requireLevel('clopperPearson', alpha)
  const failures = trials - successes
  return {
    lower: successes === 0 ? 0 : betaIncInv(successes, failures + 1, alpha / 2),
    // by symmetry rather than at 1 - α/2, which would round a small α away
    upper: failures === 0 ? 1 : 1 - betaIncInv(failures, successes + 1, alpha / 2),
  }
}

/**
 * A confidence sequence for a probability: every p whose mixture e-value is below 1/α. It holds the truth at
 * every n at once with probability at least 1 - α, so it may be looked at after every trial and the experiment
 * stopped on what it shows. A function of (successes, trials) alone; the prior must be fixed before the data
 * (`tunedPrior`). Ends are rounded outwards. Source: Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021,
 * beta-binomial mixture.
 */
export function betaMixture(
  successes: number,
  trials: number,
  alpha: number,
  prior: Prior = jeffreys,
): Interval {
  requireTally('betaMixture', successes, trials)
  requireLevel('betaMixture', alpha)
  requirePrior('betaMixture', prior)
  const threshold = evidenceThreshold(trials, alpha)
  const wealth = logWealth(successes, trials, prior)
  const kept = (p: number): boolean => wealth - logLikelihood(successes, trials, p) < threshold
  if (trials === 0) return { lower: 0, upper: 1 }
  // the e-value is convex in p, and at most 1 at the observed share
  const share = successes / trials
  return {
    lower: successes === 0 ? 0 : boundary(share, 0, kept),
    upper: successes === trials ? 1 : boundary(share, 1, kept),
  }
}

/** Halves [kept, refused] sixty times and gives the refused end, which is outside the set. */
function boundary(inner: number, outer: number, kept: (p: number) => boolean): number {
  if (kept(outer)) return outer
  for (let step = 0; step < 60; step++) {
    const middle = (inner + outer) / 2
    if (kept(middle)) inner = middle
    else outer = middle
  }
  return outer
}
