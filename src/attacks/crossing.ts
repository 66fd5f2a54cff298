/** What is known beforehand of a function φ with φ(0) > 0. */
export interface CrossingOptions {
  /** φ′(0), negative. */
  readonly slope: number
  /** Values of φ are only trusted to this error. */
  readonly rounding: number
  readonly evaluations: number
}

export interface Crossing {
  readonly found: boolean
  /** A point with φ < -rounding. */
  readonly at: number
  /** φ is positive, or within rounding of zero, this far before `at`. */
  readonly width: number
  readonly evaluations: number
}

/** Relative accuracy beyond which a crossing is not sought. */
const PRECISE = 1e-12

/**
 * Where φ crosses zero on t > 0, coming from φ(0) > 0, in few evaluations: the first by the tangent, the next by the secant
 * of the last two points, kept inside the bracket as soon as there is one. It aims at -2·rounding and accepts values in
 * [-3·rounding, -rounding], so that the sign at the answer is beyond doubt. Among several crossings below the first
 * point with φ < 0 it finds one; for a function close to its tangent there is only one.
 */
export function smallestCrossing(
  phi: (t: number) => number,
  start: number,
  { slope, rounding, evaluations }: CrossingOptions,
): Crossing {
  const goal = -2 * rounding
  let low = 0
  let high = Infinity
  let best = start
  let [previous, previousValue] = [0, start]
  let t = (goal - start) / slope
  for (let used = 1; used <= evaluations; used++) {
    const value = phi(t)
    if (Number.isNaN(value)) return { found: false, at: t, width: Infinity, evaluations: used }
    if (value < -rounding) high = Math.min(high, t)
    else low = Math.max(low, t)
    const width = high - low
    const close = value < -rounding && value >= goal - rounding
    if (close)
      return { found: true, at: t, width: Math.min(width, (rounding * 4 * t) / start), evaluations: used }
    if (high < Infinity && width <= PRECISE * high) return { found: true, at: high, width, evaluations: used }
    const secant = t + ((goal - value) * (t - previous)) / (value - previousValue)
    const progress = Math.abs(value) < best / 2
    best = Math.min(best, Math.abs(value))
    ;[previous, previousValue] = [t, value]
    t = choose(secant, low, high, progress)
  }
  return { found: high < Infinity, at: high, width: high - low, evaluations }
}

/** The secant's point while it makes progress, else bisection, or tripling while no upper end is known. */
function choose(secant: number, low: number, high: number, progress: boolean): number {
  if (high === Infinity) return secant > low ? Math.min(secant, 3 * low) : 3 * low
  return progress && secant > low && secant < high ? secant : (low + high) / 2
}
