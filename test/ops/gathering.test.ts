import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cast,
  checkGrad,
  grad,
  jvp,
  mul,
  pick,
  scatterAdd,
  slice,
  stack,
  sum,
  take,
  takeAlongAxis,
  tensor,
  vmap,
  type Tensor,
} from '../../src/index.ts'
import { build, indicesOf, numbered, read, shapes } from './indices.ts'

const labels = (...list: number[]): Tensor => tensor(list, [list.length], 'i32')

/** Indices in [0, n) of the given shape; none when n = 0. */
const indexTensor = (shape: readonly number[], n: number, salt: number): Tensor =>
  n === 0
    ? tensor([], [0], 'i32')
    : build(shape, (index) => (index.reduce((h, i) => h * 5 + i, salt) * 7 + 3) % n, 'i32')

const problem = fc
  .tuple(shapes({ min: 1, max: 3 }), shapes({ min: 0, max: 2 }, 3), fc.nat(2), fc.nat(100))
  .map(([shape, picked, choice, salt]) => {
    const axis = choice % shape.length
    return { shape, axis, x: numbered(shape, salt), indices: indexTensor(picked, shape[axis]!, salt) }
  })

test('take and scatterAdd equal loops', () => {
  fc.assert(
    fc.property(problem, ({ shape, axis, x, indices }) => {
      const rank = indices.shape.length
      const source = (index: number[]): number[] =>
        index.toSpliced(axis, rank, read(indices, index.slice(axis, axis + rank)))
      const y = take(x, indices, axis)
      const expected = build(shape.toSpliced(axis, 1, ...indices.shape), (index) => read(x, source(index)))
      expect(y.shape).toEqual(expected.shape)
      expect([...y.data]).toEqual([...expected.data])

      const sums = new Map<string, number>()
      for (const index of indicesOf(y.shape)) {
        const key = String(source(index))
        sums.set(key, (sums.get(key) ?? 0) + read(y, index))
      }
      const back = scatterAdd(y, indices, shape[axis]!, axis)
      expect(back.shape).toEqual(shape)
      expect([...back.data]).toEqual(indicesOf(shape).map((index) => sums.get(String(index)) ?? 0))
    }),
    { numRuns: 300 },
  )
})

test('takeAlongAxis and pick equal loops', () => {
  fc.assert(
    fc.property(problem, fc.nat(3), ({ shape, axis, x }, count) => {
      const n = shape[axis]!
      const indices = indexTensor(shape.with(axis, n === 0 ? 0 : count), n === 0 ? 1 : n, 2)
      const expected = build(indices.shape, (index) => read(x, index.with(axis, read(indices, index))))
      expect(takeAlongAxis(x, indices, axis).toArray()).toEqual(expected.toArray())

      const rows = shape.slice(0, -1)
      const k = shape.at(-1)!
      if (k === 0) return
      const chosen = indexTensor(rows, k, 4)
      const each = build(rows, (index) => read(x, [...index, read(chosen, index)]))
      expect(pick(x, chosen).toArray()).toEqual(each.toArray())
    }),
  )
})

const m = (rows: number, columns: number): Tensor => build([rows, columns], ([i, j]) => Math.sin(3 * i! + j!))
const table = tensor([2, 0, 1, 2, 0, 2], [2, 3], 'i32')

test.each<[name: string, f: (x: Tensor) => Tensor, x: Tensor]>([
  ['take', (x) => take(x, labels(2, 0, 2)), m(3, 2)],
  ['take along the last axis, by a table', (x) => take(x, table, -1), m(2, 3)],
  ['take by a scalar', (x) => take(x, tensor(1, [], 'i32'), 1), m(2, 3)],
  ['take nothing', (x) => take(x, labels()), m(2, 2)],
  ['scatterAdd', (x) => scatterAdd(x, labels(3, 0, 3), 4), m(3, 2)],
  ['scatterAdd along the last axis', (x) => scatterAdd(x, labels(1, 1), 3, 1), m(2, 2)],
  ['scatterAdd by a table', (x) => scatterAdd(x, table, 3), m(2, 3)],
  ['takeAlongAxis', (x) => takeAlongAxis(x, table, 1), m(2, 3)],
  ['takeAlongAxis of the first axis', (x) => takeAlongAxis(x, table, 0), m(3, 3)],
  ['pick', (x) => pick(x, labels(2, 0, 2)), m(3, 3)],
])('%s: value, both modes, second order, batch', (_, f, x) => {
  const cubed = (y: Tensor): Tensor => mul(f(mul(y, y)), f(y))
  for (const g of [f, cubed]) {
    const { checks } = checkGrad(g, x)
    expect(checks.filter(({ status }) => status !== 'passed')).toEqual([])
  }
})

