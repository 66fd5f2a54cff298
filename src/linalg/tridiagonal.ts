/**
 * A symmetric matrix becomes tridiagonal by Householder reflections, a block of columns at a time, as in Dongarra, Sorensen & Hammarling, J. Comput.
 * Appl. Math. 27 (1989) and LAPACK's xSYTRD and xLATRD: within a block only the next column is brought up to date, the rest of the matrix once for
 * the whole block, by one matrix product.
 */
import { dot } from '../array/index.ts'
import type { Workspace } from '../run/index.ts'
import { BLOCK, reflector } from './reflectors.ts'

/** T with A = Q·T·Qᵀ, where Q = H₀·H₁⋯. */
export interface Tridiagonal {
  readonly diagonal: Float64Array
  /** One number less. */
  readonly offDiagonal: Float64Array
  /** Of reflection j, whose vector acts on what follows element j. */
  readonly tau: Float64Array
}

/** What `tridiagonalize` takes from a workspace. */
export function tridiagonalNumbers(n: number): number {
  return 2 * BLOCK * n + 2 * BLOCK + n
}

/**
 * T of a symmetric matrix of elements below 1e150, in an array of the workspace. Row j of it becomes the vector of reflection j, with zeros up to
 * element j. `product` is an array of the workspace as large as the matrix.
 */
export function tridiagonalize(
  workspace: Workspace,
  a: Float64Array,
  product: Float64Array,
  n: number,
): Tridiagonal {
  const offDiagonal = new Float64Array(Math.max(0, n - 1))
  const result = { diagonal: new Float64Array(n), offDiagonal, tau: offDiagonal.slice() }
  // Rows v₀, w₀, v₁, w₁, …: by now the matrix is A - Σ (v·wᵀ + w·vᵀ).
  const pairs = workspace.array(2 * BLOCK * n)
  const [coefficients, sum] = [workspace.array(2 * BLOCK), workspace.array(n)]
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(n, start + BLOCK)
    for (let j = start; j < end; j++)
      reduceColumn(workspace, a, n, start, j, result, pairs, coefficients, sum)
    for (let j = start; j < end; j++) a.fill(0, j * n, j * n + j + 1)
    const m = n - end
    const v = { data: pairs.subarray(end), row: 1, column: 2 * n }
    const w = { data: pairs.subarray(n + end), row: 2 * n, column: 1 }
    workspace.multiply(v, w, product, m, end - start, m)
    subtractSymmetric(a, n, end, product)
  }
  return result
}

/** Column j, which lies as row j since the matrix is symmetric: reflection j and the vectors v and w of its update. */
function reduceColumn(
  workspace: Workspace,
  a: Float64Array,
  n: number,
  start: number,
  j: number,
  { diagonal, offDiagonal, tau: taus }: Tridiagonal,
  pairs: Float64Array,
  coefficients: Float64Array,
  sum: Float64Array,
): void {
  const before = 2 * (j - start)
  const row = a.subarray(j * n + j, j * n + n)
  if (before > 0) {
    for (let p = 0; p < before; p++) coefficients[p] = pairs[(p ^ 1) * n + j]!
    workspace.vecmat(coefficients, pairs.subarray(j), n, sum, before, n - j)
    for (let i = 0; i < row.length; i++) row[i] = row[i]! - sum[i]!
  }
  diagonal[j] = row[0]!
  const m = n - j - 1
  if (m === 0) return
  const v = row.subarray(1)
  const { beta, tau } = reflector(v)
  offDiagonal[j] = beta
  taus[j] = tau
  pairs.set(v, before * n + j + 1)
  const w = pairs.subarray((before + 1) * n + j + 1, (before + 2) * n)
  if (tau === 0) return void w.fill(0)
  workspace.matvec(a.subarray((j + 1) * n + j + 1), n, v, w, m, m)
  if (before > 0) {
    const earlier = pairs.subarray(j + 1)
    workspace.matvec(earlier, n, v, coefficients, before, m)
    for (let p = 0; p < before; p += 2) {
      const alongV = coefficients[p]!
      coefficients[p] = coefficients[p + 1]!
      coefficients[p + 1] = alongV
    }
    workspace.vecmat(coefficients, earlier, n, sum, before, m)
    for (let i = 0; i < m; i++) w[i] = w[i]! - sum[i]!
  }
  const half = (tau * tau * dot(w, v)) / 2
  for (let i = 0; i < m; i++) w[i] = tau * w[i]! - half * v[i]!
}

const TILE = 32

/** A ← A - (P + Pᵀ) in rows and columns from `from` on, to the last bit symmetric; in tiles, since one of the two is read across rows. */
function subtractSymmetric(a: Float64Array, n: number, from: number, p: Float64Array): void {
  const m = n - from
  for (let top = 0; top < m; top += TILE) {
    for (let left = 0; left <= top; left += TILE) {
      for (let i = top; i < Math.min(m, top + TILE); i++) {
        const row = (from + i) * n + from
        for (let j = left; j < Math.min(i + 1, left + TILE); j++) {
          const updated = a[row + j]! - (p[i * m + j]! + p[j * m + i]!)
          a[row + j] = updated
          a[(from + j) * n + from + i] = updated
        }
      }
    }
  }
}
