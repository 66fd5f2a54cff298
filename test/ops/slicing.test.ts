import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  flip,
  grad,
  mul,
  pad,
  slice,
  split,
  sum,
  tensor,
  unstack,
  vmap,
  type Tensor,
} from '../../src/index.ts'
import type { Range } from '../../src/index.ts'
import { build, numbered, read, shapes } from './indices.ts'

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])

test('ranges read as in NumPy', () => {
  expect(slice(x, [[0, 1]]).toArray()).toEqual([[1, 2, 3]])
  expect(slice(x, [null, [1, null]]).toArray()).toEqual([
    [2, 3],
    [5, 6],
  ])
  expect(slice(x, [1, -1]).toArray()).toBe(6)
  expect(slice(x, [-1]).toArray()).toEqual([4, 5, 6])
  expect(slice(x, [null, [null, null, -2]]).toArray()).toEqual([
    [3, 1],
    [6, 4],
  ])
  expect(slice(x, [null, [-2, -1]]).toArray()).toEqual([[2], [5]])
  expect(slice(x, [null, [2, 0, -1]]).toArray()).toEqual([
    [3, 2],
    [6, 5],
  ])
  expect(slice(x, [[5, 9]]).shape).toEqual([0, 3])
  expect(slice(x, [])).toBe(x)
})

/** Python's slice.indices, by walking. */
function walked(n: number, [start, stop, step]: [number | null, number | null, number | null]): number[] {
  const by = step ?? 1
  const wrap = (i: number): number => (i < 0 ? i + n : i)
  let at = start === null ? (by > 0 ? 0 : n - 1) : wrap(start)
  const end = stop === null ? (by > 0 ? n : -1) : Math.max(wrap(stop), -1)
  if (by > 0) at = Math.max(at, 0)
  else at = Math.min(at, n - 1)
  const list: number[] = []
  for (; by > 0 ? at < Math.min(end, n) : at > end && at >= 0; at += by) list.push(at)
  return list
}

const bound = fc.option(fc.integer({ min: -7, max: 7 }))
const step = fc.option(fc.integer({ min: -3, max: 3 }).filter((by) => by !== 0))

test('slices equal a loop, for all bounds and steps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.tuple(bound, bound, step)), { maxLength: 3 }),
      (axes) => {
        const source = numbered(axes.map(([n]) => n))
        const lists = axes.map(([n, range]) => walked(n, range))
        const expected = build(
          lists.map(({ length }) => length),
          (index) =>
            read(
              source,
              index.map((i, axis) => lists[axis]![i]!),
            ),
        )
        const part = slice(
          source,
          axes.map(([, range]) => range),
        )
        expect(part.shape).toEqual(expected.shape)
        expect([...part.data]).toEqual([...expected.data])
      },
    ),
    { numRuns: 500 },
  )
})

test('padding equals a loop, and slicing takes it off again', () => {
  const width = fc.integer({ min: 0, max: 3 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), width, width), { maxLength: 3 }),
      (axes) => {
        const source = numbered(axes.map(([n]) => n))
        const padded = pad(
          source,
          axes.map(([, before, after]) => [before, after]),
        )
        const expected = build(
          axes.map(([n, before, after]) => before + n + after),
          (index) =>
            read(
              source,
              index.map((i, axis) => i - axes[axis]![1]),
            ),
        )
        expect(padded.shape).toEqual(expected.shape)
        expect([...padded.data]).toEqual([...expected.data])
        const back = slice(
          padded,
          axes.map(([n, before]): Range => [before, before + n]),
        )
        expect(back.toArray()).toEqual(source.toArray())
      },
    ),
  )
  expect(pad(x, [0, 1]).shape).toEqual([2, 5])
  expect(pad(x, [0, [0, 0]])).toBe(x)
})

test('flip reverses the axes named, and twice is nothing', () => {
  fc.assert(
    fc.property(shapes({ min: 1, max: 3 }), fc.nat(2), (shape, choice) => {
      const axis = choice % shape.length
      const source = numbered(shape)
      const expected = build(shape, (index) =>
        read(source, index.with(axis, shape[axis]! - 1 - index[axis]!)),
      )
      expect(flip(source, axis).toArray()).toEqual(expected.toArray())
      expect(flip(flip(source)).toArray()).toEqual(source.toArray())
      expect([...flip(source).data]).toEqual([...source.data].reverse())
    }),
  )
})

test('split and unstack cut along an axis', () => {
  expect(split(x, 3, 1).map((part) => part.toArray())).toEqual([
    [[1], [4]],
    [[2], [5]],
    [[3], [6]],
  ])
  expect(split(x, [1, 0, 2], -1).map(({ shape }) => shape)).toEqual([
    [2, 1],
    [2, 0],
    [2, 2],
  ])
  expect(unstack(x).map((part) => part.toArray())).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ])
  expect(unstack(x, 1).map((part) => part.toArray())).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ])
})

test('the gradient lands where the elements came from, labels slice as well', () => {
  const f = (y: Tensor): Tensor => sum(mul(slice(y, [null, [null, null, -2]]), tensor([10, 20])))
  expect(grad(f)(x).toArray()).toEqual([
    [20, 0, 10],
    [20, 0, 10],
  ])
  expect(slice(tensor([1, 2, 3], [3], 'i32'), [[1, null]])).toMatchObject({ dtype: 'i32', shape: [2] })
  expect(vmap((row: Tensor) => flip(row))(x).toArray()).toEqual([
    [3, 2, 1],
    [6, 5, 4],
  ])
})

test.each<[string, () => unknown, RegExp]>([
  ['an index outside', () => slice(x, [2]), /^slice: expected an index in \[-2,2\), got 2$/],
  ['a step of zero', () => slice(x, [[0, 1, 0]]), /^slice: expected integers .* not 0, got \[0,1,0\]$/],
  ['a fraction', () => slice(x, [[0.5]]), /^slice: expected integers .*, got \[0\.5\]$/],
  ['too many ranges', () => slice(x, [0, 0, 0]), /^slice: expected at most 2 ranges, got 3$/],
  ['negative padding', () => pad(x, [0, -1]), /^pad: expected nonnegative widths for 2 axes, got \[0,-1\]$/],
  [
    'padding for one axis of two',
    () => pad(x, [1]),
    /^pad: expected nonnegative widths for 2 axes, got \[1\]$/,
  ],
  ['parts of unequal size', () => split(x, 2, 1), /^split: expected parts that add up to 3, got 2$/],
  [
    'parts that miss the end',
    () => split(x, [1, 1], 1),
    /^split: expected parts that add up to 3, got \[1,1\]$/,
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})
