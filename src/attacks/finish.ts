import { roundoff } from '../array/index.ts'
import { along, difference, lengthIn } from './norms.ts'
import type { Problem } from './problem.ts'

/**
 * Draws the best point towards x along the segment between them, by bisection to a relative 10⁻¹⁰ (SuperDeepFool's last
 * step): whatever attack found it, the witness lies on the boundary, on its far side by more than rounding. In l0, where
 * every point of the segment changes the same coordinates, there is nothing to gain.
 */
export function polish(problem: Problem): void {
  const { best, x, norm, room } = problem
  if (!best || norm === 'l0' || room.radius !== undefined) return
  const direction = difference(best.point, x)
  let [low, high] = [0, 1]
  const rounding = roundingOf(problem, best.margin, best.length)
  // 2^-34 is below 10^-10.
  for (let step = 0; step < 34; step++) {
    const middle = (low + high) / 2
    const margin = problem.margin(problem.inside(along(x, direction, middle)))
    if (margin < -rounding) high = middle
    else low = middle
  }
}

/**
 * A bound for the rounding error of margins near the boundary, as a share of the change of margin on the way there: the sum
 * of d products, in units of the last place.
 */
function roundingOf({ x }: Problem, margin: number, length: number): number {
  const size = lengthIn('l2', x) + length
  return length > 0 ? 4 * roundoff('f64') * Math.sqrt(x.length) * Math.abs(margin) * (size / length) : 0
}
