import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor } from '../../src/array/index.ts'
import { abs, executor, matmul, setExecutor, take } from '../../src/index.ts'
import { lu } from '../../src/linalg/lu.ts'
import { numbers } from '../../src/math/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

const size = fc.oneof(fc.nat(9), fc.integer({ min: 28, max: 140 }))

test.each<[string, (x: number, i: number, j: number, x0: (k: number) => number) => number]>([
  ['plain', (x) => x],
  ['graded', (x, i, j) => numbers.scale2(x, -2 * i - j)],
  ['rank one', (_, i, j, x) => x(i) * x(j)],
  ['zero', () => 0],
  ['repeated rows', (_, i, j, x) => x((i % 4) * 100 + j)],
  ['near 1e150', (x) => 1e150 * x],
  ['near 1e-150', (x) => 1e-150 * x],
])('%s: LU is the permuted matrix, element by element, for any shape', (_, element) => {
  fc.assert(
    fc.property(size, size, fc.nat(9999), (m, n, salt) => {
      const x = normal(stream(salt), m * n + 500)
      const data = x.slice(0, m * n).map((a, k) => element(a, Math.floor(k / n), k % n, (at) => x[at]!))
      const A = tensor(data, [m, n])
      const { l, u, permutation } = lu(A)
      const k = Math.min(m, n)
      expect([l.shape, u.shape, permutation.shape]).toEqual([[m, k], [k, n], [m]])
      expect([...permutation.data].sort((a, b) => a - b)).toEqual([...permutation.data].map((_, i) => i))
      const unit = l.data.every((a, at) => {
        const [i, j] = [Math.floor(at / k), at % k]
        return j < i ? Math.abs(a) <= 1 : a === (i === j ? 1 : 0)
      })
      const upper = u.data.every((a, at) => Math.floor(at / n) <= at % n || a === 0)
      expect([unit, upper]).toEqual([true, true])
      if (k === 0) return
      const [product, sizes, permuted] = [matmul(l, u), matmul(abs(l), abs(u)), take(A, permutation, 0)]
      const fits = product.data.every(
        (a, at) => Math.abs(a - permuted.data[at]!) <= 2 * (k + 2) * 2.220446049250313e-16 * sizes.data[at]!,
      )
      expect(fits).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('both executors give the same bits, and the input stays', () => {
  const A = tensor(normal(stream(1), 80 * 60), [80, 60])
  const copy = [...A.data]
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    const { l, u } = lu(A)
    return [...l.data, ...u.data]
  })
  expect(bits[0]).toEqual(bits[1])
  expect([...A.data]).toEqual(copy)
})

test('refusals', () => {
  expect(() => lu(tensor([1]))).toThrow('lu: expected a matrix, got shape [1]')
  expect(() => lu(tensor([[1, -Infinity]]))).toThrow('lu: expected finite elements, got -Infinity at 1')
})
