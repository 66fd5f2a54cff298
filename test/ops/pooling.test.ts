import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  averagePool2d,
  checkGrad,
  grad,
  maxPool2d,
  square,
  sum,
  tensor,
  type Tensor,
} from '../../src/index.ts'
import { build, indicesOf, numbered, read } from './indices.ts'

const axis = fc
  .record({
    size: fc.nat(5),
    window: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.nat(2),
  })
  .filter(({ size, window, padding }) => padding < window && window <= size + padding)

test('both equal loops', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2), { maxLength: 2 }), axis, axis, (lead, a, b) => {
      const x = numbered([...lead, a.size, b.size])
      const kernel = [a.window, b.window]
      const options = { stride: [a.stride, b.stride], padding: [a.padding, b.padding] }
      const counts = [a, b].map(
        ({ size, window, stride, padding }) => Math.floor((size + 2 * padding - window) / stride) + 1,
      )
      const elements = (index: number[]): number[] => {
        const [i, j] = index.slice(-2) as [number, number]
        const at = indicesOf(kernel).map(([k, l]) => [
          i * a.stride + k! - a.padding,
          j * b.stride + l! - b.padding,
        ])
        return at
          .filter(([r, s]) => r! >= 0 && r! < a.size && s! >= 0 && s! < b.size)
          .map((position) => read(x, [...index.slice(0, -2), ...position]))
      }
      const largest = build([...lead, ...counts], (index) => Math.max(...elements(index)))
      expect(maxPool2d(x, kernel, options).toArray()).toEqual(largest.toArray())
      const average = build(
        [...lead, ...counts],
        (index) => elements(index).reduce((s, y) => s + y, 0) / (a.window * b.window),
      )
      expect(averagePool2d(x, kernel, options).toArray()).toEqual(average.toArray())
    }),
    { numRuns: 300 },
  )
})

test('windows tile unless a stride is given', () => {
  const x = build([2, 4], ([i, j]) => 4 * i! + j!)
  expect(maxPool2d(x, 2).toArray()).toEqual([[5, 7]])
  expect(averagePool2d(x, 2).toArray()).toEqual([[2.5, 4.5]])
  expect(maxPool2d(x, [1, 2], { stride: 1 }).toArray()).toEqual([
    [1, 2, 3],
    [5, 6, 7],
  ])
})

test('ties share equally, padding never wins, NaN wins in its windows', () => {
  const pooled = (y: Tensor): Tensor => sum(maxPool2d(y, 2, { stride: 1 }))
  expect(
    grad(pooled)(
      tensor([
        [3, 3, 1],
        [0, 3, 2],
      ]),
    ).toArray(),
  ).toEqual([
    [1 / 3, 1 / 3 + 1 / 2, 0],
    [0, 1 / 3 + 1 / 2, 0],
  ])
  expect(maxPool2d(tensor([[-5]]), 2, { padding: 1, stride: 1 }).toArray()).toEqual([
    [-5, -5],
    [-5, -5],
  ])
  expect(maxPool2d(tensor([[1, NaN, 2, 3]]), [1, 2]).toArray()).toEqual([[NaN, 3]])
})

test('derivatives away from ties', () => {
  const x = build([2, 3, 4], ([c, i, j]) => ((c! * 17 + i! * 7 + j! * 3) % 23) / 10 - 1)
  const options = { stride: 1, padding: [1, [0, 1]] } as const
  for (const pool of [maxPool2d, averagePool2d]) {
    const f = (y: Tensor): Tensor => square(pool(y, 2, options))
    expect(checkGrad(f, x).checks.filter(({ status }) => status !== 'passed')).toEqual([])
  }
})

test('a window of nothing but padding has no largest element', () => {
  expect(() => maxPool2d(tensor([[1]]), 1, { padding: 1 })).toThrow(
    /^maxPool2d: expected an element in every window, got padding 1 around windows of \[1,1\]$/,
  )
  expect(() => averagePool2d(tensor([[1]]), 2)).toThrow(/^unfold: expected windows that fit into 1 elements/)
})
