import { binomialBelow, binomialFrom } from './binomial.ts'
import { requireCount, requireInside, requireLevel, requirePositive, requireProbability } from './expect.ts'
import { mixtureCounts, tunedPrior } from './mixture.ts'
import type { Prior } from './mixture.ts'
import { quantileRanks } from './quantile.ts'
import type { RankRule } from './quantile.ts'
import { region } from './verdict.ts'
import type { Side } from './verdict.ts'

/** A cap of trials, with the prior that it was computed for and that the run must use. */
export interface Design {
  readonly trials: number
  readonly prior: Prior
}

/**
 * What every design may set: P(undecided at the cap) allowed under the declared truth, and the size of a block.
 */
export interface DesignOptions {
  readonly undecided?: number
  readonly block?: number
}

/**
 * A prediction of a probability: its target, margin and level, and the truth that the cap is computed for (the
 * target unless said).
 */
export interface ProportionPlan extends DesignOptions {
  readonly target: number
  readonly margin: number
  readonly alpha: number
  readonly truth?: number
  readonly side?: Side
}

/**
 * A prediction of the q-quantile: P(X < target - margin) and P(X ≤ target + margin) under the declared truth.
 */
export interface QuantilePlan extends DesignOptions {
  readonly q: number
  readonly below: number
  readonly above: number
  readonly alpha: number
  readonly ranks?: RankRule
}

const largest = 1e12

/**
 * A multiple of `block` at which `missed` is at most `undecided`, while it is larger one block before: the
 * smallest one, up to the saw teeth of the binomial law. RangeError when none up to 10¹² does.
 */
export function smallestCap(op: string, options: DesignOptions, missed: (n: number) => number): number {
  const { undecided = 1e-5, block = 1 } = options
  requireLevel(op, undecided)
  requireCount(op, 'block', block, 1)
  let enough = 1
  while (!(missed(enough * block) <= undecided)) {
    enough *= 2
    if (enough * block > largest)
      throw new RangeError(
        `${op}: expected a truth inside the margin, got one that no ${largest} trials settle`,
      )
  }
  let few = Math.floor(enough / 2)
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2)
    if (missed(middle * block) <= undecided) enough = middle
    else few = middle
  }
  return enough * block
}

/**
 * P(the interval of `betaMixture` after n trials does not lie in the region), by exact binomial tails: an
 * interval lies above p when its tally is beyond the counts that do not contradict p. An end of the region
 * outside [0, 1] binds nothing.
 */
export function proportionMiss(plan: ProportionPlan, n: number, prior: Prior): number {
  const { target, margin, alpha, truth = target, side = 'two' } = plan
  requireProbability('proportionMiss', 'target', target)
  requirePositive('proportionMiss', 'margin', margin)
  requireProbability('proportionMiss', 'truth', truth)
  const { lower, upper } = region(target, margin, side)
  const least = lower > 0 ? Math.max(mixtureCounts(n, lower, alpha, prior).most + 1, Math.ceil(n * lower)) : 0
  const most =
    upper < 1 ? Math.min(mixtureCounts(n, upper, alpha, prior).least - 1, Math.floor(n * upper)) : n
  if (least > most) return 1
  return Math.min(1, binomialBelow(n, truth, least) + binomialFrom(n, truth, most + 1))
}

/**
 * The cap for a probability: after `trials` the interval of `betaMixture` with `prior` lies in target ± margin
 * except with probability `undecided` (10⁻⁵ unless said) when p = `truth`. Exact. RangeError when the truth is
 * not inside the margin.
 */
export function designProportion(plan: ProportionPlan): Design {
  const prior = (n: number): Prior => tunedPrior(plan.target, n, plan.alpha)
  const trials = smallestCap('designProportion', plan, (n) => proportionMiss(plan, n, prior(n)))
  return { trials, prior: prior(trials) }
}

/**
 * P(the interval of `quantileInterval` after n values does not lie in target ± margin), at most; exact but for
 * counting a miss on both sides twice.
 */
export function quantileMiss(plan: QuantilePlan, n: number, prior: Prior): number {
  const { q, below, above, alpha, ranks = quantileRanks } = plan
  requireInside('quantileMiss', 'q', q)
  const { lower, upper } = ranks(n, q, alpha, prior)
  if (lower === 0 || upper > n) return 1
  return Math.min(1, binomialFrom(n, below, lower) + binomialBelow(n, above, upper))
}

/**
 * The cap for a quantile: after `trials` values its interval lies in target ± margin except with probability
 * `undecided`. Exact but conservative by a double miss.
 */
export function designQuantile(plan: QuantilePlan): Design {
  const prior = (n: number): Prior => tunedPrior(plan.q, n, plan.alpha)
  const trials = smallestCap('designQuantile', plan, (n) => quantileMiss(plan, n, prior(n)))
  return { trials, prior: prior(trials) }
}

/**
 * The smallest margin that n trials settle for a probability p, to a relative 10⁻⁶ and never too small:
 * P(undecided after n) ≤ `undecided` at truth = target = p.
 */
export function detectable(n: number, p: number, alpha: number, undecided: number = 1e-5): number {
  requireCount('detectable', 'n', n, 1)
  const prior = tunedPrior(p, n, alpha)
  let few = 0
  let enough = 1
  while (enough - few > 1e-6 * enough) {
    const margin = (few + enough) / 2
    if (proportionMiss({ target: p, margin, alpha }, n, prior) <= undecided) enough = margin
    else few = margin
  }
  return enough
}
