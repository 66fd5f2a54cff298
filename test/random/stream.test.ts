import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normal, stream, Stream, uniform, type PathPart } from '../../src/random/index.ts'
import { trace } from '../../src/tape/index.ts'
import { expectLaw, expectMean } from './kolmogorov.ts'

const seeds = fc.maxSafeNat()
const text = fc.string({ unit: 'binary', maxLength: 9 })
const part: fc.Arbitrary<PathPart> = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const paths = fc.array(part, { maxLength: 4 })
const first = (s: Stream, n = 6): number[] => [...uniform(s, n)]

test('a stream is found by seed and path alone, in one go or step by step', () => {
  fc.assert(
    fc.property(seeds, paths, paths, (seed, path, more) => {
      const whole = first(stream(seed, ...path, ...more))
      expect(first(stream(seed, ...path).child(...more))).toEqual(whole)
      expect(first(more.reduce<Stream>((s, p) => s.child(p), stream(seed, ...path)))).toEqual(whole)
    }),
  )
})

test('different paths give different streams', () => {
  fc.assert(
    fc.property(seeds, paths, paths, (seed, a, b) => {
      const same = a.length === b.length && a.every((p, i) => p === b[i])
      expect(first(stream(seed, ...a), 2).join() === first(stream(seed, ...b), 2).join()).toBe(same)
    }),
  )
})

test.each<[PathPart[], PathPart[]]>([
  [[1], ['1']],
  [
    ['ab', 'c'],
    ['a', 'bc'],
  ],
  [[], ['']],
  [[''], ['', '']],
  [['a'], ['a\0']],
  [['\ud800'], ['\ud801']],
  [
    [1, 2],
    [2, 1],
  ],
  [[0], [5e-324]],
  [[0, ''], ['\0\0\0\0\u0001\0\0\0']],
  [[0, ''], ['\0\0\0\0\u0002\0\0\0']],
])('the paths %j and %j are apart', (a, b) => {
  expect(first(stream(5, ...a))).not.toEqual(first(stream(5, ...b)))
})

test('0 and -0 name one stream', () => {
  expect(first(stream(5, -0))).toEqual(first(stream(5, 0)))
})

test('drawing from any other stream moves no bit of this one', () => {
  fc.assert(
    fc.property(seeds, paths, fc.array(fc.tuple(paths, fc.nat({ max: 9 }))), (seed, path, others) => {
      const s = stream(seed, ...path)
      const [before, after] = [first(s), first(s)]
      const parent = stream(seed)
      const again = parent.child(...path)
      for (const [other, n] of others) normal(stream(seed, ...other), n)
      uniform(parent, 3)
      expect(first(again)).toEqual(before)
      for (const [other, n] of others) uniform(again.child(...other), n)
      expect(first(again)).toEqual(after)
      expect(first(parent.child(...path))).toEqual(before)
    }),
  )
})

test('numbered streams look independent: first draws uniform, neighbours uncorrelated', () => {
  const n = 40_000
  const heads = Float64Array.from({ length: n }, (_, i) => uniform(stream(1, 'trial', i), 1)[0]!)
  expectLaw(heads, (u) => u)
  expectMean(
    heads.slice(1).map((u, i) => (u - 0.5) * (heads[i]! - 0.5)),
    0,
    1 / 144,
  )
  const bySeed = Float64Array.from({ length: n }, (_, i) => uniform(stream(i), 1)[0]!)
  expectLaw(bySeed, (u) => u)
})

test.each([-1, 0.5, NaN, Infinity, 2 ** 53, '3' as unknown as number])('seed %s is refused', (seed) => {
  expect(() => stream(seed)).toThrow(
    new RangeError(`stream: expected a seed that is an integer in [0, 2^53), got ${seed}`),
  )
})

test('paths of anything but strings and finite numbers are refused', () => {
  expect(() => stream(1, NaN)).toThrow(new RangeError('stream: expected finite numbers in the path, got NaN'))
  expect(() => stream(1).child(true as unknown as string)).toThrow(
    new TypeError('stream: expected a path of strings and numbers, got boolean'),
  )
})

test('a block count that is no count, or has no room, is refused and nothing is drawn', () => {
  const s = stream(1)
  expect(() => s.draw(new Uint32Array(8), 3)).toThrow(
    new RangeError('stream: expected room for 12 words, got 8'),
  )
  expect(() => s.draw(new Uint32Array(8), 0.5)).toThrow(RangeError)
  expect(s.position).toBe(0)
})

test('drawing while recording is refused with a hint', () => {
  const s = stream(1)
  const draw = (): unknown =>
    trace(
      (x) => {
        uniform(s, 1)
        return [x]
      },
      [{ dtype: 'f64', shape: [] }],
    )
  expect(draw).toThrow(/stream: expected to draw outside of a recording.*\nhint: .*as an argument/)
  expect(s.position).toBe(0)
})
