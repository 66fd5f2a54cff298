/** Every instruction of the assembler, run by the engine and compared with what the specification says it does. */
import { expect, test } from 'vitest'
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  memoryCopy,
  memoryFill,
  ModuleBuilder,
  shuffle,
  shuffle32,
  splat32,
  splat64,
  v128,
  type Code,
  type ValueType,
} from '../../../../src/run/wasm/assembler/index.ts'

type Exported = (...args: (number | bigint)[]) => number | bigint

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
const bytes = new Uint8Array(memory.buffer)

/** A module of one function, run by the engine. */
function assembled<R extends ValueType | 'void'>(
  parameters: readonly ValueType[],
  result: R,
  body: (...args: Code[]) => Code<R>,
): Exported {
  const module = new ModuleBuilder()
  module.importMemory('env', 'memory')
  module.define('f', parameters, result, (_, ...locals) => [body(...locals.map(({ get }) => get))] as never)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  return exports['f'] as Exported
}

type Reference = (...args: never[]) => number | bigint | boolean
type Table = Readonly<Record<string, Reference>>

const u = (x: number): number => x >>> 0
const s64 = (x: bigint): bigint => BigInt.asIntN(64, x)
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const buffer = new DataView(new ArrayBuffer(8))
const bitsOf = (x: number): bigint => (buffer.setFloat64(0, x), buffer.getBigInt64(0))
const fromBits = (x: bigint): number => (buffer.setBigInt64(0, x), buffer.getFloat64(0))

/** What i32 and the lanes of i32x4 do; comparisons give booleans. */
const words = {
  eq: (a: number, b: number) => a === b,
  ltS: (a: number, b: number) => a < b,
  ltU: (a: number, b: number) => u(a) < u(b),
  gtS: (a: number, b: number) => a > b,
  add: (a: number, b: number) => (a + b) | 0,
  sub: (a: number, b: number) => (a - b) | 0,
  mul: (a: number, b: number) => Math.imul(a, b),
}
const longs = {
  eq: (a: bigint, b: bigint) => a === b,
  add: (a: bigint, b: bigint) => s64(a + b),
  sub: (a: bigint, b: bigint) => s64(a - b),
}
/** The smaller one of WebAssembly: NaN if there is one, and -0 below 0. */
const least = (a: number, b: number): number => Math.min(a, b)
const floats = {
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  lt: (a: number, b: number) => a < b,
  gt: (a: number, b: number) => a > b,
  le: (a: number, b: number) => a <= b,
  ge: (a: number, b: number) => a >= b,
  abs: (a: number) => Math.abs(a),
  neg: (a: number) => -a,
  floor: (a: number) => Math.floor(a),
  sqrt: (a: number) => Math.sqrt(a),
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  min: least,
  max: (a: number, b: number) => Math.max(a, b),
}

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

