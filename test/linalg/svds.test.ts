import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { eigsh } from '../../src/linalg/eigsh.ts'
import { dense, diagonal, gramOperator, operator } from '../../src/linalg/operator.ts'
import type { Matrix } from '../../src/linalg/product.ts'
import { svds, type Svds, type SvdsOptions } from '../../src/linalg/svds.ts'
import { setExecutor } from '../../src/run/index.ts'
import { EPSILON, elements, matrix, orthogonality, randomMatrix, withSpectrum } from './spectra.ts'

/** The largest part of A v - s u and Aᵀu - s v. */
function tripletError(A: Tensor, { u, s, v }: Svds): number {
  const [m, n] = A.shape as [number, number]
  const [a, U, V] = [A, u, v].map(elements) as [Float64Array, Float64Array, Float64Array]
  const k = s.size
  let worst = 0
  for (let l = 0; l < k; l++) {
    const [right, left] = [new Float64Array(m), new Float64Array(n)]
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        right[i]! += a[i * n + j]! * V[j * k + l]!
        left[j]! += a[i * n + j]! * U[i * k + l]!
      }
    }
    right.forEach((x, i) => (worst = Math.max(worst, Math.abs(x - s.data[l]! * U[i * k + l]!))))
    left.forEach((x, j) => (worst = Math.max(worst, Math.abs(x - s.data[l]! * V[j * k + l]!))))
  }
  return worst
}

function expectTriplets(A: Tensor, found: Svds, expected: readonly number[]): void {
  const [m, n] = A.shape as [number, number]
  const k = expected.length
  const largest = Math.max(0, ...expected)
  const bound = (60 + 2 * Math.sqrt(Math.max(m, n))) * EPSILON * largest
  expect([found.u.shape, found.s.shape, found.v.shape]).toEqual([[m, k], [k], [n, k]])
  expected.forEach((x, j) => expect(Math.abs(found.s.data[j]! - x)).toBeLessThanOrEqual(2 * bound))
  expect(tripletError(A, found)).toBeLessThanOrEqual(bound)
  expect(orthogonality(found.u)).toBeLessThan(1e-13)
  expect(orthogonality(found.v)).toBeLessThan(1e-13)
  expect(found.converged).toEqual(expected.map(() => true))
}

const spectra: Record<string, (i: number) => number> = {
  even: (i) => 100 - i,
  graded: (i) => 3 ** -i,
  pairs: (i) => 90 - Math.floor(i / 2),
  'rank two': (i) => (i < 2 ? 5 - i : 0),
  zero: () => 0,
  equal: () => 7,
}
test.each(Object.keys(spectra))('%s singular values, tall and wide', async (name) => {
  const values = Array.from({ length: 80 }, (_, i) => spectra[name]!(i))
  for (const [m, n] of [
    [120, 80],
    [80, 130],
    [80, 80],
  ] as const) {
    const A = withSpectrum(values, m, n, m)
    expectTriplets(A, await svds(A, { k: 5, maxDim: 24 }), values.slice(0, 5))
  }
})

test('small matrices of any shape, all triplets', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(99),
      async (m, n, seed) => {
        const values = Array.from({ length: Math.min(m, n) }, (_, i) => Math.max(0, 6 - i - (seed % 3)))
        const A = withSpectrum(values, m, n, seed)
        expectTriplets(A, await svds(A, { k: values.length, seed }), values)
      },
    ),
    { numRuns: 40 },
  )
  const empty = await svds(matrix(new Float64Array(0), 0, 3))
  expect([empty.u.shape, empty.s.shape, empty.v.shape]).toEqual([[0, 0], [0], [3, 0]])
})

test('the largest five of a random 2000 × 500 matrix are roots of the eigenvalues of AᵀA', async () => {
  const A = randomMatrix(2000, 500, 1)
  const found = await svds(A, { k: 5 })
  const squares = await eigsh(gramOperator(dense(A)), { k: 5 })
  found.s.data.forEach((s, j) => expect(Math.abs(s - Math.sqrt(squares.values.data[j]!))).toBeLessThan(1e-10))
  expect(found.converged).toEqual([true, true, true, true, true])
  expect(tripletError(A, found)).toBeLessThan(1e-11)
  found.residuals.data.forEach((r) => expect(r).toBeLessThan(1e-11))
})

test.each([1e-150, 1e150])('elements near %f', async (scale) => {
  const values = Array.from({ length: 60 }, (_, i) => 100 - i)
  const A = withSpectrum(values, 90, 60, 5)
  const found = await svds(
    tensor(
      elements(A).map((x) => x * scale),
      [90, 60],
    ),
    { k: 3 },
  )
  values.slice(0, 3).forEach((x, j) => expect(Math.abs(found.s.data[j]! / scale - x)).toBeLessThan(1e-11))
  expect(found.converged).toEqual([true, true, true])
})

test('same seed, same bits, by both executors; products are counted, a tolerance saves some', async () => {
  const A = withSpectrum(
    Array.from({ length: 120 }, (_, i) => 200 - i),
    150,
    120,
    6,
  )
  const once = await svds(A, { k: 3, seed: 5, maxDim: 20 })
  setExecutor('interpret')
  try {
    expect(await svds(A, { k: 3, seed: 5, maxDim: 20 })).toEqual(once)
  } finally {
    setExecutor('compile')
  }
  let products = 0
  const inner = dense(A)
  const applyTranspose = (u: Float64Array): Float64Array => (
    products++,
    inner.applyTranspose!(u) as Float64Array
  )
  const counted = operator((x) => (products++, inner.apply(x)), 150, { columns: 120, applyTranspose })
  const loose = await svds(counted, { k: 3, tol: 1e-4, maxDim: 20 })
  expect(loose.products).toBe(products)
  expect(loose.products).toBeLessThan(once.products)
  loose.residuals.data.forEach((r) => expect(r).toBeLessThan(200e-4))
  const short = await svds(A, { k: 3, maxProducts: 40, maxDim: 20 })
  expect(short.products).toBeLessThanOrEqual(40)
  expect(short.converged).toContain(false)
  expect(short.message).toContain('hint: raise maxProducts or maxDim')
})

const one = operator((x) => x, 3)
const refused: readonly [Matrix, SvdsOptions, string][] = [
  [one, {}, 'svds: expected an operator with applyTranspose, got one without'],
  [diagonal([1, 2]), { k: 3 }, 'svds: expected k to be an integer in [1,2], got 3'],
  [diagonal([1, 2]), { maxDim: 1 }, 'svds: expected maxDim to be an integer of at least 2, got 1'],
  [diagonal([1, 2]), { tol: NaN }, 'svds: expected a finite tol of at least 0, got NaN'],
  [diagonal([1, 2]), { maxProducts: 3 }, 'svds: expected maxProducts to be an integer of at least 8, got 3'],
  [tensor([[NaN]]), {}, 'dense: expected finite elements, got NaN at 0'],
  [
    operator((x) => x, 3, { applyTranspose: (u) => u.map(() => NaN) }),
    {},
    'svds: expected finite numbers from product 2, got NaN at 0',
  ],
]
test.each(refused)('refusal %#', async (A: Matrix, options: SvdsOptions, message: string) => {
  await expect(svds(A, options)).rejects.toThrow(message)
})
