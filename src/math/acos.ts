import { cos, sin } from './sine.ts'

/** π, rounded to nearest. */
export const pi = 3.141592653589793

/**
 * The angle in [0, π] with this cosine, to a few units in the last place: twice the arcsine of √((1 - c)/2), which
 * Newton's method finds in four steps from below 0.71. NaN beyond ±1.
 */
export function acos(c: number): number {
  if (c < 0) return pi - acos(-c)
  const sine = Math.sqrt((1 - c) / 2)
  let half = sine
  for (let step = 0; step < 4; step++) half -= (sin(half) - sine) / cos(half)
  return 2 * half
}
