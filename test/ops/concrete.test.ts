import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  argmax,
  argsort,
  cumsum,
  grad,
  oneHot,
  sum,
  takeAlongAxis,
  tensor,
  topk,
  vmap,
  cast,
  type Tensor,
} from '../../src/index.ts'

const labels = tensor([2, 0], [2], 'i32')
// Few different values, so that ties are common.
const tied = fc.array(fc.constantFrom(-Infinity, -1, -0, 0, 2, Infinity, NaN), {
  minLength: 1,
  maxLength: 30,
})
const isAbove = (a: number, b: number): boolean => a > b || (a !== a && b === b)

test('argmax is the first position that nothing exceeds', () => {
  fc.assert(
    fc.property(tied, (list) => {
      const at = argmax(tensor(list)).item()
      expect(list.some((x) => isAbove(x, list[at]!))).toBe(false)
      expect(list.slice(0, at).every((x) => isAbove(list[at]!, x))).toBe(true)
    }),
  )
})

test('argsort is a permutation in ascending order, equal elements as they came', () => {
  fc.assert(
    fc.property(tied, (list) => {
      const order = [...argsort(tensor(list)).data]
      expect(order.toSorted((i, j) => i - j)).toEqual(list.map((_, i) => i))
      for (let k = 1; k < order.length; k++) {
        const [i, j] = [order[k - 1]!, order[k]!]
        expect(isAbove(list[i]!, list[j]!)).toBe(false)
        if (!isAbove(list[j]!, list[i]!)) expect(i).toBeLessThan(j)
      }
    }),
  )
})

test('topk takes the largest in descending order, the first of equals first', () => {
  fc.assert(
    fc.property(tied, fc.nat(), (list, n) => {
      const k = n % (list.length + 1)
      const { values, indices } = topk(tensor(list), k)
      expect([...values.data]).toEqual([...indices.data].map((i) => list[i]))
      if (k > 0) expect(indices.data[0]).toBe(argmax(tensor(list)).item())
      for (let a = 1; a < k; a++) {
        const [i, j] = [indices.data[a - 1]!, indices.data[a]!]
        expect(isAbove(list[j]!, list[i]!)).toBe(false)
        if (!isAbove(list[i]!, list[j]!)) expect(i).toBeLessThan(j)
      }
      const left = list.filter((_, i) => ![...indices.data].includes(i))
      for (const x of left) for (const y of values.data) expect(isAbove(x, y)).toBe(false)
    }),
  )
})

test('cumsum adds one element at a time, and rounds in f32', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true })), (list) => {
      const sums = cumsum(tensor(list)).data
      const singles = cumsum(tensor(list, undefined, 'f32')).data
      let [total, single] = [0, 0]
      list.forEach((x, i) => {
        total = i === 0 ? x : total + x
        single = i === 0 ? Math.fround(x) : Math.fround(single + Math.fround(x))
        expect([sums[i], singles[i]]).toEqual([total, single])
      })
    }),
  )
})

const x = tensor([
  [3, 1, 2],
  [0, 5, 5],
])

test('axes: rows, columns and all elements', () => {
  expect(argmax(x).toArray()).toBe(4)
  expect(argmax(x, 0).toArray()).toEqual([0, 1, 1])
  expect(argmax(x, -1).toArray()).toEqual([0, 1])
  expect(argsort(x).toArray()).toEqual([
    [1, 2, 0],
    [0, 1, 2],
  ])
  expect(argsort(x, 0).toArray()).toEqual([
    [1, 0, 0],
    [0, 1, 1],
  ])
  expect(topk(x, 2).values.toArray()).toEqual([
    [3, 2],
    [5, 5],
  ])
  expect(topk(x, 2).indices.toArray()).toEqual([
    [0, 2],
    [1, 2],
  ])
  expect(cumsum(x).toArray()).toEqual([
    [3, 4, 6],
    [0, 5, 10],
  ])
  expect(cumsum(x, 0).toArray()).toEqual([
    [3, 1, 2],
    [3, 6, 7],
  ])
  const cube = tensor(
    Array.from({ length: 24 }, (_, i) => (i * 11) % 24),
    [2, 3, 4],
  )
  const sorted = takeAlongAxis(cube, argsort(cube, 1), 1)
  for (const [i, j] of [
    [0, 0],
    [1, 3],
  ] as const) {
    const column = [0, 1, 2].map((k) => cube.data[12 * i + 4 * k + j]!)
    expect([0, 1, 2].map((k) => sorted.data[12 * i + 4 * k + j])).toEqual(column.sort((a, b) => a - b))
  }
})

test('dtypes and zero sizes', () => {
  expect(argmax(x).dtype).toBe('i32')
  expect(cumsum(labels).dtype).toBe('i32')
  expect(topk(labels, 1).values.dtype).toBe('i32')
  expect(argmax(tensor([], [0, 3]), 1).shape).toEqual([0])
  expect(argsort(tensor([], [2, 0])).shape).toEqual([2, 0])
  expect(topk(tensor([], [2, 0]), 0).values.shape).toEqual([2, 0])
  expect(cumsum(tensor([])).shape).toEqual([0])
  expect(oneHot(tensor([], [0], 'i32'), 3).shape).toEqual([0, 3])
  expect(oneHot(labels, 3).toArray()).toEqual([
    [0, 0, 1],
    [1, 0, 0],
  ])
  expect(oneHot(labels, 3, 'f32').dtype).toBe('f32')
  expect(argmax(oneHot(labels, 3), -1).toArray()).toEqual(labels.toArray())
})

test.each<[string, (y: Tensor) => unknown]>([
  ['argmax', (y) => argmax(y)],
  ['argsort', (y) => argsort(y)],
  ['topk', (y) => topk(y, 1)],
  ['cumsum', (y) => cumsum(y)],
  ['oneHot', (y) => oneHot(cast(y, 'i32'), 9)],
])('%s says that it does not run while a function is recorded', (name, f) => {
  const message = new RegExp(
    `^${name}: expected a tensor whose elements are known, got a symbolic value\nhint: ${name} runs outside tapes`,
  )
  expect(() => grad((y: Tensor) => (f(y), sum(y)))(x)).toThrow(message)
  expect(() => vmap((y: Tensor) => (f(y), y))(x)).toThrow(message)
})

test.each<[string, () => unknown, RegExp]>([
  ['the largest of nothing', () => argmax(tensor([])), /^argmax: expected a nonempty axis, got shape \[0\]/],
  ['more than there are', () => topk(x, 4), /^topk: expected k between 0 and 3, got 4/],
  ['half an element', () => topk(x, 0.5), /^topk: expected k between 0 and 3, got 0.5/],
  [
    'an axis that is not there',
    () => argsort(x, 2),
    /^argsort: expected distinct axes of a rank-2 tensor, got 2/,
  ],
  ['fractions as labels', () => oneHot(x, 6), /^oneHot: expected i32 labels, got f64\nhint: cast/],
  ['a label that is no class', () => oneHot(labels, 2), /^oneHot: expected labels from 0 to 1, got 2 at 0/],
  [
    'integers that overflow',
    () => cumsum(tensor([2 ** 31 - 1, 1], [2], 'i32')),
    /^cumsum: expected sums that i32 holds, got 2147483648\nhint: cast/,
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})
