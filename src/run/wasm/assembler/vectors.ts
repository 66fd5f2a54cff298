/** SIMD instructions on vectors of 128 bits, under the names of the WebAssembly specification in camel case. */
import { float32, float64, unsigned } from './bytes.ts'
import { code, type Code, type Statement } from './code.ts'
import {
  at,
  binary,
  load,
  store,
  unary,
  type Address,
  type Binary,
  type Load,
  type Store,
  type Unary,
} from './forms.ts'

type Vector = Code<'v128'>
type Shift = (a: Vector, count: Code<'i32'>) => Vector

/** SIMD instructions have a prefix and a longer number. */
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)]

const vectorUnary = (opcode: number): Unary<'v128'> => unary('v128', simd(opcode))
const vectorBinary = (opcode: number): Binary<'v128'> => binary('v128', simd(opcode))
const shift =
  (opcode: number): Shift =>
  (a, count) =>
    code('v128', a.pieces, count.pieces, simd(opcode))

interface V128 {
  readonly load: Load<'v128'>
  readonly load32Splat: Load<'v128'>
  readonly load64Splat: Load<'v128'>
  readonly load32Zero: Load<'v128'>
  readonly load64Zero: Load<'v128'>
  readonly store: Store<'v128'>
  /** One lane to memory. */
  readonly store32Lane: (address: Address, value: Vector, lane: number, offset?: number) => Statement
  readonly store64Lane: (address: Address, value: Vector, lane: number, offset?: number) => Statement
  /** 16 bytes. */
  readonly const: (bytes: readonly number[]) => Vector
  readonly not: Unary<'v128'>
  readonly and: Binary<'v128'>
  /** a and not b */
  readonly andnot: Binary<'v128'>
  readonly or: Binary<'v128'>
  readonly xor: Binary<'v128'>
  /** Bits of a where the mask has ones, of b elsewhere. */
  readonly bitselect: (a: Vector, b: Vector, mask: Vector) => Vector
  readonly anyTrue: Unary<'v128', 'i32'>
}

function storeLane(opcode: number, alignment: number): V128['store32Lane'] {
  return (address, value, lane, offset = 0) =>
    code('void', address.pieces, value.pieces, simd(opcode), at(offset, alignment), lane)
}

export const v128: V128 = {
  load: load('v128', simd(0), 4),
  load32Splat: load('v128', simd(9), 2),
  load64Splat: load('v128', simd(10), 3),
  load32Zero: load('v128', simd(92), 2),
  load64Zero: load('v128', simd(93), 3),
  store: store(simd(11), 4),
  store32Lane: storeLane(90, 2),
  store64Lane: storeLane(91, 3),
  const: (bytes) => code('v128', simd(12), bytes),
  not: vectorUnary(77),
  and: vectorBinary(78),
  andnot: vectorBinary(79),
  or: vectorBinary(80),
  xor: vectorBinary(81),
  bitselect: (a, b, mask) => code('v128', a.pieces, b.pieces, mask.pieces, simd(82)),
  anyTrue: unary('i32', simd(83)),
}

/** The 16 bytes of a and b in any order; bytes of b count from 16. */
export function shuffle(a: Vector, b: Vector, bytes: readonly number[]): Vector {
  return code('v128', a.pieces, b.pieces, simd(13), bytes)
}

/** Lanes of a and b, four each, in any order; lanes of b count from 4. */
export function shuffle32(a: Vector, b: Vector, lanes: readonly number[]): Vector {
  return shuffle(
    a,
    b,
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  )
}

interface I32x4 {
  readonly splat: Unary<'i32', 'v128'>
  readonly extractLane: (a: Vector, lane: number) => Code<'i32'>
  readonly eq: Binary<'v128'>
  readonly ltS: Binary<'v128'>
  readonly ltU: Binary<'v128'>
  readonly gtS: Binary<'v128'>
  readonly shl: Shift
  readonly shrS: Shift
  readonly shrU: Shift
  readonly add: Binary<'v128'>
  readonly sub: Binary<'v128'>
  readonly mul: Binary<'v128'>
  readonly truncSatF32x4S: Unary<'v128'>
  readonly truncSatF64x2SZero: Unary<'v128'>
  readonly truncSatF64x2UZero: Unary<'v128'>
}

export const i32x4: I32x4 = {
  splat: unary('v128', simd(17)),
  extractLane: (a, lane) => code('i32', a.pieces, simd(27), lane),
  eq: vectorBinary(55),
  ltS: vectorBinary(57),
  ltU: vectorBinary(58),
  gtS: vectorBinary(59),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: vectorBinary(174),
  sub: vectorBinary(177),
  mul: vectorBinary(181),
  truncSatF32x4S: vectorUnary(248),
  truncSatF64x2SZero: vectorUnary(252),
  truncSatF64x2UZero: vectorUnary(253),
}

