/** Matrices with known spectra, and how far factors are from what they should be. */
import { Tensor } from '../../src/array/index.ts'
import { normal, stream } from '../../src/random/index.ts'

export const EPSILON = 2.220446049250313e-16

export const elements = (x: Tensor): Float64Array => x.storage() as Float64Array

export const matrix = (data: Float64Array, m: number, n: number): Tensor => new Tensor(data, [m, n], 'f64')

export const randomMatrix = (m: number, n: number, seed: number): Tensor =>
  matrix(normal(stream(seed, 'matrix'), m * n), m, n)

export function randomSymmetric(n: number, seed: number): Tensor {
  const g = normal(stream(seed, 'symmetric'), n * n)
  return matrix(
    g.map((a, at) => a + g[(at % n) * n + Math.floor(at / n)]!),
    n,
    n,
  )
}

/** X ← (I - 2vvᵀ)·X for some random unit vectors v of m numbers. */
function reflect(x: Float64Array, m: number, n: number, seed: number): Float64Array {
  for (let turn = 0; turn < 4; turn++) {
    const v = normal(stream(seed, 'reflection', turn), m)
    const square = v.reduce((sum, a) => sum + a * a, 0)
    for (let j = 0; j < n; j++) {
      let along = 0
      for (let i = 0; i < m; i++) along += v[i]! * x[i * n + j]!
      for (let i = 0; i < m; i++) x[i * n + j]! -= (2 * along * v[i]!) / square
    }
  }
  return x
}

/** U·diag(values)·Vᵀ, [m, n], for orthogonal U and V, which are the same one where `symmetric`. */
export function withSpectrum(
  values: readonly number[],
  m: number,
  n: number,
  seed: number,
  symmetric: boolean = false,
): Tensor {
  const d = new Float64Array(m * n)
  values.forEach((value, i) => (d[i * n + i] = value))
  const left = transpose(reflect(d, m, n, seed), m, n)
  const both = transpose(reflect(left, n, m, symmetric ? seed : seed + 1), n, m)
  return matrix(
    symmetric ? both.map((a, at) => (a + both[(at % n) * n + Math.floor(at / n)]!) / 2) : both,
    m,
    n,
  )
}

export function transpose(x: Float64Array, m: number, n: number): Float64Array {
  return x.map((_, at) => x[(at % m) * n + Math.floor(at / m)]!)
}

/** max |XᵀX - I| for X [m, n]. */
export function orthogonality(x: Tensor): number {
  const [m, n] = x.shape as [number, number]
  const rows = transpose(elements(x), m, n)
  let most = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? -1 : 0
      for (let l = 0; l < m; l++) sum += rows[i * m + l]! * rows[j * m + l]!
      most = Math.max(most, Math.abs(sum))
    }
  }
  return most
}

/** max |A - X·diag(d)·Yᵀ| for X [m, k], Y [n, k]. */
export function residual(a: Tensor, x: Tensor, d: Tensor, y: Tensor): number {
  const [m, n] = a.shape as [number, number]
  const k = d.size
  const [A, X, D, Y] = [a, x, d, y].map(elements) as [Float64Array, Float64Array, Float64Array, Float64Array]
  let most = 0
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = A[i * n + j]!
      for (let l = 0; l < k; l++) sum -= X[i * k + l]! * D[l]! * Y[j * k + l]!
      most = Math.max(most, Math.abs(sum))
    }
  }
  return most
}

export const largest = (x: ArrayLike<number>): number =>
  Array.from(x).reduce((most, a) => Math.max(most, Math.abs(a)), 0)

/** The symmetric matrix with this diagonal and this one beside it. */
export function tridiagonal(diagonal: readonly number[], offDiagonal: readonly number[]): Tensor {
  const n = diagonal.length
  const data = new Float64Array(n * n)
  diagonal.forEach((d, i) => (data[i * n + i] = d))
  offDiagonal.forEach((e, i) => (data[i * n + i + 1] = data[(i + 1) * n + i] = e))
  return matrix(data, n, n)
}

/** Wilkinson's W₂₁⁺ some times, glued together by small elements: diagonal and off-diagonal. */
export function gluedWilkinson(times: number, glue: number): [number[], number[]] {
  const diagonal = Array.from({ length: 21 * times }, (_, i) => Math.abs((i % 21) - 10))
  return [diagonal, diagonal.slice(1).map((_, i) => (i % 21 === 20 ? glue : 1))]
}

export const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** Tensors of normal numbers, by name and shape. */
export const normals =
  (seed: number) =>
  (name: string, ...shape: number[]): Tensor =>
    new Tensor(
      normal(
        stream(seed, name),
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
      'f64',
    )

export const lengthOf = (x: ArrayLike<number>): number =>
  Math.sqrt(Array.from(x).reduce((sum, a) => sum + a * a, 0))