test('batched over either operand or both, each row is what it is alone', () => {
  const xs = numbered([2, 3, 4, 3])
  const lists = tensor([0, 2, 1, 1, 2, 0], [2, 3], 'i32')
  const tables = build([2, 3, 4], ([b, i, j]) => (b! + i! + j!) % 3, 'i32')
  const updates = numbered([2, 3, 3])
  const functions: [(x: Tensor, indices: Tensor) => Tensor, x: Tensor, indices: Tensor][] = [
    [(x, indices) => take(x, indices, 0), xs, lists],
    [(x, indices) => take(x, indices, 2), xs, lists],
    [(x, indices) => pick(x, indices), xs, tables],
    [(x, indices) => scatterAdd(x, indices, 4, 0), updates, lists],
    [(x, indices) => scatterAdd(x, indices, 4, 1), updates, lists],
    [(x, indices) => grad((y: Tensor) => sum(mul(pick(y, indices), pick(y, indices))))(x), xs, tables],
  ]
  for (const [f, x, indices] of functions) {
    const row = (list: Tensor, i: number): Tensor => slice(list, [i])
    const alone = (f: (i: number) => Tensor): unknown => stack([f(0), f(1)]).toArray()
    expect(vmap(f)(x, indices).toArray()).toEqual(alone((i) => f(row(x, i), row(indices, i))))
    expect(vmap(f, [0, null])(x, row(indices, 1)).toArray()).toEqual(
      alone((i) => f(row(x, i), row(indices, 1))),
    )
    expect(vmap(f, [null, 0])(row(x, 1), indices).toArray()).toEqual(
      alone((i) => f(row(x, 1), row(indices, i))),
    )
  }
})

test('indices that are computed from the argument carry no derivative', () => {
  const x = tensor([1.5, 0.5, 1.2])
  const indices = (y: Tensor): Tensor => cast(y, 'i32')
  const picked = (y: Tensor): Tensor => take(mul(y, y), indices(y))
  const placed = (y: Tensor): Tensor => scatterAdd(mul(y, y), indices(y), 2)
  expect(grad((y: Tensor) => sum(picked(y)))(x).toArray()).toEqual([1.5 * 2, 0.5 * 2 * 2, 0])
  expect(jvp(picked, x, tensor([10, 20, 30])).tangent.toArray()).toEqual([20, 30, 20])
  expect(grad((y: Tensor) => sum(placed(y)))(x).toArray()).toEqual([3, 1, 2.4])
  expect(jvp(placed, x, tensor([10, 20, 30])).tangent.toArray()).toEqual([20, 30 + 2.4 * 30])
})

test('additions to one element run in ascending order, rounded each time', () => {
  const terms = [1, 1e-8, 1e8, -1e8, 3e-8, 1]
  const [ascending, single] = [
    terms.reduce((s, x) => s + x, 0),
    terms.reduce((s, x) => Math.fround(s + x), 0),
  ]
  const zeros = labels(...terms.map(() => 0))
  expect(scatterAdd(tensor(terms), zeros, 1).item()).toBe(ascending)
  expect(scatterAdd(tensor(terms, [6], 'f32'), zeros, 1).item()).toBe(single)
  expect(scatterAdd(tensor([...terms].reverse()), zeros, 1).item()).not.toBe(ascending)
  expect(scatterAdd(labels(1, 2, 3), labels(1, 0, 1), 2).toArray()).toEqual([2, 4])
})

test.each<[string, () => unknown, RegExp | string]>([
  ['an index too large', () => take(m(3, 2), labels(0, 3)), 'take: expected indices in [0,3), got 3'],
  ['a negative index', () => pick(m(2, 3), labels(0, -1)), 'take: expected indices in [0,3), got -1'],
  ['an index into nothing', () => take(m(0, 2), labels(0)), 'take: expected indices in [0,0), got 0'],
  [
    'a target outside',
    () => scatterAdd(m(1, 2), labels(5), 5),
    'scatterAdd: expected indices in [0,5), got 5',
  ],
  ['indices in f64', () => take(m(3, 2), tensor([0])), /^take: expected i32 indices, got f64\nhint: cast/],
  [
    'targets in f64',
    () => scatterAdd(m(1, 2), tensor([0]), 3),
    /^scatterAdd: expected i32 indices, got f64\nhint: cast/,
  ],
  [
    'more targets than parts',
    () => scatterAdd(m(1, 2), labels(0, 1), 3),
    /^scatterAdd: expected axes \[2\] of the indices from axis 0 on, got shape \[1,2\]$/,
  ],
  [
    'a size that is none',
    () => scatterAdd(m(1, 2), labels(0), -1),
    /^scatterAdd: expected a size, .*, got -1$/,
  ],
  [
    'a label too few',
    () => pick(m(3, 2), labels(0, 1)),
    /^pick: expected one index for every row of \[3,2\], got shape \[2\]$/,
  ],
  [
    'a table of another height',
    () => takeAlongAxis(m(3, 2), table, 1),
    /^takeAlongAxis: expected indices like \[3,2\] except along axis 1, got shape \[2,3\]$/,
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})
