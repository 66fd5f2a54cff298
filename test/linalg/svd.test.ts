import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { eigh } from '../../src/linalg/eigh.ts'
import { svd } from '../../src/linalg/svd.ts'
import { executor, setExecutor } from '../../src/run/index.ts'
import {
  counting,
  elements,
  EPSILON,
  largest,
  matrix,
  orthogonality,
  randomMatrix,
  residual,
  transpose,
  withSpectrum,
} from './spectra.ts'

const before = executor().executor

afterEach(() => setExecutor(before))

/** Checks the factors against the matrix, and gives the singular values. */
function checked(a: Tensor): Float64Array {
  const [m, n] = a.shape as [number, number]
  const k = Math.min(m, n)
  const { u, s, v } = svd(a)
  expect([u.shape, s.shape, v.shape]).toEqual([[m, k], [k], [n, k]])
  const values = elements(s)
  values.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(0)
    if (i > 0) expect(value).toBeLessThanOrEqual(values[i - 1]!)
  })
  const bound = 12 * EPSILON * Math.max(m, n)
  expect(residual(a, u, s, v)).toBeLessThanOrEqual(bound * largest(values))
  expect(orthogonality(u)).toBeLessThanOrEqual(Math.min(bound, 1e-13))
  expect(orthogonality(v)).toBeLessThanOrEqual(Math.min(bound, 1e-13))
  for (let j = 0; j < k; j++) {
    const column = counting(n).map((i) => elements(v)[i * k + j]!)
    expect(column.find((x) => Math.abs(x) === largest(column))).toBeGreaterThan(0)
  }
  return values
}

/** Singular values within a multiple of ε·‖A‖ of these. */
function near(values: Float64Array, expected: readonly number[], size: number): void {
  const sorted = expected.map(Math.abs).sort((a, b) => b - a)
  const bound = 8 * EPSILON * size * largest(expected)
  values.forEach((value, i) => expect(Math.abs(value - (sorted[i] ?? 0))).toBeLessThanOrEqual(bound))
}

/** An upper bidiagonal matrix, which the reduction to such a matrix leaves as it is. */
function bidiagonal(d: readonly number[], e: readonly number[]): Tensor {
  const n = d.length
  const data = new Float64Array(n * n)
  d.forEach((x, i) => (data[i * n + i] = x))
  e.forEach((x, i) => (data[i * n + i + 1] = x))
  return matrix(data, n, n)
}

const spectra: Record<string, (k: number) => number[]> = {
  graded: (k) => counting(k).map((i) => 10 ** ((-12 * i) / k)),
  'in clusters 1e-2 wide': (k) => counting(k).map((i) => 1 + (i % 3) + (1e-2 * i) / k),
  'in clusters 1e-8 wide': (k) => counting(k).map((i) => 1 + (i % 3) + (1e-8 * i) / k),
  'in clusters 1e-14 wide': (k) => counting(k).map((i) => 1 + (i % 3) + (1e-14 * i) / k),
  'all the same': (k) => counting(k).map(() => 3),
  'zero for a half': (k) => counting(k).map((i) => (i % 2) * (i + 1)),
  zero: (k) => counting(k).map(() => 0),
  'zero but one': (k) => counting(k).map((i) => (i === 0 ? 5 : 0)),
  'near 1e150': (k) => counting(k).map((i) => 1e150 * (i + 1)),
  'near 1e-150': (k) => counting(k).map((i) => 1e-150 * (i + 1)),
}

const shapes = [
  [1, 1],
  [1, 5],
  [5, 1],
  [3, 2],
  [2, 3],
  [32, 32],
  [33, 33],
  [40, 35],
  [35, 40],
  [65, 65],
  [100, 30],
  [30, 100],
  [70, 33],
] as const

