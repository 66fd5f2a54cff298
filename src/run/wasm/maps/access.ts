/** Loads of inputs into vectors of the dtype in which a loop computes, and stores of its results. */
import type { DType } from '../../../array/index.ts'
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  select,
  shuffle32,
  v128,
  when,
  type Code,
  type Statement,
} from '../assembler/index.ts'
import { formats, type Format } from './format.ts'
import type { Vector } from './lanes.ts'
import { plus, type Address } from './loops.ts'
import { anything, between, type Range } from './range.ts'

/** i32 is computed in f64. */
export function formatOf(dtype: DType): Format {
  return formats[dtype === 'f32' ? 'f32' : 'f64']
}

export function inputRange(dtype: DType): Range {
  return dtype === 'i32' ? between(-2147483648, 2147483647, true) : anything
}

/** Neighbours in memory. */
export function loadNext(dtype: DType, { name }: Format, address: Address, offset: number): Vector {
  if (name === 'f32') {
    if (dtype === 'f32') return v128.load(address, offset)
    if (dtype === 'i32') return f32x4.convertI32x4S(v128.load(address, offset))
    const [low, high] = [v128.load(address, offset), v128.load(address, offset + 16)].map(
      f32x4.demoteF64x2Zero,
    )
    return shuffle32(low!, high!, [0, 1, 4, 5])
  }
  if (dtype === 'f64') return v128.load(address, offset)
  const two = v128.load64Zero(address, offset)
  return dtype === 'f32' ? f64x2.promoteLowF32x4(two) : f64x2.convertLowI32x4S(two)
}

/** One number in all places. */
export function loadSame(dtype: DType, format: Format, address: Address, offset: number): Vector {
  if (dtype === format.name) return (dtype === 'f32' ? v128.load32Splat : v128.load64Splat)(address, offset)
  return format.ops.splat(loadOne(dtype, format, address, offset))
}

/** Numbers `stride` bytes apart; what is not inside is read from the first place. */
export function loadApart(
  dtype: DType,
  format: Format,
  address: Address,
  offset: number,
  stride: number,
  inside: (place: number) => Code<'i32'> | boolean,
): Vector {
  let vector = loadSame(dtype, format, address, offset)
  for (let place = 1; place < format.width; place++) {
    const known = inside(place)
    if (known === false) continue
    const there = plus(address, place * stride)
    const from = known === true ? there : select(known, there, address)
    vector = format.ops.replaceLane(vector, place, loadOne(dtype, format, from, offset))
  }
  return vector
}

function loadOne(dtype: DType, { name }: Format, address: Address, offset: number): Code<'f32' | 'f64'> {
  if (name === 'f32') {
    if (dtype === 'f32') return f32.load(address, offset)
    return dtype === 'f64'
      ? f32.demoteF64(f64.load(address, offset))
      : f32.convertI32S(i32.load(address, offset))
  }
  if (dtype === 'f64') return f64.load(address, offset)
  return dtype === 'f32'
    ? f64.promoteF32(f32.load(address, offset))
    : f64.convertI32S(i32.load(address, offset))
}

/** A vector of results; one of i32 has them in its lower half. */
export function storeAll(dtype: DType, address: Address, value: Vector, offset: number): Statement {
  return dtype === 'i32' ? v128.store64Lane(address, value, 0, offset) : v128.store(address, value, offset)
}

/** The first `left` results, fewer than a vector holds but at least one. */
export function storeSome(
  dtype: DType,
  address: Address,
  value: Vector,
  offset: number,
  left: Code<'i32'>,
): Statement[] {
  if (dtype === 'f32') {
    const at = (place: number): Statement => v128.store32Lane(address, value, place, offset + 4 * place)
    const rest = [1, 2].map((place) => when(i32.gtU(left, i32.const(place)), [at(place)]))
    return [at(0), ...rest]
  }
  return [storeFirst(dtype, address, value, offset)]
}

export function storeFirst(dtype: DType, address: Address, value: Vector, offset: number): Statement {
  return (dtype === 'f64' ? v128.store64Lane : v128.store32Lane)(address, value, 0, offset)
}
