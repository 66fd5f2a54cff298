/** Instructions on single numbers and on memory, under the names of the WebAssembly specification in camel case. */
import { float32, float64, signed, signedBig } from './bytes.ts'
import { code, type Code, type Statement } from './code.ts'
import {
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

interface I32 {
  readonly const: (n: number) => Code<'i32'>
  readonly load: Load<'i32'>
  readonly store: Store<'i32'>
  readonly eqz: Unary<'i32'>
  readonly eq: Binary<'i32'>
  readonly ne: Binary<'i32'>
  readonly ltS: Binary<'i32'>
  readonly ltU: Binary<'i32'>
  readonly gtS: Binary<'i32'>
  readonly gtU: Binary<'i32'>
  readonly leU: Binary<'i32'>
  readonly geU: Binary<'i32'>
  readonly add: Binary<'i32'>
  readonly sub: Binary<'i32'>
  readonly mul: Binary<'i32'>
  readonly divU: Binary<'i32'>
  readonly remU: Binary<'i32'>
  readonly and: Binary<'i32'>
  readonly or: Binary<'i32'>
  readonly xor: Binary<'i32'>
  readonly shl: Binary<'i32'>
  readonly shrS: Binary<'i32'>
  readonly shrU: Binary<'i32'>
  readonly wrapI64: Unary<'i64', 'i32'>
}

export const i32: I32 = {
  /** Bits beyond 31 count as the sign: addresses up to 2^32 are written as they are. */
  const: (n) => code('i32', 0x41, signed(n | 0)),
  load: load('i32', 0x28, 2),
  store: store(0x36, 2),
  eqz: unary('i32', 0x45),
  eq: binary('i32', 0x46),
  ne: binary('i32', 0x47),
  ltS: binary('i32', 0x48),
  ltU: binary('i32', 0x49),
  gtS: binary('i32', 0x4a),
  gtU: binary('i32', 0x4b),
  leU: binary('i32', 0x4d),
  geU: binary('i32', 0x4f),
  add: binary('i32', 0x6a),
  sub: binary('i32', 0x6b),
  mul: binary('i32', 0x6c),
  divU: binary('i32', 0x6e),
  remU: binary('i32', 0x70),
  and: binary('i32', 0x71),
  or: binary('i32', 0x72),
  xor: binary('i32', 0x73),
  shl: binary('i32', 0x74),
  shrS: binary('i32', 0x75),
  shrU: binary('i32', 0x76),
  wrapI64: unary('i32', 0xa7),
}

interface I64 {
  readonly const: (n: bigint) => Code<'i64'>
  readonly load: Load<'i64'>
  readonly store: Store<'i64'>
  readonly eq: Binary<'i64', 'i32'>
  readonly add: Binary<'i64'>
  readonly sub: Binary<'i64'>
  readonly mul: Binary<'i64'>
  readonly and: Binary<'i64'>
  readonly or: Binary<'i64'>
  readonly xor: Binary<'i64'>
  readonly shl: Binary<'i64'>
  readonly shrS: Binary<'i64'>
  readonly shrU: Binary<'i64'>
  readonly extendI32U: Unary<'i32', 'i64'>
  readonly extendI32S: Unary<'i32', 'i64'>
  readonly reinterpretF64: Unary<'f64', 'i64'>
}

export const i64: I64 = {
  const: (n) => code('i64', 0x42, signedBig(BigInt.asIntN(64, n))),
  load: load('i64', 0x29, 3),
  store: store(0x37, 3),
  eq: binary('i32', 0x51),
  add: binary('i64', 0x7c),
  sub: binary('i64', 0x7d),
  mul: binary('i64', 0x7e),
  and: binary('i64', 0x83),
  or: binary('i64', 0x84),
  xor: binary('i64', 0x85),
  shl: binary('i64', 0x86),
  shrS: binary('i64', 0x87),
  shrU: binary('i64', 0x88),
  extendI32S: unary('i64', 0xac),
  extendI32U: unary('i64', 0xad),
  reinterpretF64: unary('i64', 0xbd),
}

/** What f32 and f64 have in common. */
export interface Scalar<T extends 'f32' | 'f64'> {
  readonly const: (x: number) => Code<T>
  readonly load: Load<T>
  readonly store: Store<T>
  readonly eq: Binary<T, 'i32'>
  readonly ne: Binary<T, 'i32'>
  readonly lt: Binary<T, 'i32'>
  readonly gt: Binary<T, 'i32'>
  readonly le: Binary<T, 'i32'>
  readonly ge: Binary<T, 'i32'>
  readonly abs: Unary<T>
  readonly neg: Unary<T>
  readonly floor: Unary<T>
  readonly sqrt: Unary<T>
  readonly add: Binary<T>
  readonly sub: Binary<T>
  readonly mul: Binary<T>
  readonly div: Binary<T>
  readonly min: Binary<T>
  readonly max: Binary<T>
}

/** Comparisons and arithmetic lie in one order from these opcodes on. */
function scalar<T extends 'f32' | 'f64'>(
  type: T,
  compare: number,
  arithmetic: number,
): Omit<Scalar<T>, 'const' | 'load' | 'store'> {
  return {
    eq: binary('i32', compare),
    ne: binary('i32', compare + 1),
    lt: binary('i32', compare + 2),
    gt: binary('i32', compare + 3),
    le: binary('i32', compare + 4),
    ge: binary('i32', compare + 5),
    abs: unary(type, arithmetic),
    neg: unary(type, arithmetic + 1),
    floor: unary(type, arithmetic + 3),
    sqrt: unary(type, arithmetic + 6),
    add: binary(type, arithmetic + 7),
    sub: binary(type, arithmetic + 8),
    mul: binary(type, arithmetic + 9),
    div: binary(type, arithmetic + 10),
    min: binary(type, arithmetic + 11),
    max: binary(type, arithmetic + 12),
  }
}

export const f32: Scalar<'f32'> & {
  readonly demoteF64: Unary<'f64', 'f32'>
  readonly convertI32S: Unary<'i32', 'f32'>
} = {
  const: (x) => code('f32', 0x43, float32(x)),
  load: load('f32', 0x2a, 2),
  store: store(0x38, 2),
  ...scalar('f32', 0x5b, 0x8b),
  convertI32S: unary('f32', 0xb2),
  demoteF64: unary('f32', 0xb6),
}

export const f64: Scalar<'f64'> & {
  readonly promoteF32: Unary<'f32', 'f64'>
  readonly convertI32S: Unary<'i32', 'f64'>
  readonly convertI32U: Unary<'i32', 'f64'>
  readonly reinterpretI64: Unary<'i64', 'f64'>
} = {
  const: (x) => code('f64', 0x44, float64(x)),
  load: load('f64', 0x2b, 3),
  store: store(0x39, 3),
  ...scalar('f64', 0x61, 0x99),
  convertI32S: unary('f64', 0xb7),
  convertI32U: unary('f64', 0xb8),
  promoteF32: unary('f64', 0xbb),
  reinterpretI64: unary('f64', 0xbf),
}

/** Copies bytes; source and target may overlap. */
export function memoryCopy(to: Address, from: Address, bytes: Code<'i32'>): Statement {
  return code('void', to.pieces, from.pieces, bytes.pieces, 0xfc, 10, 0, 0)
}

/** Sets bytes to the lowest byte of `value`. */
export function memoryFill(to: Address, value: Code<'i32'>, bytes: Code<'i32'>): Statement {
  return code('void', to.pieces, value.pieces, bytes.pieces, 0xfc, 11, 0)
}
