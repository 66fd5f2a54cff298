import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LANES } from '../../src/run/index.ts'
import { allocate, type DType } from '../../src/array/index.ts'
import { matmul, sum, tensor, transpose, type Tensor } from '../../src/index.ts'

/** The documented order, written down a second time. */
function inLanes(terms: number[], dtype: DType): number {
  const round = dtype === 'f32' ? Math.fround : (x: number): number => x
  let lanes = Array.from({ length: LANES }, (_, lane) =>
    terms.filter((_, k) => k % LANES === lane).reduce((s, x) => round(s + x), 0),
  )
  while (lanes.length > 1) {
    const half = lanes.length / 2
    lanes = lanes.slice(0, half).map((x, lane) => round(x + lanes[lane + half]!))
  }
  return lanes[0]!
}
const ascending = (terms: number[], dtype: DType): number =>
  terms.reduce((s, x) => (dtype === 'f32' ? Math.fround(s + x) : s + x), 0)

const dtypes = ['f64', 'f32'] as const
const values = (dtype: DType, size: number, seed: number): number[] => {
  const data = allocate(dtype, size)
  for (let i = 0; i < size; i++) data[i] = Math.sin(1.7 * i + seed) * 10 ** ((i * 7) % 5)
  return [...data]
}

test.each(dtypes)('sums over the last axis run in lanes, others ascend (%s)', (dtype) => {
  for (const [rows, columns] of [
    [3, 100],
    [1, 7],
    [5, 8],
    [2, 1],
  ] as const) {
    const list = values(dtype, rows * columns, 1)
    const x = tensor(list, [rows, columns], dtype)
    const row = (i: number): number[] => list.slice(i * columns, (i + 1) * columns)
    const column = (j: number): number[] => list.filter((_, at) => at % columns === j)
    expect(sum(x, 1).toArray()).toEqual(Array.from({ length: rows }, (_, i) => inLanes(row(i), dtype)))
    expect(sum(x, 0).toArray()).toEqual(
      Array.from({ length: columns }, (_, j) => ascending(column(j), dtype)),
    )
    expect(sum(x).item()).toBe(inLanes(list, dtype))
  }
})

test.each(dtypes)('products: a matrix times a vector in lanes, anything else ascending (%s)', (dtype) => {
  const round = dtype === 'f32' ? Math.fround : (x: number): number => x
  const [m, k, n] = [3, 29, 4]
  const [a, b, c] = [values(dtype, m * k, 2), values(dtype, k * n, 3), values(dtype, k, 4)]
  const [A, B, C] = [tensor(a, [m, k], dtype), tensor(b, [k, n], dtype), tensor(c, [k], dtype)]
  const terms = (x: (l: number) => number, y: (l: number) => number): number[] =>
    Array.from({ length: k }, (_, l) => round(x(l) * y(l)))
  const row = (i: number) => (l: number) => a[i * k + l]!
  const byVector = Array.from({ length: m }, (_, i) =>
    inLanes(
      terms(row(i), (l) => c[l]!),
      dtype,
    ),
  )
  expect(matmul(A, C).toArray()).toEqual(byVector)
  expect(matmul(C, A, { transposeB: true }).toArray()).toEqual(byVector)
  // The same product with the matrix stored transposed has no neighbouring terms.
  const At = transpose(A)
  expect(matmul(At, C, { transposeA: true }).toArray()).toEqual(
    Array.from({ length: m }, (_, i) =>
      ascending(
        terms(row(i), (l) => c[l]!),
        dtype,
      ),
    ),
  )
  const entry = (i: number, j: number): number =>
    ascending(
      terms(row(i), (l) => b[l * n + j]!),
      dtype,
    )
  const full = Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j)))
  expect(matmul(A, B).toArray()).toEqual(full)
  expect(matmul(At, transpose(B), { transposeA: true, transposeB: true }).toArray()).toEqual(full)
})

test('the order matters: another one gives other bits on these data', () => {
  const list = values('f64', 100, 1)
  expect(sum(tensor(list)).item()).not.toBe(ascending(list, 'f64'))
})

test('products agree with exact integer arithmetic for all shapes, with batches, empty ones too', () => {
  const size = fc.integer({ min: 0, max: 5 })
  fc.assert(
    fc.property(
      size,
      size,
      size,
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.boolean(),
      (m, k, n, batch, ta, tb) => {
        const entry = (i: number): number => ((i * 37) % 11) - 5
        const A = Array.from({ length: batch * m * k }, (_, i) => entry(i))
        const B = Array.from({ length: batch * k * n }, (_, i) => entry(i + 3))
        const stored = (x: number[], rows: number, columns: number, flip: boolean): Tensor => {
          const t = tensor(x, [batch, rows, columns])
          return flip ? transpose(t, [0, 2, 1]) : t
        }
        const C = matmul(stored(A, m, k, ta), stored(B, k, n, tb), { transposeA: ta, transposeB: tb })
        expect(C.shape).toEqual([batch, m, n])
        for (let at = 0; at < C.size; at++) {
          const [b, i, j] = [Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n]
          let exact = 0
          for (let l = 0; l < k; l++) exact += A[(b * m + i) * k + l]! * B[(b * k + l) * n + j]!
          expect(C.data[at]).toBe(exact)
        }
      },
    ),
  )
})
