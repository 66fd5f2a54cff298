import { expect, test } from 'vitest'
import {
  f32,
  f64,
  i32,
  i64,
  memoryCopy,
  memoryFill,
  type Code,
  type ValueType,
} from '../../../../src/run/wasm/assembler/index.ts'
import {
  assembled,
  bitsOf,
  bytes,
  floats,
  fromBits,
  longs,
  pointsOf,
  s64,
  u,
  u64,
  words,
  type Table,
} from './instructions.ts'

const scalars = {
  i32: {
    ...words,
    eqz: (a: number) => a === 0,
    ne: (a: number, b: number) => a !== b,
    gtU: (a: number, b: number) => u(a) > u(b),
    leU: (a: number, b: number) => u(a) <= u(b),
    geU: (a: number, b: number) => u(a) >= u(b),
    divU: (a: number, b: number) => Math.floor(u(a) / u(b || 1)) | 0,
    remU: (a: number, b: number) => (u(a) % u(b || 1)) | 0,
    and: (a: number, b: number) => a & b,
    or: (a: number, b: number) => a | b,
    xor: (a: number, b: number) => a ^ b,
    shl: (a: number, b: number) => a << b,
    shrS: (a: number, b: number) => a >> b,
    shrU: (a: number, b: number) => (a >>> b) | 0,
    wrapI64: (a: bigint) => Number(BigInt.asIntN(32, a)),
  },
  i64: {
    ...longs,
    mul: (a: bigint, b: bigint) => s64(a * b),
    and: (a: bigint, b: bigint) => a & b,
    or: (a: bigint, b: bigint) => a | b,
    xor: (a: bigint, b: bigint) => a ^ b,
    shl: (a: bigint, b: bigint) => s64(a << (b & 63n)),
    shrS: (a: bigint, b: bigint) => a >> (b & 63n),
    shrU: (a: bigint, b: bigint) => s64(u64(a) >> (b & 63n)),
    extendI32U: (a: number) => BigInt(u(a)),
    extendI32S: (a: number) => BigInt(a),
    reinterpretF64: (a: number) => bitsOf(a),
  },
  f32: { ...floats, demoteF64: (a: number) => a, convertI32S: (a: number) => a },
  f64: {
    ...floats,
    promoteF32: (a: number) => a,
    convertI32S: (a: number) => a,
    convertI32U: u,
    reinterpretI64: (a: bigint) => fromBits(a),
  },
} as const

/** The operand's type where it is not that of the table. */
function operandOf(name: string, type: ValueType): ValueType {
  const other = /(I32|I64|F32|F64)[SU]?$/.exec(name)?.[1]
  return other ? (other.toLowerCase() as ValueType) : type
}

const toValue = (x: number | bigint | boolean): number | bigint => (typeof x === 'boolean' ? Number(x) : x)

const groups = { i32, i64, f32, f64 } as unknown as Record<string, Record<string, (...args: Code[]) => Code>>

test.each(Object.entries(scalars))('%s: one number at a time', (type, table) => {
  const group = groups[type]!
  const others = Object.keys(group).filter((name) => !(name in table))
  expect(others.sort()).toEqual(['const', 'load', 'store'])
  for (const [name, reference] of Object.entries(table as Table)) {
    const operand = operandOf(name, type as ValueType)
    const instruction = group[name]!
    const parameters = Array.from({ length: reference.length }, () => operand)
    const probe = instruction(...parameters.map((type) => ({ type, pieces: [] }))).type as ValueType
    const run = assembled(parameters, probe, (...args) => instruction(...args) as Code<ValueType>)
    const points = pointsOf[operand as 'i32']
    for (const a of points) {
      for (const b of reference.length > 1 ? points : [0]) {
        if ((name === 'divU' || name === 'remU') && b === 0) continue
        const expected = toValue(reference(a as never, b as never))
        const rounded = probe === 'f32' ? Math.fround(expected as number) : expected
        expect([name, a, b, run(...[a, b].slice(0, reference.length))]).toEqual([name, a, b, rounded])
      }
    }
  }
})

test.each(['i32', 'i64', 'f32', 'f64'] as const)('%s: constants, loads and stores', (type) => {
  const group = groups[type] as unknown as {
    const: (x: number | bigint) => Code<typeof type>
    load: (at: Code<'i32'>, offset?: number) => Code<typeof type>
    store: (at: Code<'i32'>, x: Code, offset?: number) => Code<'void'>
  }
  for (const x of pointsOf[type]) {
    expect(assembled([], type, () => group.const(x))()).toEqual(x)
    bytes.fill(0x55)
    assembled(['i32', type], 'void', (at, value) => group.store(at as Code<'i32'>, value!, 300))(16, x)
    expect(assembled(['i32'], type, (at) => group.load(at as Code<'i32'>, 300))(16)).toEqual(x)
    expect([bytes[315], bytes[316 + (type.endsWith('32') ? 4 : 8)]]).toEqual([0x55, 0x55])
  }
})

test('runs of bytes, overlapping or not', () => {
  bytes.set([1, 2, 3, 4, 5, 6], 100)
  assembled([], 'void', () => memoryCopy(i32.const(102), i32.const(100), i32.const(4)))()
  expect([...bytes.slice(100, 106)]).toEqual([1, 2, 1, 2, 3, 4])
  assembled([], 'void', () => memoryFill(i32.const(101), i32.const(0x1ff), i32.const(3)))()
  expect([...bytes.slice(100, 106)]).toEqual([1, 255, 255, 255, 3, 4])
})
