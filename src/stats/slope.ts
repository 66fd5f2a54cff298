import { log } from '../math/index.ts'
import { requireLevel, requirePositive } from './expect.ts'
import type { Interval } from './interval.ts'
import { jeffreys } from './mixture.ts'
import type { Prior } from './mixture.ts'
import { quantileInterval, quantileRanks, sampleQuantile } from './quantile.ts'
import type { RankRule } from './quantile.ts'

/** The values seen at one size, in any order; all at least 0. */
export interface SizedValues {
  readonly size: number
  readonly values: ArrayLike<number>
}

/** Settings of `slopeInterval`; the quantile is the median unless said otherwise. */
export interface SlopeOptions {
  readonly quantile?: number
  readonly prior?: Prior
  readonly ranks?: RankRule
}

/** An exponent with its confidence interval. */
export interface Slope {
  readonly estimate: number
  readonly interval: Interval
  /** No power law at all passes through the intervals of the cells. */
  readonly lackOfFit: boolean
  /** How much the local exponent changes along the sizes; absent below three different sizes. */
  readonly bend?: { readonly estimate: number; readonly interval: Interval }
  /** The interval of log quantile in each cell, in the order of the cells. */
  readonly cells: readonly Interval[]
}

/**
 * The least-squares slope over log sizes as a weighted sum Σ wₖ yₖ. RangeError unless there are two different
 * positive sizes.
 */
export function slopeWeights(sizes: readonly number[]): number[] {
  for (const size of sizes) requirePositive('slopeWeights', 'size', size)
  const logs = sizes.map(log)
  const centre = logs.reduce((sum, x) => sum + x, 0) / logs.length
  const spread = logs.reduce((sum, x) => sum + (x - centre) * (x - centre), 0)
  if (!(spread > 0)) throw new RangeError(`slopeWeights: expected two different sizes, got [${sizes}]`)
  return logs.map((x) => (x - centre) / spread)
}

/**
 * The change of the local exponent from the smallest size to the largest, in the least-squares parabola over log
 * sizes, as a weighted sum Σ wₖ yₖ; undefined below three different sizes. RangeError as `slopeWeights`.
 */
export function bendWeights(sizes: readonly number[]): number[] | undefined {
  if (new Set(sizes).size < 3) return undefined
  const along = slopeWeights(sizes)
  const logs = sizes.map(log)
  const centre = logs.reduce((sum, x) => sum + x, 0) / logs.length
  const squares = logs.map((x) => (x - centre) * (x - centre))
  const level = squares.reduce((sum, x) => sum + x, 0) / squares.length
  const tilt = squares.reduce((sum, x, k) => sum + along[k]! * x, 0)
  const rest = squares.map((x, k) => x - level - tilt * (logs[k]! - centre))
  const norm = rest.reduce((sum, x) => sum + x * x, 0)
  const range = Math.max(...logs) - Math.min(...logs)
  return rest.map((x) => (2 * range * x) / norm)
}

/**
 * The exponent of a quantile against size: the least-squares slope of log quantile over log size. Each of the K
 * cells has a time-uniform interval at level α/K (so they hold together, at every look), and the slope, a
 * weighted sum, lies between the weighted sums of their ends. `lackOfFit` and `bend` spend no further level: while the
 * K intervals hold and the quantiles follow a power law, its line passes through all of them. RangeError for
 * negative values, NaN, or fewer than two sizes.
 */
export function slopeInterval(
  data: readonly SizedValues[],
  alpha: number,
  options: SlopeOptions = {},
): Slope {
  const { quantile = 0.5, prior = jeffreys, ranks = quantileRanks } = options
  requireLevel('slopeInterval', alpha)
  const weights = slopeWeights(data.map(({ size }) => size))
  const sorted = data.map(({ values }) => Float64Array.from(values).sort())
  for (const { 0: least = 0 } of sorted)
    if (least < 0) throw new RangeError(`slopeInterval: expected values of at least 0, got ${least}`)

  const cells = sorted.map((values) => {
    const { lower, upper } = quantileInterval(values, quantile, alpha / data.length, prior, ranks)
    return { lower: log(Math.max(0, lower)), upper: log(upper) }
  })
  const middles = sorted.map((values) => log(sampleQuantile(values, quantile)))
  const summed = (by: readonly number[]): { estimate: number; interval: Interval } => ({
    estimate: weightedSum(by, (k) => middles[k]!),
    interval: {
      lower: weightedSum(by, (k, w) => (w > 0 ? cells[k]!.lower : cells[k]!.upper)),
      upper: weightedSum(by, (k, w) => (w > 0 ? cells[k]!.upper : cells[k]!.lower)),
    },
  })
  const bent = bendWeights(data.map(({ size }) => size))
  return {
    ...summed(weights),
    ...(bent && { bend: summed(bent) }),
    lackOfFit: !lineExists(
      data.map(({ size }) => log(size)),
      cells,
    ),
    cells,
  }
}

// A weight of 0 (the middle one of an odd number of sizes) takes no part, even where its end is infinite.
function weightedSum(weights: readonly number[], value: (k: number, w: number) => number): number {
  return weights.reduce((sum, w, k) => (w === 0 ? sum : sum + w * value(k, w)), 0)
}

/**
 * Whether some line passes through every interval at its abscissa. Lines through intervals i and j at xᵢ < xⱼ
 * are those with slopes from (lowerⱼ - upperᵢ)/(xⱼ - xᵢ) to (upperⱼ - lowerᵢ)/(xⱼ - xᵢ); by Helly's theorem on
 * the line, one slope that suits all pairs suits all.
 */
export function lineExists(x: readonly number[], cells: readonly Interval[]): boolean {
  let least = -Infinity
  let most = Infinity
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < x.length; j++) {
      const run = x[j]! - x[i]!
      const from = cells[i]!
      const to = cells[j]!
      if (run > 0) {
        const flattest = (to.lower - from.upper) / run
        const steepest = (to.upper - from.lower) / run
        // comparisons, not max and min: where infinite ends give NaN, a pair says nothing
        if (flattest > least) least = flattest
        if (steepest < most) most = steepest
      } else if (run === 0 && to.lower > from.upper) return false
    }
  return least <= most
}