interface I64x2 {
  readonly splat: Unary<'i64', 'v128'>
  readonly eq: Binary<'v128'>
  readonly shl: Shift
  readonly shrS: Shift
  readonly shrU: Shift
  readonly add: Binary<'v128'>
  readonly sub: Binary<'v128'>
  /** Products of the lower, of the upper two 32-bit lanes, unsigned. */
  readonly extmulLowI32x4U: Binary<'v128'>
  readonly extmulHighI32x4U: Binary<'v128'>
}

export const i64x2: I64x2 = {
  splat: unary('v128', simd(18)),
  eq: vectorBinary(214),
  shl: shift(203),
  shrS: shift(204),
  shrU: shift(205),
  add: vectorBinary(206),
  sub: vectorBinary(209),
  extmulLowI32x4U: vectorBinary(222),
  extmulHighI32x4U: vectorBinary(223),
}

/** What f32x4 and f64x2 have in common: an emitter can be written for both. */
export interface FloatVector<T extends 'f32' | 'f64' = 'f32' | 'f64'> {
  readonly splat: (x: Code<T>) => Vector
  readonly extractLane: (a: Vector, lane: number) => Code<T>
  readonly replaceLane: (a: Vector, lane: number, x: Code<T>) => Vector
  /** All ones where it holds, else 0. */
  readonly eq: Binary<'v128'>
  readonly ne: Binary<'v128'>
  readonly lt: Binary<'v128'>
  readonly gt: Binary<'v128'>
  readonly le: Binary<'v128'>
  readonly ge: Binary<'v128'>
  readonly floor: Unary<'v128'>
  readonly abs: Unary<'v128'>
  readonly neg: Unary<'v128'>
  readonly sqrt: Unary<'v128'>
  readonly add: Binary<'v128'>
  readonly sub: Binary<'v128'>
  readonly mul: Binary<'v128'>
  readonly div: Binary<'v128'>
  readonly min: Binary<'v128'>
  readonly max: Binary<'v128'>
  /** b < a ? b : a */
  readonly pmin: Binary<'v128'>
  /** a < b ? b : a */
  readonly pmax: Binary<'v128'>
}

function floatVector<T extends 'f32' | 'f64'>(
  type: T,
  splat: number,
  extract: number,
  compare: number,
  floor: number,
  arithmetic: number,
): FloatVector<T> {
  return {
    splat: unary('v128', simd(splat)),
    extractLane: (a, lane) => code(type, a.pieces, simd(extract), lane),
    replaceLane: (a, lane, x) => code('v128', a.pieces, x.pieces, simd(extract + 1), lane),
    eq: vectorBinary(compare),
    ne: vectorBinary(compare + 1),
    lt: vectorBinary(compare + 2),
    gt: vectorBinary(compare + 3),
    le: vectorBinary(compare + 4),
    ge: vectorBinary(compare + 5),
    floor: vectorUnary(floor),
    abs: vectorUnary(arithmetic),
    neg: vectorUnary(arithmetic + 1),
    sqrt: vectorUnary(arithmetic + 3),
    add: vectorBinary(arithmetic + 4),
    sub: vectorBinary(arithmetic + 5),
    mul: vectorBinary(arithmetic + 6),
    div: vectorBinary(arithmetic + 7),
    min: vectorBinary(arithmetic + 8),
    max: vectorBinary(arithmetic + 9),
    pmin: vectorBinary(arithmetic + 10),
    pmax: vectorBinary(arithmetic + 11),
  }
}

export const f32x4: FloatVector<'f32'> & {
  /** The two lanes of an f64x2, rounded, and two zeros. */
  readonly demoteF64x2Zero: Unary<'v128'>
  readonly convertI32x4S: Unary<'v128'>
} = {
  ...floatVector('f32', 19, 31, 65, 104, 224),
  demoteF64x2Zero: vectorUnary(94),
  convertI32x4S: vectorUnary(250),
}

export const f64x2: FloatVector<'f64'> & {
  /** Towards 0. */
  readonly trunc: Unary<'v128'>
  /** The lower two lanes of an f32x4. */
  readonly promoteLowF32x4: Unary<'v128'>
  /** The lower two lanes of an i32x4. */
  readonly convertLowI32x4S: Unary<'v128'>
  readonly convertLowI32x4U: Unary<'v128'>
} = {
  ...floatVector('f64', 20, 33, 71, 117, 236),
  trunc: vectorUnary(122),
  promoteLowF32x4: vectorUnary(95),
  convertLowI32x4S: vectorUnary(254),
  convertLowI32x4U: vectorUnary(255),
}

/** The same number in every lane. */
export function splat32(x: number): Vector {
  const bytes = float32(x)
  return v128.const([...bytes, ...bytes, ...bytes, ...bytes])
}

/** The same number in both lanes. */
export function splat64(x: number): Vector {
  const bytes = float64(x)
  return v128.const([...bytes, ...bytes])
}
