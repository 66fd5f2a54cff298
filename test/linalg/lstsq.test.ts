import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { executor, matmul, mul, setExecutor, sub, transpose } from '../../src/index.ts'
import { lstsq } from '../../src/linalg/lstsq.ts'
import { matrixNorm } from '../../src/linalg/norm.ts'
import { qr } from '../../src/linalg/qr.ts'
import { normal, stream } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

const EPSILON = 2.220446049250313e-16
const random = (salt: number, m: number, n: number): Tensor => tensor(normal(stream(salt), m * n), [m, n])
const size = (x: Tensor): number => matrixNorm(x, 'fro')
const cases = fc.tuple(
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 20, max: 90 })),
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 20, max: 60 })),
  fc.integer({ min: 1, max: 4 }),
  fc.nat(9999),
  fc.constantFrom([1, 1], [1e150, 1], [1e-150, 1], [1, 1e150], [1e150, 1e150], [1e-150, 1e-150]),
)

/** A of a rank and of condition about 9, by its singular vectors. */
function planted(m: number, n: number, rank: number, salt: number): { A: Tensor; rows: Tensor } {
  const [left, rows] = [qr(random(salt, m, rank)).q, qr(random(salt + 1, n, rank)).q]
  const values = tensor(Array.from({ length: rank }, (_, i) => 1 + ((5 * i) % 9)))
  return { A: matmul(mul(left, values), transpose(rows)), rows }
}

test('the residual is orthogonal to the columns, and x the shortest, for every rank and shape', () => {
  fc.assert(
    fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), ([m, n, k, salt, [a, c]], part) => {
      const rank = Math.max(1, Math.round(part * Math.min(m, n)))
      const { A: unscaled, rows } = planted(m, n, rank, salt)
      const A = mul(a!, unscaled)
      const b = mul(c!, random(salt + 2, m, k))
      const found = lstsq(A, b)
      expect(found.rank).toBe(rank)
      // In units in which nothing leaves the range of numbers.
      const residual = mul(1 / c!, found.residual)
      const x = mul(a!, mul(1 / c!, found.x))
      const bound = 100 * (m + n) * EPSILON * size(mul(1 / c!, b))
      expect(size(sub(residual, sub(mul(1 / c!, b), matmul(unscaled, x))))).toBeLessThanOrEqual(9 * bound)
      expect(size(matmul(transpose(unscaled), residual))).toBeLessThanOrEqual(9 * bound)
      expect(size(sub(x, matmul(rows, matmul(transpose(rows), x))))).toBeLessThanOrEqual(9 * bound)
    }),
    { numRuns: 100 },
  )
})

test('a vector is a matrix with one column', () => {
  const [A, b] = [random(1, 30, 7), normal(stream(2), 30)]
  const [one, many] = [lstsq(A, tensor(b)), lstsq(A, tensor(b, [30, 1]))]
  expect([one.x.shape, one.residual.shape]).toEqual([[7], [30]])
  expect([[...one.x.data], [...one.residual.data]]).toEqual([[...many.x.data], [...many.residual.data]])
})

test('zero and empty matrices have rank 0', () => {
  const b = tensor([1, 2, 3])
  expect(lstsq(tensor(new Float64Array(6), [3, 2]), b)).toMatchObject({ rank: 0 })
  expect([...lstsq(tensor(new Float64Array(6), [3, 2]), b).x.data]).toEqual([0, 0])
  expect([...lstsq(tensor([], [3, 0]), b).residual.data]).toEqual([1, 2, 3])
  expect([...lstsq(tensor([], [0, 2]), tensor([], [0])).x.data]).toEqual([0, 0])
})

test('what is dependent is a matter of rcond', () => {
  const A = tensor([
    [1, 0],
    [0, 1e-6],
  ])
  const b = tensor([1, 1])
  expect(lstsq(A, b).rank).toBe(2)
  expect(lstsq(A, b).x.data[1]).toBeCloseTo(1e6, 3)
  const { rank, x } = lstsq(A, b, { rcond: 1e-5 })
  expect([rank, ...x.data]).toEqual([1, 1, 0])
})

test('both executors give the same bits, and the input stays', () => {
  const { A } = planted(90, 60, 40, 5)
  const [tall, b] = [random(6, 200, 40), random(7, 200, 2)]
  const copies = [A, tall, b].map(({ data }) => [...data])
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    return [...lstsq(A, random(8, 90, 2)).x.data, ...lstsq(tall, b).x.data]
  })
  expect(bits[0]).toEqual(bits[1])
  expect([A, tall, b].map(({ data }) => [...data])).toEqual(copies)
})

test('refusals', () => {
  const A = tensor([
    [1, 2],
    [3, 4],
  ])
  expect(() => lstsq(A, tensor([1]))).toThrow('lstsq: expected a vector of 2 numbers, got shape [1]')
  expect(() => lstsq(A, tensor([[1]]))).toThrow(
    'lstsq: expected right-hand sides with 2 rows, got shape [1,1]',
  )
  expect(() => lstsq(A, tensor([1, NaN]))).toThrow('lstsq: expected finite elements, got NaN at 1')
  expect(() => lstsq(A, tensor([1, 2]), { rcond: -1 })).toThrow(
    'lstsq: expected a finite rcond of at least 0, got -1',
  )
})