describe('svd', () => {
  it('factors random matrices', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(1e6),
        (m, n, seed) => {
          const a = randomMatrix(m, n, seed)
          const values = checked(a)
          // The singular values are the largest eigenvalues of (0 A; Aᵀ 0).
          const data = new Float64Array((m + n) * (m + n))
          elements(a).forEach((x, at) => {
            const [i, j] = [Math.floor(at / n), m + (at % n)]
            data[i * (m + n) + j] = data[j * (m + n) + i] = x
          })
          const lambda = elements(eigh(matrix(data, m + n, m + n), { vectors: false }).values)
          near(values, [...lambda].reverse().slice(0, Math.min(m, n)), m + n)
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each(Object.keys(spectra))('finds singular values that are %s', (name) => {
    for (const [m, n] of shapes) {
      const values = spectra[name]!(Math.min(m, n))
      near(checked(withSpectrum(values, m, n, m * n)), values, Math.max(m, n))
    }
  })

  it('keeps its accuracy with 200 rows', () => {
    for (const name of Object.keys(spectra)) {
      const values = spectra[name]!(150)
      near(checked(withSpectrum(values, 200, 150, 1)), values, 200)
    }
    checked(randomMatrix(200, 200, 5))
  })

  it('gives the digits of every singular value of a bidiagonal matrix', () => {
    for (const n of [2, 5, 20, 40, 64]) {
      for (const [d, e] of [
        [() => 1, () => 10],
        [() => 1, () => -10],
        [(i: number) => 10 ** -(i % 7), () => 1],
        [(i: number) => 2 ** -i, (i: number) => 2 ** -i],
        [(i: number) => 2 ** (i - n), (i: number) => 3 ** (i - n)],
      ] as const) {
        const [diagonal, above] = [counting(n).map(d), counting(n - 1).map(e)]
        const values = checked(bidiagonal(diagonal, above))
        // The product is the determinant, however small the smallest factor.
        const factors = diagonal.map(Math.abs).sort((a, b) => b - a)
        const ratio = values.reduce((all, value, i) => all * (value / factors[i]!), 1)
        expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(100 * n * n * EPSILON)
      }
    }
  })

  it('meets bidiagonal matrices with zeros', () => {
    const element = fc.constantFrom(0, 0, 1, -1, 2, 1e-9, 1e-17, 1e-100, 1e-200, 1e100)
    fc.assert(
      fc.property(fc.array(fc.tuple(element, element), { minLength: 1, maxLength: 50 }), (pairs) => {
        checked(
          bidiagonal(
            pairs.map(([d]) => d),
            pairs.slice(1).map(([, e]) => e),
          ),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('gives the values of the transpose, and the same ones without vectors', () => {
    for (const [m, n] of shapes) {
      const a = randomMatrix(m, n, 7)
      const values = elements(svd(a).s)
      near(elements(svd(matrix(transpose(elements(a), m, n), n, m)).s), [...values], m + n)
      const { s, ...rest } = svd(a, { vectors: false })
      expect(rest).toEqual({})
      expect(elements(s)).toEqual(values)
    }
  })

  it('takes empty matrices, and leaves its argument alone', () => {
    for (const [m, n] of [
      [0, 0],
      [0, 3],
      [3, 0],
    ] as const) {
      const { u, s, v } = svd(matrix(new Float64Array(0), m, n))
      expect([u.shape, s.shape, v.shape]).toEqual([[m, 0], [0], [n, 0]])
    }
    const a = randomMatrix(40, 36, 2)
    const copy = elements(a).slice()
    svd(a)
    expect(elements(a)).toEqual(copy)
  })

  it('gives the same bits by the interpreter', () => {
    for (const [m, n] of [...shapes, [101, 90], [90, 200]] as const) {
      const compiled = svd(randomMatrix(m, n, 4))
      setExecutor('interpret')
      expect(svd(randomMatrix(m, n, 4))).toEqual(compiled)
      setExecutor(before)
    }
  })

  it('refuses what it cannot factor', () => {
    expect(() => svd(tensor([1, 2]))).toThrow('svd: expected a matrix, got shape')
    expect(() => svd(tensor([[1, Infinity]]))).toThrow('svd: expected finite elements, got Infinity at 1')
    expect(() => svd(tensor([[1]], [1, 1], 'f32'))).toThrow('svd: expected f64, got f32')
  })
})
