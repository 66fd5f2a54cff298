import { expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import {
  add,
  checkGrad,
  exp,
  grad,
  hessian,
  jacobian,
  log,
  matmul,
  mul,
  slice,
  square,
  sub,
  sum,
  transpose,
  vmap,
} from '../../src/index.ts'
import { cholesky, eigh, qr, solve } from '../../src/linalg/differentiable.ts'
import { normals } from './spectra.ts'

const random = normals(5)
const eye = (n: number, scale = 1): Tensor =>
  tensor(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? scale : 0))),
    [n, n],
  )
const symmetric = (X: Tensor): Tensor => add(X, transpose(X))
const definite = (X: Tensor): Tensor => add(matmul(X, transpose(X)), eye(X.shape[0]!))
const close = (a: Tensor, b: Tensor, tolerance = 1e-10): void =>
  a.data.forEach((x, i) => expect(Math.abs(x - b.data[i]!)).toBeLessThan(tolerance * (1 + Math.abs(x))))

const sizes = [1, 2, 3, 5]

test.each(sizes)('solve of %i unknowns: value, both modes, second order, batches', (n) => {
  const A = add(random('A', n, n), eye(n, 4))
  for (const b of [random('b', n), random('B', n, 3)])
    expect(checkGrad((M, v) => solve(M, v), A, b)).toMatchObject({ passed: true })
  for (const assume of ['symmetric', 'positive definite'] as const) {
    const f = (X: Tensor, b: Tensor): Tensor => solve(definite(X), b, { assume })
    expect(checkGrad(f, random('X', n, n), random('b', n))).toMatchObject({ passed: true })
  }
  close(matmul(A, solve(A, random('b', n))), random('b', n))
})

test.each(sizes)('cholesky of %i rows', (n) => {
  expect(checkGrad((X) => cholesky(definite(X)), random('X', n, n))).toMatchObject({ passed: true })
  const A = definite(random('X', n, n))
  // log det A = 2 Σ log Lᵢᵢ has the gradient A⁻¹.
  const logDet = (M: Tensor): Tensor =>
    mul(2, sum(mul(eye(n), log(add(cholesky(M), sub(tensor(1), eye(n)))))))
  close(grad(logDet)(A), solve(A, eye(n)))
})

test.each(sizes)('eigh of %i rows: values and vectors', (n) => {
  // Well apart, so that differences stay on one branch.
  const shifted = (X: Tensor): Tensor =>
    add(mul(0.1, symmetric(X)), mul(eye(n), tensor(Array.from({ length: n }, (_, i) => i))))
  const X = random('X', n, n)
  expect(checkGrad((M) => eigh(shifted(M)).values, X)).toMatchObject({ passed: true })
  expect(checkGrad((M) => eigh(shifted(M), { vectors: false }).values, X)).toMatchObject({ passed: true })
  expect(checkGrad((M) => square(eigh(shifted(M)).vectors), X)).toMatchObject({ passed: true })
  const rebuilt = (M: Tensor): Tensor => {
    const { values, vectors } = eigh(shifted(M))
    return matmul(mul(vectors, exp(values)), transpose(vectors))
  }
  expect(checkGrad(rebuilt, X)).toMatchObject({ passed: true })
})

test('equal eigenvalues: what does not depend on the choice of vectors has its derivative, what does is refused', () => {
  const A = eye(3)
  close(grad((M: Tensor) => sum(square(eigh(M, { vectors: false }).values)))(A), mul(2, A))
  // tr exp(A), through vectors and values: the gradient is exp(A).
  const traceOfExp = (M: Tensor): Tensor => {
    const { values, vectors } = eigh(M)
    return sum(mul(eye(3), matmul(mul(vectors, exp(values)), transpose(vectors))))
  }
  close(grad(traceOfExp)(A), mul(Math.E, A))
  const w = random('w', 3, 3)
  const first = (M: Tensor): Tensor => sum(mul(w, eigh(M).vectors))
  expect(() => grad(first)(A)).toThrow(
    'eigh: expected different eigenvalues for a derivative of vectors, got 1 and 1',
  )
})

test.each([
  [1, 1],
  [3, 3],
  [5, 2],
  [4, 3],
])('qr of %i × %i', (m, n) => {
  const A = random('A', m, n)
  expect(checkGrad((M) => qr(M).r, A)).toMatchObject({ passed: true })
  expect(checkGrad((M) => qr(M).q, A)).toMatchObject({ passed: true })
  const { q, r } = qr(A)
  close(matmul(q, r), A)
})

test('a Hessian, a Jacobian and a batch through factorizations', () => {
  const A = definite(random('A', 3, 3))
  const half = (b: Tensor): Tensor => mul(0.5, sum(mul(b, solve(A, b))))
  const inverse = solve(A, eye(3))
  close(hessian(half)(random('b', 3)), inverse)
  close(jacobian((b: Tensor) => solve(A, b))(random('b', 3)), inverse)
  const many = random('many', 4, 3)
  const rows = vmap((b: Tensor) => solve(A, b))(many)
  for (let i = 0; i < 4; i++) {
    const b = slice(many, [i])
    close(solve(A, b), slice(rows, [i]))
  }
})

test('what has no derivative is refused by name', () => {
  const wide = random('W', 2, 3)
  expect(() => grad((M: Tensor) => sum(qr(M).r))(wide)).toThrow(
    'qr: expected an f64 matrix of at least as many rows as columns on a tape',
  )
  expect(() => grad((M: Tensor) => sum(qr(M, { pivot: true }).r))(random('A', 3, 2))).toThrow(
    'qr: expected no options on a tape',
  )
  expect(() => solve(eye(2), tensor([1, 2]), { assume: 'x' as never })).toThrow(
    'solve: expected general, symmetric or positive definite, got x',
  )
  expect(() => grad((M: Tensor) => sum(cholesky(M)))(wide)).toThrow(
    'cholesky: expected a square f64 matrix, got f64[2,3]',
  )
  expect(() => grad((b: Tensor) => sum(solve(eye(3), b)))(tensor([1, 2]))).toThrow(
    'solve: expected f64[3] or f64[3,k] beside the matrix, got f64[2]',
  )
})
