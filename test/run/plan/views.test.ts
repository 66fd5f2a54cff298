import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sizeOf, stridesOf } from '../../../src/array/index.ts'
import { collapse } from '../../../src/run/plan/collapse.ts'
import type { View } from '../../../src/run/plan/index.ts'
import { covers, isRowMajor, joinPieces, selectFrom, type Selection } from '../../../src/run/plan/views.ts'
import type { Piece } from '../../../src/tape/index.ts'
import { addressesOf } from '../../support/plan-runner.ts'

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
const filled = (most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 2, max: most }), { minLength: 1, maxLength: 3 })
const flatView = (shape: readonly number[], strides: readonly number[], offset = 0): View => ({
  buffer: 0,
  dtype: 'f64',
  shape,
  offset,
  strides,
})

/** Views with any strides: also repeated, backwards and with gaps. */
const views = fc.oneof(shapes, filled(4)).chain((shape) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: -7, max: 30 }), { minLength: 4, maxLength: 4 }),
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.boolean(),
    )
    .map(([steps, order, isDense]) => {
      // Half of them are transposes of whole arrays, which other views can often be taken from.
      const axes = order.filter((axis) => axis < shape.length)
      const rows = stridesOf(axes.map((axis) => shape[axis]!))
      const dense = shape.map((_, axis) => rows[axes.indexOf(axis)]!)
      return flatView(shape, isDense ? dense : steps.slice(0, shape.length), 100)
    }),
)

/** Selections inside `size` elements. */
const selections = (size: number): fc.Arbitrary<Selection> =>
  fc
    .tuple(
      fc.oneof(shapes, filled(3)),
      fc.array(fc.integer({ min: -6, max: 12 }), { minLength: 4, maxLength: 4 }),
      fc.nat(Math.max(0, size - 1)),
    )
    .map(([shape, steps, offset]) => ({ shape, offset, strides: steps.slice(0, shape.length) }))
    .filter((selection) => addressesOf(selection).every((address) => address >= 0 && address < size))

test('a selection from a view is the view of the selection, wherever strides can say it', () => {
  let [possible, impossible] = [0, 0]
  fc.assert(
    fc.property(
      views.chain((view) => fc.tuple(fc.constant(view), selections(sizeOf(view.shape)))),
      ([view, selection]) => {
        const all = addressesOf(view)
        const wanted = addressesOf(selection).map((number) => all[number]!)
        const found = selectFrom(view, selection)
        if (found) expect(addressesOf(found)).toEqual(wanted)
        if (found && wanted.length > 1) possible++
        if (!found) impossible++
      },
    ),
    { numRuns: 3000 },
  )
  expect(possible).toBeGreaterThan(100)
  expect(impossible).toBeGreaterThan(100)
})

test.each([
  ['rows of a transpose', flatView([4, 3], [1, 4]), { shape: [2, 3], offset: 3, strides: [3, 1] }, [1, 4], 1],
  [
    'an axis in two',
    flatView([6, 5], [1, 6]),
    { shape: [2, 3, 5], offset: 0, strides: [15, 5, 1] },
    [3, 1, 6],
    0,
  ],
  [
    'two axes in one',
    flatView([2, 3, 5], [3, 1, 6]),
    { shape: [6, 5], offset: 0, strides: [5, 1] },
    [1, 6],
    0,
  ],
  [
    'a repeated axis',
    flatView([4, 3], [0, 1]),
    { shape: [2, 2, 3], offset: 0, strides: [6, 3, 1] },
    [0, 0, 1],
    0,
  ],
  ['backwards', flatView([2, 3], [10, 1]), { shape: [2, 3], offset: 5, strides: [-3, -1] }, [-10, -1], 12],
] as const)('%s', (_, view, selection, strides, offset) => {
  expect(selectFrom(view, selection)).toMatchObject({ strides, offset })
})

test('a transpose read in its order has no strides', () => {
  expect(selectFrom(flatView([4, 3], [1, 4]), { shape: [12], offset: 0, strides: [1] })).toBeUndefined()
})

test('collapsed loops visit the same addresses in the same order', () => {
  fc.assert(
    fc.property(views, (view) => {
      if (sizeOf(view.shape) === 0) return
      const { shape, strides } = collapse(view.shape, [view.strides])
      expect(addressesOf({ shape, offset: view.offset, strides: strides[0]! })).toEqual(addressesOf(view))
      const isInOrder = addressesOf(view).every((address, i) => address === view.offset + i)
      expect(isRowMajor(view)).toBe(isInOrder)
    }),
  )
})

const pieces = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.boolean(),
  )
  .map(([rows, columns, width, isOdd]): Piece[] =>
    Array.from({ length: rows * columns }, (_, i) => ({
      input: 0,
      shape: [width],
      from: {
        offset: Math.floor(i / columns) * 10 + (i % columns) + (isOdd && i === 2 ? 1 : 0),
        strides: [2],
      },
      to: { offset: i * width, strides: [1] },
    })),
  )

test('joined pieces copy the same elements in the same order', () => {
  const list = (all: readonly Piece[], side: 'from' | 'to'): number[] =>
    all.flatMap((piece) => addressesOf({ shape: piece.shape, ...piece[side] }))
  let joins = 0
  fc.assert(
    fc.property(pieces, (all) => {
      const joined = joinPieces(all)
      if (joined.length < all.length) joins++
      expect(list(joined, 'from')).toEqual(list(all, 'from'))
      expect(list(joined, 'to')).toEqual(list(all, 'to'))
    }),
  )
  expect(joins).toBeGreaterThan(20)
})

test('pieces cover a result only if they write all of it', () => {
  const piece = (shape: number[], offset: number, strides: number[]): Piece => ({
    input: 0,
    shape,
    from: { offset: 0, strides: stridesOf(shape) },
    to: { offset, strides },
  })
  const beside = [piece([3, 2], 0, [5, 1]), piece([3, 3], 2, [5, 1])]
  expect(covers(beside, 15)).toBe(true)
  expect(covers(beside, 16)).toBe(false)
  expect(covers(beside.slice(1), 15)).toBe(false)
  expect(covers([piece([2], 0, [2]), piece([2], 1, [2])], 4)).toBe(true)
  expect(covers([piece([4], 0, [1]), piece([3], 4, [1])], 7)).toBe(true)
  expect(covers([piece([4], 0, [1]), piece([3], 3, [1])], 7)).toBe(false)
  expect(covers([], 0)).toBe(true)
  expect(covers([], 1)).toBe(false)
})
