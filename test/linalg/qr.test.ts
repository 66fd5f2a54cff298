import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { executor, matmul, setExecutor, take, transpose } from '../../src/index.ts'
import { qr, type QrOptions } from '../../src/linalg/qr.ts'
import { numbers } from '../../src/math/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

const EPSILON = 2.220446049250313e-16
const size = fc.oneof(fc.nat(12), fc.integer({ min: 25, max: 75 }))
const matrices = fc
  .tuple(
    size,
    size,
    fc.nat(9999),
    fc.constantFrom('plain', 'graded', 'repeated', 'low rank', 'zero', 'large', 'small'),
  )
  .map(([m, n, salt, kind]) => {
    const x = normal(stream(salt), m * n)
    const at = (i: number, j: number): number => x[i * n + j]!
    const element = (i: number, j: number): number => {
      if (kind === 'graded') return numbers.scale2(at(i, j), -3 * j)
      if (kind === 'repeated') return at(i, j % 3)
      if (kind === 'low rank') return at(i, 0) * at(0, j)
      if (kind === 'zero') return 0
      return at(i, j) * (kind === 'large' ? 1e150 : kind === 'small' ? 1e-150 : 1)
    }
    return tensor(
      Float64Array.from(x, (_, k) => element(Math.floor(k / n), k % n)),
      [m, n],
    )
  })

/** Column by column, in units of ε times the longest of the two columns. */
function gap(a: Tensor, b: Tensor): number {
  const [m, n] = a.shape as [number, number]
  let most = 0
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: m }, (_, i) => i * n + j)
    const scale = column.reduce((top, k) => Math.max(top, Math.abs(a.data[k]!)), 0)
    for (const k of column) most = Math.max(most, Math.abs(a.data[k]! - b.data[k]!) / (EPSILON * scale || 1))
  }
  return most
}

const eye = (n: number): Tensor =>
  tensor(
    Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  )

test.each<QrOptions>([{}, { mode: 'complete' }, { pivot: true }, { pivot: true, mode: 'complete' }])(
  '%o: the product, orthonormal columns, the triangle, for any shape',
  (options) => {
    fc.assert(
      fc.property(matrices, (A) => {
        const [m, n] = A.shape as [number, number]
        const k = options.mode === 'complete' ? m : Math.min(m, n)
        const { q, r, permutation } = qr(A, options)
        expect([q.shape, r.shape]).toEqual([
          [m, k],
          [k, n],
        ])
        expect(permutation === undefined).toBe(options.pivot !== true)
        const bound = 8 * (m + n) * Math.sqrt(m + n) + 8
        if (A.size > 0)
          expect(gap(permutation ? take(A, permutation, 1) : A, matmul(q, r))).toBeLessThan(bound)
        if (q.size > 0) expect(gap(eye(k), matmul(transpose(q), q))).toBeLessThan(bound)
        r.data.forEach((x, at) => {
          if (Math.floor(at / n) > at % n) expect(x).toBe(0)
        })
      }),
      { numRuns: 60 },
    )
  },
)

test('the diagonal of R descends with pivoting, and bounds what follows in its row and below', () => {
  fc.assert(
    fc.property(matrices, (A) => {
      const n = A.shape[1]!
      const { r, permutation } = qr(A, { pivot: true })
      expect([...permutation!.data].sort((a, b) => a - b)).toEqual([...permutation!.data].map((_, i) => i))
      const k = r.shape[0]!
      let most = 0
      for (let i = 0; i < k; i++) {
        // Relative to the element, and to what rounding has left of the matrix.
        const pivot = Math.abs(r.data[i * n + i]!) * (1 + 1e-6) + 64 * n * EPSILON * Math.abs(r.data[0]!) || 1
        for (let j = i + 1; j < n; j++) {
          let square = 0
          for (let l = i; l <= Math.min(k - 1, j); l++)
            square += (r.data[l * n + j]! / pivot) * (r.data[l * n + j]! / pivot)
          most = Math.max(most, square)
        }
      }
      expect(most).toBeLessThanOrEqual(1)
    }),
    { numRuns: 60 },
  )
})

test('the rank of a planted matrix shows on the diagonal, where lengths cancel', () => {
  const [m, n, rank] = [60, 50, 17]
  const A = matmul(
    tensor(normal(stream(1), m * rank), [m, rank]),
    tensor(normal(stream(2), rank * n), [rank, n]),
  )
  const { r } = qr(A, { pivot: true })
  const diagonal = Array.from({ length: n }, (_, i) => Math.abs(r.data[i * (n + 1)]!) / Math.abs(r.data[0]!))
  expect(diagonal[rank - 1]).toBeGreaterThan(1e-3)
  expect(Math.max(...diagonal.slice(rank))).toBeLessThan(1e-13)
})

test('both executors give the same bits, and the input stays', () => {
  const A = tensor(normal(stream(1), 70 * 50), [70, 50])
  const copy = [...A.data]
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    return [qr(A), qr(A, { pivot: true, mode: 'complete' })].flatMap(({ q, r }) => [...q.data, ...r.data])
  })
  expect(bits[0]).toEqual(bits[1])
  expect([...A.data]).toEqual(copy)
})

test('subnormal columns still give orthonormal ones', () => {
  const A = tensor(
    normal(stream(3), 12).map((x) => Math.round(8 * x) * 5e-324),
    [4, 3],
  )
  const { q, r } = qr(A)
  expect(gap(eye(3), matmul(transpose(q), q))).toBeLessThan(100)
  const product = matmul(q, r)
  A.data.forEach((x, k) => expect(Math.abs(x - product.data[k]!)).toBeLessThan(8 * 5e-324))
})

test('refusals', () => {
  expect(() => qr(tensor([1, 2]))).toThrow('qr: expected a matrix, got shape [2]')
  expect(() => qr(tensor([[1, NaN]]))).toThrow('qr: expected finite elements, got NaN at 1')
  expect(() => qr(tensor([[1]], [1, 1], 'f32'))).toThrow('qr: expected f64, got f32')
  expect(() => qr(tensor([[1]]), { mode: 'full' as 'complete' })).toThrow(
    'qr: expected mode reduced or complete, got full',
  )
})
