import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { add, executor, matmul, mul, setExecutor, transpose } from '../../src/index.ts'
import { cond } from '../../src/linalg/cond.ts'
import { matrixNorm } from '../../src/linalg/norm.ts'
import { solve, type SolveOptions } from '../../src/linalg/solve.ts'
import { triangularSolve } from '../../src/linalg/triangular.ts'
import { numbers } from '../../src/math/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

const EPSILON = 2.220446049250313e-16
const random = (salt: number, ...shape: number[]): Tensor =>
  tensor(
    normal(
      stream(salt),
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  )
const diagonal = (values: readonly number[]): Tensor =>
  tensor(
    values.map((value, i) => values.map((_, j) => (i === j ? value : 0))),
    [values.length, values.length],
  )
const largest = (x: Tensor): number => [...x.data].reduce((most, a) => Math.max(most, Math.abs(a)), 0)

/** ‖b - Ax‖ over n·ε·(‖A‖‖x‖ + ‖b‖), in the largest elements: about one or less after a backward stable solution. */
function backward(A: Tensor, x: Tensor, b: Tensor): number {
  const gap = add(b, mul(-1, matmul(A, x)))
  const n = A.shape[0]!
  return largest(gap) / (n * EPSILON * (matrixNorm(A, 'inf') * largest(x) + largest(b)) || 1)
}

function matrixFor(assume: SolveOptions['assume'], n: number, salt: number): Tensor {
  const G = random(salt, n, n)
  if (assume === 'general') return G
  if (assume === 'symmetric') return add(G, transpose(G))
  return add(matmul(G, transpose(G)), diagonal(Array.from({ length: n }, () => 0.1)))
}

const systems = fc.tuple(
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 60, max: 150 })),
  fc.constantFrom(0, 1, 3, 20),
  fc.nat(9999),
  fc.constantFrom(1, 1e150, 1e-150),
)

test.each(['general', 'symmetric', 'positive definite'] as const)('%s: Ax is b', (assume) => {
  fc.assert(
    fc.property(systems, ([n, k, salt, scale]) => {
      const A = mul(scale, matrixFor(assume, n, salt))
      const b = random(salt + 1, n, k)
      const x = solve(A, b, { assume })
      expect(x.shape).toEqual([n, k])
      if (k > 0) expect(backward(A, x, b)).toBeLessThan(20)
      const one = solve(A, random(salt + 2, n), { assume })
      expect(one.shape).toEqual([n])
      expect(backward(A, one, random(salt + 2, n))).toBeLessThan(20)
    }),
    { numRuns: 40 },
  )
  expect(solve(tensor([], [0, 0]), tensor([], [0]), { assume }).shape).toEqual([0])
})

