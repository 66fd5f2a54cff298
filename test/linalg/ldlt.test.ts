import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { executor, matmul, setExecutor, take, transpose } from '../../src/index.ts'
import { inertiaOf, ldlt, type Ldlt } from '../../src/linalg/ldlt.ts'
import { numbers } from '../../src/math/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

const EPSILON = 2.220446049250313e-16
const size = fc.oneof(fc.nat(9), fc.integer({ min: 60, max: 150 }))

function symmetric(n: number, element: (i: number, j: number) => number): Tensor {
  return tensor(
    Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n]
      return element(Math.max(i, j), Math.min(i, j))
    }),
    [n, n],
  )
}

/** D as a matrix. */
function blocks({ d: { diagonal, offDiagonal } }: Ldlt): Tensor {
  return symmetric(diagonal.size, (i, j) =>
    i === j ? diagonal.data[i]! : i === j + 1 ? offDiagonal.data[j]! : 0,
  )
}

test.each<[string, (x: (k: number) => number, i: number, j: number) => number]>([
  ['plain', (x, i, j) => x(i * 150 + j)],
  ['graded', (x, i, j) => numbers.scale2(x(i * 150 + j), -2 * (i + j))],
  ['zero diagonal', (x, i, j) => (i === j ? 0 : x(i * 150 + j))],
  ['heavy diagonal', (x, i, j) => (i === j ? 40 : 0) + x(i * 150 + j)],
  ['rank one', (x, i, j) => x(i) * x(j)],
  ['zero', () => 0],
  ['repeated', (x, i, j) => x((i % 5) * 5 + (j % 5)) + x((j % 5) * 5 + (i % 5))],
  ['near 1e150', (x, i, j) => 1e150 * x(i * 150 + j)],
  ['near 1e-150', (x, i, j) => 1e-150 * x(i * 150 + j)],
])('%s: LDLᵀ is the permuted matrix', (_, element) => {
  fc.assert(
    fc.property(size, fc.nat(9999), (n, salt) => {
      const x = normal(stream(salt), 150 * 150 + 150)
      const A = symmetric(n, (i, j) => element((k) => x[k]!, i, j))
      const factors = ldlt(A)
      const { l, d, permutation, inertia } = factors
      expect([l.shape, d.diagonal.shape, d.offDiagonal.shape]).toEqual([[n, n], [n], [Math.max(0, n - 1)]])
      expect(inertia.positive + inertia.negative + inertia.zero).toBe(n)
      if (n === 0) return
      const off = d.offDiagonal.data
      const shape = l.data.every((a, at) => {
        const [i, j] = [Math.floor(at / n), at % n]
        // Rows of one block are not eliminated from each other.
        return j >= i ? a === (i === j ? 1 : 0) : i > j + 1 || off[j] === 0 || a === 0
      })
      expect(shape).toBe(true)
      expect(off.every((a, k) => k === 0 || a === 0 || off[k - 1] === 0)).toBe(true)
      const product = matmul(matmul(l, blocks(factors)), transpose(l))
      const permuted = take(take(A, permutation, 0), permutation, 1)
      const scale = [...A.data].reduce((most, a) => Math.max(most, Math.abs(a)), 0)
      const gap = [...product.data].reduce(
        (most, a, at) => Math.max(most, Math.abs(a - permuted.data[at]!)),
        0,
      )
      expect(gap).toBeLessThanOrEqual(100 * n * EPSILON * scale)
    }),
    { numRuns: 20 },
  )
})

/** HDH for a Householder reflection H: symmetric with the eigenvalues D. */
function planted(values: readonly number[], salt: number): Tensor {
  const n = values.length
  const v = normal(stream(salt, 'axis'), n)
  const length = v.reduce((sum, a) => sum + a * a, 0)
  const H = symmetric(n, (i, j) => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / length)
  const product = matmul(
    matmul(
      H,
      symmetric(n, (i, j) => (i === j ? values[i]! : 0)),
    ),
    H,
  )
  return symmetric(n, (i, j) => product.data[i * n + j]!)
}

test('the inertia of A - shift·I counts planted eigenvalues, which may be clustered', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 100 }),
      fc.nat(999),
      (values, salt) => {
        const A = planted(values, salt)
        for (const shift of [-9.5, -3.5, -1e-9 - 2, 2 + 1e-9, 4.5, 100]) {
          const positive = values.filter((value) => value > shift).length
          expect(inertiaOf(A, shift)).toEqual({ positive, negative: values.length - positive, zero: 0 })
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('exact cases: diagonal matrices, exchanges, rank one', () => {
  const D = symmetric(5, (i, j) => (i === j ? [3, -1, 0, 0, 2][i]! : 0))
  expect(ldlt(D).inertia).toEqual({ positive: 2, negative: 1, zero: 2 })
  expect(inertiaOf(D, 2)).toEqual({ positive: 1, negative: 3, zero: 1 })
  const exchange = symmetric(6, (i, j) => (i + j === 5 ? 1 : 0))
  expect(ldlt(exchange).inertia).toEqual({ positive: 3, negative: 3, zero: 0 })
  expect(ldlt(symmetric(80, () => 1)).inertia).toEqual({ positive: 1, negative: 0, zero: 79 })
  expect(inertiaOf(tensor([], [0, 0]), 1)).toEqual({ positive: 0, negative: 0, zero: 0 })
})

test('both executors give the same bits, and the input stays', () => {
  const x = normal(stream(1), 150 * 150)
  const A = symmetric(150, (i, j) => x[i * 150 + j]!)
  const copy = [...A.data]
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    const { l, d } = ldlt(A)
    return [...l.data, ...d.diagonal.data, ...d.offDiagonal.data]
  })
  expect(bits[0]).toEqual(bits[1])
  expect([...A.data]).toEqual(copy)
})

test('refusals', () => {
  expect(() =>
    ldlt(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ),
  ).toThrow('ldlt: expected a symmetric matrix, got 3 at [1,0] and 2 at [0,1]')
  expect(() => inertiaOf(tensor([[1, 2, 3]]), 0)).toThrow(
    'inertiaOf: expected a square matrix, got shape [1,3]',
  )
  expect(() => inertiaOf(tensor([[1]]), NaN)).toThrow('inertiaOf: expected a finite shift, got NaN')
})