const pointsOf: Record<Exclude<ValueType, 'v128'>, readonly (number | bigint)[]> = {
  i32: [0, 1, -1, 7, -8, 2147483647, -2147483648, 1 << 20],
  i64: [0n, 1n, -1n, 77n, -(1n << 63n), (1n << 63n) - 1n, 0x123456789abcdefn, bitsOf(1.5)],
  f32: [0, -0, 1, -2.5, 0.3, 1e38, 1e-45, Infinity, -Infinity, NaN].map(Math.fround),
  f64: [0, -0, 1, -2.5, 0.3, 1e300, 5e-324, Infinity, -Infinity, NaN],
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

const A = 0
const B = 16
const C = 32
const OUT = 48

/** The 16 bytes that an instruction makes of others. */
function vectorOf(body: (a: Code<'v128'>, b: Code<'v128'>, c: Code<'v128'>) => Code<'v128'>): () => void {
  const at = (address: number): Code<'v128'> => v128.load(i32.const(address))
  const run = assembled([], 'void', () => v128.store(i32.const(OUT), body(at(A), at(B), at(C))))
  return () => void run()
}

const arrays = { i32: Int32Array, i64: BigInt64Array, f32: Float32Array, f64: Float64Array } as const
type Lanes = Int32Array | BigInt64Array | Float32Array | Float64Array
const lanesAt = (type: keyof typeof arrays, at: number): Lanes =>
  new arrays[type](memory.buffer, at, type.endsWith('32') ? 4 : 2)

const vectors = {
  i32x4: { type: 'i32', table: words, group: i32x4 },
  i64x2: { type: 'i64', table: longs, group: i64x2 },
  f32x4: {
    type: 'f32',
    table: {
      ...floats,
      pmin: (a: number, b: number) => (b < a ? b : a),
      pmax: (a: number, b: number) => (a < b ? b : a),
    },
    group: f32x4,
  },
  f64x2: {
    type: 'f64',
    table: {
      ...floats,
      trunc: (a: number) => Math.trunc(a),
      pmin: (a: number, b: number) => (b < a ? b : a),
      pmax: (a: number, b: number) => (a < b ? b : a),
    },
    group: f64x2,
  },
} as const

test.each(Object.entries(vectors))('%s: lane by lane', (_, { type, table, group }) => {
  const points = pointsOf[type]
  for (const [name, reference] of Object.entries(table as Table)) {
    const instruction = (group as unknown as Record<string, (...args: Code[]) => Code<'v128'>>)[name]!
    const run = vectorOf((a, b) => instruction(...[a, b].slice(0, reference.length)))
    for (let shift = 0; shift < points.length; shift++) {
      const [a, b] = [lanesAt(type, A), lanesAt(type, B)]
      for (let i = 0; i < a.length; i++) {
        a[i] = points[(i + shift) % points.length] as never
        b[i] = points[(3 * i + 2 * shift + 1) % points.length] as never
      }
      run()
      const results = Array.from<number | bigint, number | bigint | boolean>(a as never, (x, i) =>
        reference(x as never, b[i] as never),
      )
      // A comparison sets all bits of a lane, which are -1 as an integer.
      const isMask = typeof results[0] === 'boolean'
      const maskType = type.endsWith('32') ? 'i32' : 'i64'
      const out = Array.from<number | bigint>(lanesAt(isMask ? maskType : type, OUT) as never)
      const set = maskType === 'i32' ? -1 : -1n
      const unset = maskType === 'i32' ? 0 : 0n
      const wanted = results.map((x) => (typeof x === 'boolean' ? (x ? set : unset) : x))
      const rounded = type === 'f32' && !isMask ? wanted.map((x) => Math.fround(x as number)) : wanted
      expect([name, ...out]).toEqual([name, ...rounded])
    }
  }
})

test('bits of vectors', () => {
  const [a, b, c] = [A, B, C].map((at) => lanesAt('i32', at) as Int32Array) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  a.set([0x0f0f0f0f, -1, 0, 0x12345678])
  b.set([0x00ff00ff, 5, 9, -7])
  c.set([-1, 0, 0x0000ffff, 0x70707070])
  const out = lanesAt('i32', OUT)
  const check = (
    body: Parameters<typeof vectorOf>[0],
    f: (x: number, y: number, z: number) => number,
  ): void => {
    vectorOf(body)()
    expect([...out]).toEqual(Array.from(a, (x, i) => f(x, b[i]!, c[i]!) | 0))
  }
  check(
    (x) => v128.not(x),
    (x) => ~x,
  )
  check(v128.and, (x, y) => x & y)
  check(v128.andnot, (x, y) => x & ~y)
  check(v128.or, (x, y) => x | y)
  check(v128.xor, (x, y) => x ^ y)
  check(v128.bitselect, (x, y, z) => (x & z) | (y & ~z))
  for (const bits of [0, 1, 31, 33]) {
    check(
      (x) => i32x4.shl(x, i32.const(bits)),
      (x) => x << bits,
    )
    check(
      (x) => i32x4.shrS(x, i32.const(bits)),
      (x) => x >> bits,
    )
    check(
      (x) => i32x4.shrU(x, i32.const(bits)),
      (x) => x >>> bits,
    )
  }
  const longs = lanesAt('i64', A) as BigInt64Array
  const shifted = (body: Parameters<typeof vectorOf>[0]): bigint[] => {
    vectorOf(body)()
    return [...(lanesAt('i64', OUT) as BigInt64Array)]
  }
  longs.set([-5n, 0x123456789abcdefn])
  expect(shifted((x) => i64x2.shl(x, i32.const(9)))).toEqual([...longs].map((x) => s64(x << 9n)))
  expect(shifted((x) => i64x2.shrS(x, i32.const(9)))).toEqual([...longs].map((x) => x >> 9n))
  expect(shifted((x) => i64x2.shrU(x, i32.const(9)))).toEqual([...longs].map((x) => s64(u64(x) >> 9n)))
  const anyTrue = assembled([], 'i32', () => v128.anyTrue(v128.load(i32.const(A))))
  expect(anyTrue()).toBe(1)
  longs.fill(0n)
  expect(anyTrue()).toBe(0)
})

test('products of words, and between the formats', () => {
  const [a, b] = [lanesAt('i32', A) as Int32Array, lanesAt('i32', B) as Int32Array]
  a.set([-1, 3, 0x7fffffff, -2])
  b.set([-1, 5, 2, 7])
  const longsOf = (body: Parameters<typeof vectorOf>[0]): bigint[] => {
    vectorOf(body)()
    return [...(lanesAt('i64', OUT) as BigInt64Array)].map(u64)
  }
  const wide = Array.from(a, (x, i) => BigInt(u(x)) * BigInt(u(b[i]!)))
  expect(longsOf(i64x2.extmulLowI32x4U)).toEqual(wide.slice(0, 2))
  expect(longsOf(i64x2.extmulHighI32x4U)).toEqual(wide.slice(2))

  const outOf = (type: keyof typeof arrays, body: Parameters<typeof vectorOf>[0]): unknown[] => {
    vectorOf(body)()
    return Array.from<number | bigint>(lanesAt(type, OUT) as never)
  }
  expect(outOf('f32', f32x4.convertI32x4S)).toEqual(Array.from(a, Math.fround))
  expect(outOf('f64', f64x2.convertLowI32x4S)).toEqual([-1, 3])
  expect(outOf('f64', f64x2.convertLowI32x4U)).toEqual([4294967295, 3])
  lanesAt('f64', A).set([1e300, -0.1] as never)
  expect(outOf('f32', f32x4.demoteF64x2Zero)).toEqual([Infinity, Math.fround(-0.1), 0, 0])
  lanesAt('f64', A).set([-3e9, 2.9] as never)
  expect(outOf('i32', i32x4.truncSatF64x2SZero)).toEqual([-2147483648, 2, 0, 0])
  expect(outOf('i32', i32x4.truncSatF64x2UZero)).toEqual([0, 2, 0, 0])
  lanesAt('f32', A).set([0.5, -7.75, NaN, 3e9] as never)
  expect(outOf('f64', f64x2.promoteLowF32x4)).toEqual([0.5, -7.75])
  expect(outOf('i32', i32x4.truncSatF32x4S)).toEqual([0, -7, 0, 2147483647])
})

test('lanes in and out, splats and shuffles', () => {
  lanesAt('f32', A).set([1, 2, 3, 4] as never)
  lanesAt('f32', B).set([5, 6, 7, 8] as never)
  const floatsOf = (body: Parameters<typeof vectorOf>[0], type: 'f32' | 'f64' = 'f32'): number[] => {
    vectorOf(body)()
    return [...(lanesAt(type, OUT) as Float32Array)]
  }
  expect(floatsOf((a, b) => shuffle32(a, b, [7, 0, 5, 2]))).toEqual([8, 1, 6, 3])
  expect(floatsOf((a, b) => shuffle(a, b, [4, 5, 6, 7, 16, 17, 18, 19, 0, 1, 2, 3, 28, 29, 30, 31]))).toEqual(
    [2, 5, 1, 8],
  )
  expect(floatsOf((a) => f32x4.replaceLane(a, 2, f32.const(9)))).toEqual([1, 2, 9, 4])
  expect(floatsOf((a) => f32x4.splat(f32x4.extractLane(a, 3)))).toEqual([4, 4, 4, 4])
  expect(floatsOf(() => splat32(0.1))).toEqual(new Array(4).fill(Math.fround(0.1)))
  expect(floatsOf(() => splat64(0.1), 'f64')).toEqual([0.1, 0.1])
  expect(floatsOf(() => f64x2.replaceLane(splat64(2), 1, f64x2.extractLane(splat64(3), 0)), 'f64')).toEqual([
    2, 3,
  ])
  vectorOf(() => i32x4.splat(i32x4.extractLane(v128.const(Array.from({ length: 16 }, (_, i) => i)), 1)))()
  expect([...lanesAt('i32', OUT)]).toEqual(new Array(4).fill(0x07060504))
  vectorOf(() => i64x2.splat(i64.const(-5n)))()
  expect([...lanesAt('i64', OUT)]).toEqual([-5n, -5n])
})

test('parts of vectors from and to memory', () => {
  const at = i32.const(A)
  lanesAt('f32', A).set([1, 2, 3, 4] as never)
  const floatsOf = (body: Code<'v128'>, type: 'f32' | 'f64' = 'f32'): number[] => {
    vectorOf(() => body)()
    return [...(lanesAt(type, OUT) as Float32Array)]
  }
  expect(floatsOf(v128.load32Splat(at, 4))).toEqual([2, 2, 2, 2])
  expect(floatsOf(v128.load64Splat(at, 8))).toEqual([3, 4, 3, 4])
  expect(floatsOf(v128.load32Zero(at, 8))).toEqual([3, 0, 0, 0])
  expect(floatsOf(v128.load64Zero(at, 4))).toEqual([2, 3, 0, 0])
  lanesAt('f32', OUT).fill(9 as never)
  assembled([], 'void', () => v128.store32Lane(i32.const(OUT), v128.load(at), 2, 4))()
  expect([...lanesAt('f32', OUT)]).toEqual([9, 3, 9, 9])
  assembled([], 'void', () => v128.store64Lane(i32.const(OUT), v128.load(at), 1, 8))()
  expect([...lanesAt('f32', OUT)]).toEqual([9, 3, 3, 4])
})

test('runs of bytes, overlapping or not', () => {
  bytes.set([1, 2, 3, 4, 5, 6], 100)
  assembled([], 'void', () => memoryCopy(i32.const(102), i32.const(100), i32.const(4)))()
  expect([...bytes.slice(100, 106)]).toEqual([1, 2, 1, 2, 3, 4])
  assembled([], 'void', () => memoryFill(i32.const(101), i32.const(0x1ff), i32.const(3)))()
  expect([...bytes.slice(100, 106)]).toEqual([1, 255, 255, 255, 3, 4])
})