test.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])(
  'triangles, lower %s, transposed %s: rows hold to rounding and the other triangle is not read',
  (lower, transpose_) => {
    fc.assert(
      fc.property(systems, fc.boolean(), ([n, k, salt, scale], unit) => {
        // Rows and columns of very different sizes, and elements that keep the solution within range.
        const G = random(salt, n, n)
        const inside = Float64Array.from(G.data, (x, at) => {
          const [i, j] = [Math.floor(at / n), at % n]
          if (i === j) return unit ? 1 : x + Math.sign(x)
          return (lower ? j < i : j > i) ? numbers.scale2(x / n, (i % 5) - (j % 5)) : 0
        })
        const T = unit ? tensor(inside, [n, n]) : mul(scale, tensor(inside, [n, n]))
        const seen = tensor(
          Float64Array.from(T.data, (x, at) => {
            const [i, j] = [Math.floor(at / n), at % n]
            if (i === j) return unit ? 77 : x
            return (lower ? j < i : j > i) ? x : 1e200
          }),
          [n, n],
        )
        const matrix = transpose_ ? transpose(T) : T
        for (const b of [random(salt + 1, n), random(salt + 2, n, k)]) {
          const x = triangularSolve(seen, b, { lower, transpose: transpose_, unit })
          expect(x.shape).toEqual(b.shape)
          const absolute = (M: Tensor): Tensor => tensor(Float64Array.from(M.data, Math.abs), M.shape)
          const [product, sizes] = [matmul(matrix, x), matmul(absolute(matrix), absolute(x))]
          const fits = product.data.every(
            (a, i) =>
              Math.abs(a - b.data[i]!) <= 2 * (n + 2) * EPSILON * (sizes.data[i]! + Math.abs(b.data[i]!)),
          )
          expect(fits).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
  },
)

test('singular matrices and matrices that are not what is assumed are refused', () => {
  const D = diagonal([1, 2, 3, 0, 4])
  const b = tensor([1, 1, 1, 1, 1])
  expect(() => solve(D, b)).toThrow('solve: expected a regular matrix, got pivot 0 at 3')
  expect(() => solve(D, b, { assume: 'symmetric' })).toThrow(
    'solve: expected a regular matrix, got pivot 0 at 3',
  )
  expect(() => solve(D, b, { assume: 'positive definite' })).toThrow(
    'solve: expected a positive definite matrix, got pivot 0 at 3',
  )
  expect(() => triangularSolve(D, b)).toThrow('triangularSolve: expected a regular matrix, got pivot 0 at 3')
  expect(() =>
    solve(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([1, 1]),
      { assume: 'symmetric' },
    ),
  ).toThrow('solve: expected a symmetric matrix, got 3 at [1,0] and 2 at [0,1]')
  expect(() => solve(D, tensor([1, 2]))).toThrow('solve: expected a vector of 5 numbers, got shape [2]')
  expect(() => solve(D, tensor([[1, 2]]))).toThrow(
    'solve: expected right-hand sides with 5 rows, got shape [1,2]',
  )
  expect(() => solve(D, b, { assume: 'upper' as 'general' })).toThrow(
    'solve: expected general, symmetric or positive definite, got upper',
  )
  expect(() => triangularSolve(tensor([[1, 2]]), b)).toThrow(
    'triangularSolve: expected a square matrix, got shape [1,2]',
  )
})

test('the estimate of the condition number is a lower bound, and a close one', () => {
  let [close, tries] = [0, 0]
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.nat(9999),
      fc.constantFrom(1, 1e150, 1e-150),
      (n, salt, scale) => {
        const A = mul(scale, random(salt, n, n))
        const inverse = solve(A, diagonal(Array.from({ length: n }, () => 1)))
        for (const kind of [1, 'inf'] as const) {
          const exact = matrixNorm(A, kind) * matrixNorm(inverse, kind)
          const ratio = cond(A, kind) / exact
          expect(ratio).toBeLessThan(1 + 1e-6)
          expect(ratio).toBeGreaterThan(0.1)
          tries++
          if (ratio > 0.9) close++
        }
      },
    ),
    { numRuns: 100 },
  )
  expect(close / tries).toBeGreaterThan(0.8)
})

test('condition numbers that are known, and refusals', () => {
  expect(cond(diagonal([1, -8, 2]))).toBe(8)
  expect(
    cond(
      tensor([
        [1, 1],
        [1, 1],
      ]),
    ),
  ).toBe(Infinity)
  expect(cond(tensor([], [0, 0]))).toBe(0)
  expect(
    cond(
      tensor([
        [1, 1e6],
        [0, 1],
      ]),
    ),
  ).toBeCloseTo(1e12 + 2e6 + 1, -1)
  expect(
    cond(
      tensor([
        [1, 1e6],
        [0, 4],
      ]),
      'inf',
    ),
  ).toBeCloseTo((1 + 1e6) * (1 + 2.5e5), -1)
  expect(() => cond(tensor([[1]]), 2 as 1)).toThrow('cond: expected norm 1 or inf, got 2')
})

test('both executors give the same bits, and the input stays', () => {
  const [A, b] = [random(1, 100, 100), random(2, 100, 20)]
  const copies = [A, b].map(({ data }) => [...data])
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    return [...solve(A, b).data, cond(A)]
  })
  expect(bits[0]).toEqual(bits[1])
  expect([[...A.data], [...b.data]]).toEqual(copies)
})
