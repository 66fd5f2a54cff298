import type { Interval } from './interval.ts'
import { disjoint, gap, inside } from './interval.ts'

/** What a run can say of a prediction. */
export type Verdict = 'supported' | 'refuted' | 'undecided'

/**
 * Which region a prediction speaks of: target ± margin, or the half line from target - margin, or up to target
 * + margin.
 */
export type Side = 'two' | 'atLeast' | 'atMost'

/** One declared cell of a prediction, with the confidence interval found there. */
export interface Cell {
  readonly interval: Interval
  readonly target: number
  readonly margin: number
}

/** The region that a prediction allows. RangeError for a margin below 0. */
export function region(target: number, margin: number, side: Side = 'two'): Interval {
  if (margin < 0) throw new RangeError(`region: expected a margin of at least 0, got ${margin}`)
  return {
    lower: side === 'atMost' ? -Infinity : target - margin,
    upper: side === 'atLeast' ? Infinity : target + margin,
  }
}

/**
 * Supported when the whole interval lies in the region, refuted when it misses it, else undecided. With a
 * confidence sequence at level α, either error has probability at most α however often this is asked. A NaN
 * anywhere, or an empty interval, is undecided.
 */
export function decide(interval: Interval, target: number, margin: number, side: Side = 'two'): Verdict {
  if (target !== target || margin !== margin) return 'undecided'
  const allowed = region(target, margin, side)
  if (inside(interval, allowed)) return 'supported'
  return disjoint(interval, allowed) ? 'refuted' : 'undecided'
}

/**
 * The verdict on a limit from cells in ascending size: supported when every cell is; refuted when the largest
 * is, and its distance to the target is not smaller, beyond the intervals, than that of the cell before; else
 * undecided. RangeError unless there are two cells or more and the margins shrink, the last to at most half of
 * the first.
 */
export function decideLimit(cells: readonly Cell[]): Verdict {
  if (cells.length < 2) throw new RangeError(`decideLimit: expected at least two cells, got ${cells.length}`)
  for (let k = 1; k < cells.length; k++)
    if (!(cells[k]!.margin < cells[k - 1]!.margin))
      throw new RangeError(
        `decideLimit: expected shrinking margins, got ${cells[k]!.margin} after ${cells[k - 1]!.margin}`,
      )
  const last = cells[cells.length - 1]!
  const before = cells[cells.length - 2]!
  if (!(last.margin <= cells[0]!.margin / 2))
    throw new RangeError(
      `decideLimit: expected the last margin to be at most half of ${cells[0]!.margin}, got ${last.margin}`,
    )

  const verdicts = cells.map(({ interval, target, margin }) => decide(interval, target, margin))
  if (verdicts.every((verdict) => verdict === 'supported')) return 'supported'
  if (verdicts[verdicts.length - 1] !== 'refuted') return 'undecided'
  const now = gap(last.interval, last.target)
  const earlier = gap(before.interval, before.target)
  return now.upper >= earlier.lower ? 'refuted' : 'undecided'
}
