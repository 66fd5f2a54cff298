/** A closed interval of real numbers; the ends may be infinite. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** Whether `inner` lies in `outer`; false as soon as an end is NaN or an interval is empty. */
export function inside(inner: Interval, outer: Interval): boolean {
  return inner.lower <= inner.upper && inner.lower >= outer.lower && inner.upper <= outer.upper
}

/** Whether two intervals have no point in common; false as soon as an end is NaN or an interval is empty. */
export function disjoint(a: Interval, b: Interval): boolean {
  return a.lower <= a.upper && b.lower <= b.upper && (a.upper < b.lower || a.lower > b.upper)
}

/** The values that |θ - target| can take while θ is in `interval`. */
export function gap(interval: Interval, target: number): Interval {
  return {
    lower: Math.max(0, interval.lower - target, target - interval.upper),
    upper: Math.max(Math.abs(interval.lower - target), Math.abs(interval.upper - target)),
  }
}
