/** Powers of two, which round nothing: scaling by them, and lengths whose squares would overflow or vanish. */
import { numbers } from '../math/index.ts'
import { inner } from './triangular.ts'

/** The unit roundoff 2⁻⁵³. */
export const UNIT = 1.1102230246251565e-16

/** Between these a square has all its digits, and so has a sum of squares. */
export const SMALL: number = numbers.scale2(1, -900)
export const LARGE: number = numbers.scale2(1, 900)

/** The largest absolute value, 0 for none. */
export function largestOf(data: Float64Array): number {
  let largest = 0
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!))
  return largest
}

/** The exponent of the largest element, 0 where all are zero. */
export function largestExponent(...arrays: readonly Float64Array[]): number {
  const largest = arrays.reduce((most, data) => Math.max(most, largestOf(data)), 0)
  return largest === 0 ? 0 : numbers.exponent(largest)
}

/** out ← x·2^k, where out may be x itself. Gives out. */
export function scaleInto(out: Float64Array, x: Float64Array, k: number): Float64Array {
  // One product rounds once as long as 2^k is a normal number.
  const near = Math.abs(k) <= 1022
  const factor = near ? numbers.scale2(1, k) : 1
  for (let i = 0; i < x.length; i++) out[i] = near ? x[i]! * factor : numbers.scale2(x[i]!, k)
  return out
}

/** ‖x[from..to)‖₂ to a few ulp. */
export function norm2(x: Float64Array, from: number, to: number): number {
  const square = inner(x, from, x, from, to - from)
  if (square > SMALL && square < LARGE) return Math.sqrt(square)
  const part = x.slice(from, to)
  const power = largestExponent(part)
  scaleInto(part, part, -power)
  return numbers.scale2(Math.sqrt(inner(part, 0, part, 0, part.length)), power)
}

/** √(a² + b²) to a few ulp. */
export function hypotenuse(a: number, b: number): number {
  const square = a * a + b * b
  if (square > SMALL && square < LARGE) return Math.sqrt(square)
  const [x, y] = [Math.abs(a), Math.abs(b)]
  const large = Math.max(x, y)
  if (large === 0) return 0
  const ratio = Math.min(x, y) / large
  return large * Math.sqrt(1 + ratio * ratio)
}
