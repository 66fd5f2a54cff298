import fc from 'fast-check'
import { expect, test } from 'vitest'
import { betaInc, cosTurns, erf, exp, log, normalCdf, sinTurns } from '../../src/math/index.ts'
import {
  chiSquare,
  gaussianMatrix,
  normal,
  rademacher,
  sphere,
  stream,
  uniform,
  type Stream,
} from '../../src/random/index.ts'
import { distanceBetween, expectLaw, expectMean, twoSampleBound } from './kolmogorov.ts'

const repeat = (n: number, draw: () => number): Float64Array => Float64Array.from({ length: n }, draw)

test.each([
  ['uniform', uniform, 2],
  ['normal', normal, 2],
  ['rademacher', rademacher, 128],
] as const)(
  '%s: the number of blocks depends on n alone; calls of whole blocks concatenate',
  (name, draw, perBlock) => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: Math.ceil(1200 / perBlock) }), { maxLength: 4 }),
        fc.nat({ max: 1500 }),
        (calls, last) => {
          const s = stream(3, name)
          const sizes = [...calls.map((k) => k * perBlock), last]
          const pieces = sizes.flatMap((n) => [...draw(s, n)])
          expect(s.position).toBe(sizes.reduce((sum, n) => sum + Math.ceil(n / perBlock), 0))
          expect(pieces).toEqual([...draw(stream(3, name), pieces.length)])
        },
      ),
      { numRuns: 30 },
    )
  },
)

test('an odd call drops the last number of its last block', () => {
  const [s, whole] = [stream(1), uniform(stream(1), 8)]
  expect([...uniform(s, 3), ...uniform(s, 4)]).toEqual([...whole.slice(0, 3), ...whole.slice(4)])
})

test.each([
  ['uniform', uniform],
  ['normal', normal],
  ['rademacher', rademacher],
] as const)('%s numbers can be written to an array that is there, of just their number', (name, draw) => {
  const into = new Float64Array(1001).fill(NaN)
  const start = stream(5, 'into')
  expect(draw(start, 1001, into)).toBe(into)
  expect(into).toEqual(draw(stream(5, 'into'), 1001))
  const { position } = start
  expect(() => draw(start, 1000, into)).toThrow(
    new RangeError(`${name}: expected room for 1000 numbers, got 1001`),
  )
  expect(start.position).toBe(position)
})

test('uniforms and normals are the documented function of the words', () => {
  const words = new Uint32Array(4)
  const s = stream(2)
  const [u, z] = [uniform(stream(2), 20), normal(stream(2), 20)]
  for (let i = 0; i < 20; i += 2) {
    s.draw(words, 1)
    const exact = [0, 2].map((at) =>
      Number(((BigInt(words[at]!) >> 5n) << 26n) | (BigInt(words[at + 1]!) >> 6n)),
    )
    const [a, b] = exact.map((k) => k / 2 ** 53) as [number, number]
    expect([u[i], u[i + 1]]).toEqual([a, b])
    const radius = Math.sqrt(-2 * log(1 - a))
    expect([z[i], z[i + 1]]).toEqual([radius * cosTurns(b), radius * sinTurns(b)])
  }
})

test.each([uniform, normal, rademacher])(
  '%o: zero numbers cost nothing, a bad count is refused by name',
  (draw) => {
    const s = stream(1)
    expect(draw(s, 0)).toEqual(new Float64Array(0))
    expect(s.position).toBe(0)
    for (const n of [-1, 1.5, NaN, Infinity, '2' as unknown as number]) {
      expect(() => draw(s, n)).toThrow(
        new RangeError(`${draw.name}: expected a count that is an integer of at least 0, got ${n}`),
      )
    }
  },
)

test('uniform numbers: law, range, mean, variance, neighbours', () => {
  const u = uniform(stream(11), 200_000)
  expect(u.every((x) => x >= 0 && x < 1)).toBe(true)
  expectLaw(u, (x) => x)
  expectMean(u, 1 / 2, 1 / 12)
  expectMean(
    u.map((x) => (x - 0.5) * (x - 0.5)),
    1 / 12,
    1 / 180,
  )
  expectMean(
    u.slice(1).map((x, i) => (x - 0.5) * (u[i]! - 0.5)),
    0,
    1 / 144,
  )
})

test('normal numbers: law, four moments, the two of a block independent', () => {
  const z = normal(stream(12), 200_000)
  const pairs = Array.from({ length: z.length / 2 }, (_, i) => [z[2 * i]!, z[2 * i + 1]!] as const)
  expectLaw(z, normalCdf)
  expectMean(z, 0, 1)
  expectMean(
    z.map((x) => x * x),
    1,
    2,
  )
  expectMean(
    z.map((x) => x * x * x),
    0,
    15,
  )
  expectMean(
    z.map((x) => x * x * x * x),
    3,
    96,
  )
  expectMean(
    Float64Array.from(pairs, ([x, y]) => x * y),
    0,
    1,
  )
  expectMean(
    Float64Array.from(pairs, ([x, y]) => (x * x - 1) * (y * y - 1)),
    0,
    4,
  )
  expectLaw(
    Float64Array.from(pairs, ([x, y]) => x * x + y * y),
    (r) => 1 - exp(-r / 2),
  )
  expectLaw(
    Float64Array.from(pairs, ([x, y]) => (x + y) / Math.sqrt(2)),
    normalCdf,
  )
})

test('signs are the bits of the words, lowest first', () => {
  const words = new Uint32Array(8)
  stream(2).draw(words, 2)
  const bits = [...words].flatMap((w) => [...w.toString(2).padStart(32, '0')].reverse())
  expect([...rademacher(stream(2), 256)]).toEqual(bits.map((bit) => (bit === '1' ? 1 : -1)))
})

