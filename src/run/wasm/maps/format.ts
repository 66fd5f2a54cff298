/** The two floating-point formats of a vector, with what is needed to take numbers apart by their bits. */
import {
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64x2,
  splat32,
  splat64,
  v128,
  type FloatVector,
} from '../assembler/index.ts'
import type { LaneGraph, Lane, Vector } from './lanes.ts'
import { only } from './range.ts'

export interface Format {
  readonly name: 'f32' | 'f64'
  /** Numbers in a vector. */
  readonly width: 2 | 4
  readonly bytes: 4 | 8
  readonly ops: FloatVector
  readonly round: (x: number) => number
  readonly splat: (x: number) => Vector
  /** All 4- or 8-byte words shifted by a number of bits. */
  readonly shiftLeft: (x: Vector, bits: number) => Vector
  readonly shiftRight: (x: Vector, bits: number) => Vector
  /** Bits of the fraction. */
  readonly fraction: number
  /** Exponents of normal numbers, and more than what takes any number to 0 or ∞. */
  readonly least: number
  readonly most: number
  readonly beyond: number
  readonly largest: number
}

export const formats: Readonly<Record<'f32' | 'f64', Format>> = {
  f32: {
    name: 'f32',
    width: 4,
    bytes: 4,
    ops: f32x4 as FloatVector,
    round: Math.fround,
    splat: splat32,
    shiftLeft: (x, bits) => i32x4.shl(x, i32.const(bits)),
    shiftRight: (x, bits) => i32x4.shrU(x, i32.const(bits)),
    fraction: 23,
    least: -126,
    most: 127,
    beyond: 300,
    largest: 3.4028234663852886e38,
  },
  f64: {
    name: 'f64',
    width: 2,
    bytes: 8,
    ops: f64x2 as FloatVector,
    round: (x) => x,
    splat: splat64,
    shiftLeft: (x, bits) => i64x2.shl(x, i32.const(bits)),
    shiftRight: (x, bits) => i64x2.shrU(x, i32.const(bits)),
    fraction: 52,
    least: -1022,
    most: 1023,
    beyond: 2100,
    largest: 1.7976931348623157e308,
  },
}

/** A number in every place of a vector. */
export function constantLane(graph: LaneGraph, { name, round, splat }: Format, x: number): Lane {
  const value = round(x)
  const text = Object.is(value, -0) ? '-0' : String(value)
  return graph.node(`${name} ${text}`, [], () => splat(value), { range: only(value), constant: value })
}

/** A word in every place of a vector. */
export function wordLane(graph: LaneGraph, { name, bytes, width }: Format, word: bigint): Lane {
  const list = Array.from({ length: bytes }, (_, i) => Number((word >> BigInt(8 * i)) & 255n))
  const all = Array.from({ length: width }, () => list).flat()
  return graph.node(`${name} word ${word}`, [], () => v128.const(all))
}
