import { expect, test } from 'vitest'
import {
  f32,
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  shuffle,
  shuffle32,
  splat32,
  splat64,
  v128,
  type Code,
} from '../../../../src/run/wasm/assembler/index.ts'
import { assembled, floats, longs, memory, pointsOf, s64, u, u64, words, type Table } from './instructions.ts'

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