test('signs: fair, uncorrelated with neighbours, with the next word and the next block', () => {
  const signs = rademacher(stream(13), 256_000)
  expect(signs.every((x) => x === 1 || x === -1)).toBe(true)
  expectMean(signs, 0, 1)
  for (const lag of [1, 32, 128])
    expectMean(
      signs.slice(lag).map((x, i) => x * signs[i]!),
      0,
      1,
    )
})

test.each([2, 3, 6])(
  'points on the sphere in dimension %i: norm, law of a coordinate, orthogonality',
  (d) => {
    const s = stream(14, d)
    const points = Array.from({ length: 20_000 }, () => sphere(s, d, 3))
    for (const x of points.slice(0, 100))
      expect(Math.sqrt(x.reduce((sum, c) => sum + c * c, 0))).toBeCloseTo(3, 14)
    const half = (d - 1) / 2
    for (const axis of [0, d - 1]) {
      expectLaw(
        Float64Array.from(points, (x) => x[axis]! / 3),
        (c) => betaInc(half, half, (1 + c) / 2),
      )
    }
    expectMean(
      Float64Array.from(points, (x) => x[0]! * x[d - 1]!),
      0,
      81 / (d * (d + 2)),
    )
  },
)

test('the sphere in dimension 1 is two points; its radius is 1 unless said', () => {
  const s = stream(15)
  const points = repeat(10_000, () => sphere(s, 1, 0.1)[0]!)
  expect(new Set(points)).toEqual(new Set([0.1, -0.1]))
  expectMean(points, 0, 0.01)
  expect(Math.abs(sphere(s, 1)[0]!)).toBe(1)
  expect(sphere(s, 4, 0).every((x) => x === 0)).toBe(true)
})

test('sphere refuses dimensions and radii that are none', () => {
  const s = stream(1)
  expect(() => sphere(s, 0)).toThrow(
    new RangeError('sphere: expected a dimension that is an integer of at least 1, got 0'),
  )
  for (const radius of [-1, NaN, Infinity]) {
    expect(() => sphere(s, 2, radius)).toThrow(
      new RangeError(`sphere: expected a finite radius of at least 0, got ${radius}`),
    )
  }
})

const chiSquareLaws: [number, (x: number) => number][] = [
  [1, (x) => erf(Math.sqrt(x / 2))],
  [2, (x) => 1 - exp(-x / 2)],
  [4, (x) => 1 - exp(-x / 2) * (1 + x / 2)],
]

test.each(chiSquareLaws)('chi-square with %d degrees of freedom has its closed law', (degrees, cdf) => {
  const s = stream(16, degrees)
  expectLaw(
    repeat(20_000, () => chiSquare(s, degrees)),
    cdf,
  )
  expect(s.position).toBe(20_000)
})

test('chi-square with 7 degrees is a sum of 7 squares, with 1.3 + 2.7 a sum of two chi-squares', () => {
  const n = 10_000
  const s = stream(17)
  const squares = repeat(n, () => normal(s, 7).reduce((sum, z) => sum + z * z, 0))
  expect(
    distanceBetween(
      repeat(n, () => chiSquare(s, 7)),
      squares,
    ),
  ).toBeLessThan(twoSampleBound(n))
  const sums = repeat(n, () => chiSquare(s, 1.3) + chiSquare(s, 2.7))
  expectLaw(sums, chiSquareLaws[2]![1])
})

test.each([0.5, 30, 999_999])(
  'chi-square with %d degrees has that mean and twice the variance',
  (degrees) => {
    const s = stream(18, degrees)
    const sample = repeat(4000, () => chiSquare(s, degrees))
    expectMean(sample, degrees, 2 * degrees)
    expectMean(
      sample.map((x) => (x - degrees) * (x - degrees)),
      2 * degrees,
      8 * degrees * (degrees + 6),
    )
  },
)

test('chi-square refuses degrees that are none', () => {
  for (const degrees of [0, -1, NaN, Infinity]) {
    expect(() => chiSquare(stream(1), degrees)).toThrow(
      new RangeError(`chiSquare: expected positive finite degrees of freedom, got ${degrees}`),
    )
  }
})

test('a Gaussian matrix is its normals, scaled; variance 1/columns unless said', () => {
  const z = normal(stream(19), 12)
  const one = gaussianMatrix(stream(19), 3, 4, { variance: 1 })
  expect(one.shape).toEqual([3, 4])
  expect([...one.data]).toEqual([...z])
  expect([...gaussianMatrix(stream(19), 3, 4).data]).toEqual(Array.from(z, (x) => x / 2))
  const build = (rows: number, columns: number, variance: number) => (): unknown =>
    gaussianMatrix(stream(1), rows, columns, { variance })
  expect(build(0, 1, 1)).toThrow(RangeError)
  expect(build(1, 0, 1)).toThrow(RangeError)
  expect(build(1, 1, 0)).toThrow(new RangeError('gaussianMatrix: expected positive finite variance, got 0'))
})

test('the streams of two draws are told apart by path, so their numbers are uncorrelated', () => {
  const product = (a: Stream, b: Stream): Float64Array => {
    const y = normal(b, 100_000)
    return normal(a, 100_000).map((x, i) => x * y[i]!)
  }
  expectMean(product(stream(1, 'a'), stream(1, 'b')), 0, 1)
  expectMean(product(stream(1), stream(2)), 0, 1)
  expectMean(product(stream(1, 0), stream(1, 0, 0)), 0, 1)
})
