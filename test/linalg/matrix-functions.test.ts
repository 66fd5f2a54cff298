import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { funmSymmetric } from '../../src/linalg/matrix-functions.ts'
import { exp } from '../../src/math/index.ts'
import { executor, setExecutor } from '../../src/run/index.ts'
import { counting, elements, EPSILON, largest, matrix, randomSymmetric, withSpectrum } from './spectra.ts'

const before = executor().executor

afterEach(() => setExecutor(before))

function product(a: Tensor, b: Tensor): Float64Array {
  const n = a.shape[0]!
  const [x, y] = [elements(a), elements(b)]
  return x.map((_, at) => {
    let sum = 0
    for (let l = 0; l < n; l++) sum += x[at - (at % n) + l]! * y[l * n + (at % n)]!
    return sum
  })
}

function near(x: Float64Array, y: Float64Array, bound: number): void {
  expect(largest(x.map((a, i) => a - y[i]!))).toBeLessThanOrEqual(bound)
}

const identity = (n: number): Float64Array =>
  new Float64Array(n * n).map((_, at) => (at % (n + 1) === 0 ? 1 : 0))

describe('funmSymmetric', () => {
  it('gives powers, and is symmetric to the last bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(1e6), (n, seed) => {
        const a = randomSymmetric(n, seed)
        const scale = n * largest(elements(a))
        near(elements(funmSymmetric(a, (x) => x)), elements(a), 8 * EPSILON * n * scale)
        const square = elements(funmSymmetric(a, (x) => x * x))
        near(square, product(a, a), 8 * EPSILON * n * scale * scale)
        for (let at = 0; at < square.length; at++) {
          expect(square[at]).toBe(square[(at % n) * n + Math.floor(at / n)])
        }
      }),
      { numRuns: 30 },
    )
  })

  it('gives square roots and their inverses', () => {
    for (const n of [1, 2, 33, 60]) {
      const a = withSpectrum(
        counting(n).map((i) => 1 + i),
        n,
        n,
        n,
        true,
      )
      const root = funmSymmetric(a, Math.sqrt)
      near(product(root, root), elements(a), 20 * EPSILON * n * n)
      const inverse = funmSymmetric(a, (x) => 1 / Math.sqrt(x))
      near(product(root, inverse), identity(n), 20 * EPSILON * n * n)
    }
  })

  it('gives exponentials: those of A and -A are inverse to each other', () => {
    const a = withSpectrum([-2, -1, 0, 0, 1, 2], 6, 6, 3, true)
    const negative = matrix(
      elements(a).map((x) => -x),
      6,
      6,
    )
    near(product(funmSymmetric(a, exp), funmSymmetric(negative, exp)), identity(6), 1e-13)
    // A projection P has e^P = I + (e - 1)·P.
    const p = withSpectrum([1, 1, 0, 0, 0], 5, 5, 4, true)
    const expected = elements(p).map((x, at) => identity(5)[at]! + (exp(1) - 1) * x)
    near(elements(funmSymmetric(p, exp)), expected, 1e-14)
  })

  it('keeps to the scale of its argument', () => {
    for (const scale of [1e150, 1e-150]) {
      const a = withSpectrum([scale, 4 * scale, 9 * scale], 3, 3, 1, true)
      const root = funmSymmetric(a, Math.sqrt)
      near(product(root, root), elements(a), 1e-14 * scale)
    }
  })

  it('takes empty matrices, and gives the same bits by the interpreter', () => {
    expect(funmSymmetric(matrix(new Float64Array(0), 0, 0), exp).shape).toEqual([0, 0])
    const compiled = funmSymmetric(randomSymmetric(50, 1), exp)
    setExecutor('interpret')
    expect(funmSymmetric(randomSymmetric(50, 1), exp)).toEqual(compiled)
  })

  it('refuses values that are not finite, and matrices that are not symmetric', () => {
    expect(() => funmSymmetric(tensor([[-1]]), Math.sqrt)).toThrow(
      'funmSymmetric: expected finite values of f, got NaN at the eigenvalue -1',
    )
    expect(() => funmSymmetric(tensor([[0]]), (x) => 1 / x)).toThrow('got Infinity at the eigenvalue 0')
    expect(() =>
      funmSymmetric(
        tensor([
          [0, 1],
          [2, 0],
        ]),
        exp,
      ),
    ).toThrow('funmSymmetric: expected a symmetric matrix, got 2 at [1,0] and 1 at [0,1]')
  })
})
