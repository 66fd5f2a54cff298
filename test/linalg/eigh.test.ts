import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { eigh, tridiagonalEigh, type EighMethod } from '../../src/linalg/eigh.ts'
import { cos } from '../../src/math/index.ts'
import { executor, setExecutor } from '../../src/run/index.ts'
import {
  counting,
  elements,
  EPSILON,
  gluedWilkinson,
  largest,
  matrix,
  orthogonality,
  randomSymmetric,
  residual,
  tridiagonal,
  withSpectrum,
} from './spectra.ts'

const before = executor().executor

const methods: readonly EighMethod[] = ['auto', 'ql', 'divide and conquer']

/** Checks the factors against the matrix, and gives the eigenvalues. */
function checked(a: Tensor, method: EighMethod = 'auto'): Float64Array {
  const n = a.shape[0]!
  const { values, vectors } = eigh(a, { method })
  const [lambda, v] = [elements(values), elements(vectors)]
  expect([values.shape, vectors.shape]).toEqual([[n], [n, n]])
  for (let j = 1; j < n; j++) expect(lambda[j]!).toBeGreaterThanOrEqual(lambda[j - 1]!)
  const bound = 8 * EPSILON * n
  expect(residual(a, vectors, values, vectors)).toBeLessThanOrEqual(bound * largest(lambda))
  expect(orthogonality(vectors)).toBeLessThanOrEqual(Math.min(bound, 1e-13))
  for (let j = 0; j < n; j++) {
    const column = counting(n).map((i) => v[i * n + j]!)
    expect(column.find((x) => Math.abs(x) === largest(column))).toBeGreaterThan(0)
  }
  return lambda
}

/** Eigenvalues within a multiple of n·ε·‖A‖ of these. */
function near(lambda: Float64Array, expected: readonly number[]): void {
  const sorted = [...expected].sort((a, b) => a - b)
  // Among the smallest numbers of all, what is rounded is a unit of these.
  const bound = 8 * lambda.length * (EPSILON * largest(expected) + Number.MIN_VALUE)
  sorted.forEach((value, i) => expect(Math.abs(lambda[i]! - value)).toBeLessThanOrEqual(bound))
}

/** How many eigenvalues of a tridiagonal matrix lie below x: the negative pivots of T - x (Sylvester's law of inertia). */
function countBelow(d: readonly number[], e: readonly number[], x: number): number {
  let [count, pivot] = [0, 1]
  d.forEach((value, i) => {
    pivot = value - x - (i > 0 ? (e[i - 1]! * e[i - 1]!) / pivot : 0)
    if (pivot === 0) pivot = 1e-300
    if (pivot < 0) count++
  })
  return count
}

const spectra: Record<string, (n: number) => number[]> = {
  graded: (n) => counting(n).map((i) => 10 ** ((-12 * i) / n)),
  'graded, of both signs': (n) => counting(n).map((i) => (-1) ** i * 10 ** ((-12 * i) / n)),
  'in clusters 1e-2 wide': (n) => counting(n).map((i) => (i % 3) + (1e-2 * i) / n),
  'in clusters 1e-8 wide': (n) => counting(n).map((i) => (i % 3) + (1e-8 * i) / n),
  'in clusters 1e-14 wide': (n) => counting(n).map((i) => (i % 3) + (1e-14 * i) / n),
  repeated: (n) => counting(n).map((i) => (i % 4) - 1),
  'all the same': (n) => counting(n).map(() => 3),
  zero: (n) => counting(n).map(() => 0),
  'of rank one': (n) => counting(n).map((i) => (i === 0 ? -5 : 0)),
  'near 1e150': (n) => counting(n).map((i) => 1e150 * (i + 1)),
  'near 1e-150': (n) => counting(n).map((i) => 1e-150 * (i - 1)),
}

afterEach(() => setExecutor(before))

