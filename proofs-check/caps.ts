import { exp, normalCdf, normalQuantile } from '../src/math/index.ts'
import {
  designMean,
  designProportion,
  dkw,
  quantileMiss,
  designQuantile,
  slopeWeights,
  timeUniformDkw,
  type MeanDesign,
  type MeanPlan,
  type ProportionPlan,
  type QuantilePlan,
} from '../src/stats/index.ts'
import { slopePrior } from './kinds/slope.ts'
import { suiteAlpha } from './strand.ts'

/** Under the declared truth a prediction is undecided at its cap with at most this probability. */
export const undecided = 1e-5

/** The level of a prediction from the weights of claim and prediction. */
export function levelOf(claimWeight: number, weight: number): number {
  return suiteAlpha * claimWeight * weight
}

const known = new Map<string, number>()

/** Predictions that differ in their network only have one design: it is computed once. */
function once(key: string, compute: () => number): number {
  const value = known.get(key) ?? compute()
  known.set(key, value)
  return value
}

/** The cap of a probability. */
export function probabilityCap(plan: ProportionPlan): number {
  return once(`probability ${JSON.stringify(plan)}`, () => designProportion({ ...plan, undecided }).trials)
}

/** The cap of a quantile. */
export function quantileCap(plan: QuantilePlan): number {
  return once(`quantile ${JSON.stringify(plan)}`, () => designQuantile({ ...plan, undecided }).trials)
}

/** The cap of a mean, with its bet. */
export function meanCap(plan: MeanPlan): MeanDesign {
  return designMean({ ...plan, undecided })
}

/** The cap of a limit: enough rounds for every cell at α/K, in trials of all cells. */
export function limitCap(plan: {
  readonly target: number
  readonly margins: readonly number[]
  readonly truths: readonly number[]
  readonly blocks: readonly number[]
  readonly alpha: number
}): number {
  const { target, margins, truths, blocks } = plan
  const alpha = plan.alpha / margins.length
  const rounds = margins.map((margin, k) => {
    const block = blocks[k]!
    return probabilityCap({ target, margin, truth: truths[k]!, alpha, block }) / block
  })
  return Math.max(...rounds) * sum(blocks)
}

/**
 * The cap of a two-sample law: twice the time-uniform room and the distance that equal laws show fit into the
 * margin.
 */
export function lawCap({
  margin,
  alpha,
  block,
}: {
  readonly margin: number
  readonly alpha: number
  readonly block: number
}): number {
  return (
    block *
    smallest(
      (rounds) =>
        2 * timeUniformDkw(rounds * block, alpha / 2, block) + 2 * dkw(rounds * block, undecided / 2) <=
        margin,
    )
  )
}

export interface SlopeCapPlan {
  readonly sizes: readonly number[]
  readonly blocks: readonly number[]
  readonly level: number
  readonly margin: number
  /** How far the declared truth's slope may be from the target. */
  readonly bias: number
  readonly alpha: number
}

/**
 * The cap of a slope of half-normal measurements whose cells run different blocks, in trials of all cells:
 * with the ends of every cell's interval as far out as P ≤ undecided/K allows, the weighted sum still fits
 * into the margin. Conservative: all cells are bad at once.
 */
export function slopeCap({ sizes, blocks, level, margin, bias, alpha }: SlopeCapPlan): number {
  const weights = slopeWeights(sizes).map(Math.abs)
  const z = normalQuantile((1 + level) / 2)
  const law = (t: number): number => 2 * normalCdf(z * exp(t)) - 1
  const reach = (n: number, prior: ReturnType<typeof slopePrior>): number => {
    const missed = (t: number): number => {
      const plan = { q: level, below: law(-t), above: law(t), alpha: alpha / sizes.length }
      return quantileMiss(plan, n, prior)
    }
    return bisect(0, 2, (t) => missed(t) <= undecided / sizes.length)
  }
  const fits = (rounds: number): boolean => {
    const cells = blocks.map((block) => ({ block }))
    const prior = slopePrior({ level, cap: rounds * sum(blocks) }, cells, alpha)
    return (
      sum(weights.map((weight, k) => (weight < 1e-9 ? 0 : weight * reach(rounds * blocks[k]!, prior)))) <=
      margin - bias
    )
  }
  return smallest(fits) * sum(blocks)
}

/** The smallest positive integer for which a monotone predicate holds. */
function smallest(holds: (n: number) => boolean): number {
  let enough = 1
  while (!holds(enough)) enough *= 2
  let few = enough / 2
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2)
    if (holds(middle)) enough = middle
    else few = middle
  }
  return Math.ceil(enough)
}

/**
 * The smallest number in [low, high] for which a monotone predicate holds, to 1e-4 of the range; high when
 * none does.
 */
function bisect(low: number, high: number, holds: (t: number) => boolean): number {
  const tolerance = 1e-4 * (high - low)
  let [no, yes] = [low, high]
  while (yes - no > tolerance) {
    const middle = (no + yes) / 2
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
