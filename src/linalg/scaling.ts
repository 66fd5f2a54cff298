/** Scaling by powers of two, which rounds nothing: squares of what it gives neither overflow nor vanish. */
import { numbers } from '../math/index.ts'

/** The exponent of the largest element, 0 where all are zero. */
export function largestExponent(...arrays: readonly Float64Array[]): number {
  let largest = 0
  for (const data of arrays)
    for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!))
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
