import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { matmul, transpose } from '../../src/index.ts'
import { cg } from '../../src/linalg/cg.ts'
import { lsmr } from '../../src/linalg/lsmr.ts'
import { minres } from '../../src/linalg/minres.ts'
import { diagonal, operator } from '../../src/linalg/operator.ts'
import { normal, stream } from '../../src/random/index.ts'
import { lengthOf, normals } from './spectra.ts'

const random = normals(1)
const minus = (a: Tensor, b: Tensor): number[] => Array.from(a.data, (x, i) => x - b.data[i]!)
const apply = (A: Tensor, x: Tensor): Tensor => matmul(A, x)

/** Symmetric with these eigenvalues, along random reflections' axes. */
function planted(values: readonly number[], name: string): Tensor {
  const n = values.length
  let A = tensor(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? values[i]! : 0))),
    [n, n],
  )
  for (let k = 0; k < 3; k++) {
    const v = normal(stream(2, name, k), n)
    const size = v.reduce((sum, a) => sum + a * a, 0)
    const H = tensor(
      Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (__, j) => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / size),
      ),
      [n, n],
    )
    A = matmul(matmul(H, A), H)
  }
  // Exactly symmetric.
  return tensor(
    Array.from(A.data, (x, k) => (x + A.data[(k % n) * n + Math.floor(k / n)]!) / 2),
    [n, n],
  )
}

const sizes = fc.tuple(fc.integer({ min: 1, max: 25 }), fc.nat(1000))

test('conjugate gradients and MINRES solve positive definite systems', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ([n, salt]) => {
      const A = planted(
        Array.from({ length: n }, (_, i) => 1 + ((i * 7 + salt) % 23)),
        `${salt}`,
      )
      const x = random(`x${salt}`, n)
      const b = apply(A, x)
      for (const solve of [cg, minres]) {
        const found = await solve(A, b, { tol: 1e-13 })
        expect(found.converged).toBe(true)
        expect(lengthOf(minus(found.x, x))).toBeLessThan(1e-10 * lengthOf(x.data))
        expect(Math.abs(found.residual - lengthOf(minus(apply(A, found.x), b)))).toBeLessThan(
          1e-13 * lengthOf(b.data),
        )
        // As many products as different eigenvalues, and a few by rounding.
        expect(found.products).toBeLessThan(2 * Math.min(n, 23) + 8)
      }
    }),
    { numRuns: 60 },
  )
})

test('conjugate gradients: exact for one eigenvalue, few steps with the inverse as preconditioner, bounded by the condition number', async () => {
  const n = 400
  const d = Float64Array.from({ length: n }, (_, i) => 1 + (99 * i) / (n - 1))
  const b = random('b', n)
  const plain = await cg(diagonal(d), b, { tol: 1e-10 })
  // ‖e_k‖_A <= 2((√κ-1)/(√κ+1))^k ‖e_0‖_A with √κ = 10, and norms differ by √κ at most.
  const steps = Math.ceil(Math.log(2 * 10 * 1e10) / Math.log(11 / 9))
  expect(plain.converged).toBe(true)
  expect(plain.products).toBeLessThanOrEqual(steps + 1)
  const helped = await cg(diagonal(d), b, { precondition: (r) => r.map((x, i) => x / d[i]!) })
  expect(helped.products).toBeLessThanOrEqual(3)
  const one = await cg(diagonal(new Float64Array(n).fill(3)), b)
  expect(one.products).toBe(2)
})

test('MINRES solves indefinite systems, and singular ones that have a solution; CG says that A is indefinite', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ([n, salt]) => {
      const A = planted(
        Array.from({ length: n }, (_, i) => (i % 3) - 1 || (salt % 2 ? 0 : 2)),
        `i${salt}`,
      )
      const b = apply(A, random(`y${salt}`, n))
      const found = await minres(A, b, { tol: 1e-12 })
      expect(found.converged).toBe(true)
      expect(lengthOf(minus(apply(A, found.x), b))).toBeLessThanOrEqual(1e-10 * (1 + lengthOf(b.data)))
      expect(found.products).toBeLessThan(12)
    }),
    { numRuns: 60 },
  )
  const { indefinite, converged } = await cg(diagonal([1, -2, 3]), tensor([1, 1, 1]))
  expect({ indefinite, converged }).toEqual({ indefinite: true, converged: false })
})