describe('eigh', () => {
  it.each(methods)('factors random matrices (%s)', (method) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(1e6), (n, seed) => {
        const a = randomSymmetric(n, seed)
        const lambda = checked(a, method)
        const trace = counting(n).reduce((sum, i) => sum + elements(a)[i * n + i]!, 0)
        const sum = lambda.reduce((sum, x) => sum + x, 0)
        expect(Math.abs(sum - trace)).toBeLessThanOrEqual(8 * EPSILON * n * n * largest(lambda))
      }),
      { numRuns: 30 },
    )
  })

  it.each(Object.keys(spectra))('finds eigenvalues that are %s', (name) => {
    for (const method of methods) {
      for (const n of [1, 2, 3, 7, 31, 32, 33, 64, 65, 70]) {
        const values = spectra[name]!(n)
        near(checked(withSpectrum(values, n, n, n, true), method), values)
      }
    }
  })

  it('keeps its accuracy with 200 rows', () => {
    for (const name of Object.keys(spectra)) {
      const values = spectra[name]!(200)
      near(checked(withSpectrum(values, 200, 200, 1, true)), values)
    }
    near(checked(randomSymmetric(200, 3)), [
      ...elements(eigh(randomSymmetric(200, 3), { method: 'ql' }).values),
    ])
  })

  it("meets Wilkinson's matrices, alone and glued together", () => {
    for (const [times, glue] of [
      [1, 0],
      [4, 1e-3],
      [5, 1e-8],
      [6, 1e-14],
      [4, 0],
    ] as const) {
      const [d, e] = gluedWilkinson(times, glue)
      const values = checked(tridiagonal(d, e), 'divide and conquer')
      near(values, [...elements(eigh(tridiagonal(d, e), { method: 'ql' }).values)])
    }
  })

  it('meets matrices whose elements span all magnitudes', () => {
    for (const n of [5, 40, 70]) {
      const g = elements(randomSymmetric(n, n))
      const graded = (base: number): Tensor =>
        matrix(
          g.map((a, at) => a * base ** Math.max(at % n, Math.floor(at / n))),
          n,
          n,
        )
      for (const base of [0.1, 10, 1e-4, 1e4]) for (const method of methods) checked(graded(base), method)
    }
  })

  it('gives the same eigenvalues without vectors', () => {
    const a = randomSymmetric(45, 8)
    const { values, ...rest } = eigh(a, { vectors: false })
    expect(rest).toEqual({})
    near(elements(values), [...elements(eigh(a).values)])
  })

  it('takes empty matrices, and leaves its argument alone', () => {
    const { values, vectors } = eigh(matrix(new Float64Array(0), 0, 0))
    expect([values.shape, vectors.shape]).toEqual([[0], [0, 0]])
    const a = randomSymmetric(40, 2)
    const before = elements(a).slice()
    eigh(a)
    expect(elements(a)).toEqual(before)
    expect(elements(eigh(tensor([[-7]])).values)).toEqual(Float64Array.of(-7))
  })

  it('gives the same bits by the interpreter', () => {
    for (const n of [1, 5, 32, 70, 101]) {
      const compiled = eigh(randomSymmetric(n, n))
      setExecutor('interpret')
      expect(eigh(randomSymmetric(n, n))).toEqual(compiled)
      setExecutor(before)
    }
  })

  it('refuses what it cannot factor', () => {
    expect(() => eigh(tensor([1, 2]))).toThrow('eigh: expected a matrix, got shape')
    expect(() => eigh(tensor([[1, 2]]))).toThrow('eigh: expected a square matrix, got shape')
    const skew = tensor([1, 2, 3, 4], [2, 2])
    expect(() => eigh(skew)).toThrow('eigh: expected a symmetric matrix, got 3 at [1,0]')
    expect(() => eigh(tensor([[NaN]]))).toThrow('eigh: expected finite elements, got NaN at 0')
    expect(() => eigh(tensor([[1]], [1, 1], 'f32'))).toThrow('eigh: expected f64, got f32')
    expect(() => eigh(tensor([[1]]), { method: 'jacobi' as EighMethod })).toThrow(
      'eigh: expected the method auto, ql or divide and conquer, got jacobi',
    )
  })
})

describe('tridiagonalEigh', () => {
  function solved(d: readonly number[], e: readonly number[]): Float64Array {
    const n = d.length
    const { values, vectors } = tridiagonalEigh(Float64Array.from(d), Float64Array.from(e), true)
    const v = matrix(vectors, n, n)
    const bound = 8 * EPSILON * n
    const scale = Math.max(largest(d), largest(e))
    expect(residual(tridiagonal(d, e), v, matrix(values, n, 1), v)).toBeLessThanOrEqual(
      bound * largest(values) + 8 * n * Number.MIN_VALUE,
    )
    expect(orthogonality(v)).toBeLessThanOrEqual(bound)
    values.forEach((value, j) => {
      // The smallest normal number stands in where all is zero.
      const slack = bound * scale + 1e-300
      expect(countBelow(d, e, value - slack)).toBeLessThanOrEqual(j)
      expect(countBelow(d, e, value + slack)).toBeGreaterThan(j)
    })
    near(tridiagonalEigh(Float64Array.from(d), Float64Array.from(e), false).values, [...values])
    return values
  }

  it('finds the eigenvalues of second differences', () => {
    for (const n of [1, 2, 10, 32, 33, 100, 257, 400]) {
      const values = solved(new Array<number>(n).fill(2), new Array<number>(n - 1).fill(-1))
      near(
        values,
        counting(n).map((j) => 2 - 2 * cos((Math.PI * (j + 1)) / (n + 1))),
      )
    }
  })

  it('counts eigenvalues as the law of inertia does', () => {
    const number = fc.oneof(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.constantFrom(0, 1, -1, 1e-9, 1e-17, 1e-100, 1e150),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 120 }), (pairs) => {
        solved(
          pairs.map(([d]) => d),
          pairs.slice(1).map(([, e]) => e),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('meets blocks that are glued together', () => {
    for (const glue of [1, 1e-4, 1e-8, 1e-12, 1e-16, 0]) solved(...gluedWilkinson(10, glue))
  })

  it('takes what is empty, and leaves its arguments alone', () => {
    expect(tridiagonalEigh(new Float64Array(0), new Float64Array(0), true).values).toHaveLength(0)
    const [d, e] = [Float64Array.from(counting(40)), new Float64Array(39).fill(1)]
    tridiagonalEigh(d, e, true)
    expect([d, e]).toEqual([Float64Array.from(counting(40)), new Float64Array(39).fill(1)])
  })

  it('refuses other lengths and numbers that are not finite', () => {
    const two = Float64Array.of(1, 2)
    expect(() => tridiagonalEigh(two, two, true)).toThrow('expected an off-diagonal of 1 numbers, got 2')
    expect(() => tridiagonalEigh(two, Float64Array.of(Infinity), true)).toThrow(
      'tridiagonalEigh: expected finite numbers, got Infinity',
    )
  })
})