test('MINRES with a shift, and on a system without a solution: the residual is as small as it can be', async () => {
  const found = await minres(diagonal([1, 2, 3]), tensor([3, 4, 5]), { shift: 4 })
  expect(minus(found.x, tensor([-1, -2, -5])).every((x) => Math.abs(x) < 1e-12)).toBe(true)
  const { residual, converged } = await minres(diagonal([1, 2, 0]), tensor([1, 1, 7]))
  expect(residual).toBeCloseTo(7, 10)
  expect(converged).toBe(false)
})

test('LSMR: least squares of every shape; the normal residual vanishes, and the shortest solution is found', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(1000),
      async (m, n, salt) => {
        const A = random(`A${salt}`, m, n)
        const b = random(`b${salt}`, m)
        const found = await lsmr(A, b, { tol: 1e-13, maxProducts: 2000 })
        const r = tensor(minus(b, apply(A, found.x)))
        const scale = lengthOf(A.data) * (lengthOf(b.data) + lengthOf(A.data) * lengthOf(found.x.data))
        const normal = matmul(transpose(A), r)
        expect(lengthOf(normal.data)).toBeLessThan(1e-10 * scale)
        expect(Math.abs(found.residual - lengthOf(r.data))).toBeLessThan(1e-12 * (1 + lengthOf(b.data)))
        expect(Math.abs(found.normalResidual - lengthOf(normal.data))).toBeLessThan(1e-12 * scale)
        if (n <= m) return
        // In the row space: orthogonal to what A does not see. A x' = A x for x' = x + z with Az = 0 is longer.
        const again = await lsmr(transpose(A), found.x, { tol: 1e-13, maxProducts: 2000 })
        expect(again.residual).toBeLessThan(1e-6 * (1 + lengthOf(found.x.data)))
      },
    ),
    { numRuns: 40 },
  )
})

test('LSMR with damping solves the regularised problem', async () => {
  const A = random('A', 12, 8)
  const b = random('b', 12)
  const { x } = await lsmr(A, b, { damp: 0.7, tol: 1e-14, maxProducts: 400 })
  const left = Array.from(
    matmul(transpose(A), tensor(minus(b, apply(A, x)))).data,
    (g, i) => g - 0.49 * x.data[i]!,
  )
  expect(lengthOf(left)).toBeLessThan(1e-10)
})

test('right-hand sides of zeros, and matrices of extreme size', async () => {
  const zero = tensor([0, 0, 0])
  for (const solve of [cg, minres, lsmr]) {
    const found = await solve(diagonal([1, 2, 3]), zero)
    expect([found.x.toArray(), found.converged, found.residual]).toEqual([[0, 0, 0], true, 0])
    for (const size of [1e-200, 1e200]) {
      const b = tensor([1, 2, 3])
      const { x } = await solve(diagonal([1, 2, 4].map((d) => size * d)), b, { tol: 1e-13 })
      Array.from(x.data).forEach((value, i) => expect(value * size).toBeCloseTo([1, 1, 0.75][i]!, 10))
    }
  }
})

test('asynchronous operators; what is wrong is said by name', async () => {
  const later = operator(async (x) => Promise.resolve(x.map((a) => 2 * a)), 3)
  expect((await cg(later, tensor([2, 4, 6]))).x.toArray()).toEqual([1, 2, 3])
  const refusals: [() => Promise<unknown>, string][] = [
    [() => cg(later, tensor([1, 2])), 'cg: expected a vector of 3 numbers, got shape [2]'],
    [() => minres(later, tensor([1, NaN, 2])), 'minres: expected finite elements, got NaN at 1'],
    [() => lsmr(later, tensor([1, 2, 3])), 'lsmr: expected an operator with applyTranspose, got one without'],
    [() => cg(later, tensor([1, 2, 3]), { tol: -1 }), 'cg: expected a finite tol of at least 0, got -1'],
    [
      () =>
        cg(
          operator((x) => x.map(() => NaN), 2),
          tensor([1, 1]),
        ),
      'cg: expected finite numbers from product 1, got NaN at 0',
    ],
    [
      () =>
        minres(
          operator(() => new Float64Array(3), 2),
          tensor([1, 1]),
        ),
      'minres: expected 2 numbers from product 1, got 3',
    ],
    [
      () => lsmr(random('A', 2, 2), tensor([1, 2]), { damp: NaN }),
      'lsmr: expected a finite damp of at least 0, got NaN',
    ],
    [() => cg(random('A', 2, 3), tensor([1, 2])), 'cg: expected a square operator, got shape [2,3]'],
  ]
  for (const [ask, message] of refusals) await expect(ask()).rejects.toThrow(message)
})
