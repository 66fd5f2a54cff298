import type { Tensor } from '../array/index.ts'
import { matrixOf } from './arguments.ts'
import { applyQ, factorPivoted, factorQr, type PivotedQr } from './qr.ts'
import { rightSides, subtractMultiple, substitute, transposed } from './triangular.ts'

export interface LstsqOptions {
  /** Columns count as dependent from where |R| on the diagonal is at most this times its first. Default: max(m, n)·2⁻⁵². */
  readonly rcond?: number
}

export interface Lstsq {
  /** [n] or [n, k]. */
  readonly x: Tensor
  /** b - Ax, of the shape of b. */
  readonly residual: Tensor
  readonly rank: number
}

/**
 * The shortest x that minimises ‖b - Ax‖₂, for a matrix A of shape [m, n], tall or wide, and b of shape [m] or [m, k], column by column. QR with
 * column pivoting gives the rank; below n, the rows of R are triangularised from the right (the complete orthogonal decomposition, Golub & Van
 * Loan, Matrix Computations, 4th ed., 5.5). x is exact for a matrix within a modest multiple of m·n·ε·‖A‖ of A, or of the matrix of that rank.
 * Errors: RangeError for shapes that do not fit and an rcond that is negative or not finite; TypeError unless f64.
 *
 * @example
 * const { x } = lstsq(tensor([[1, 0], [1, 1], [1, 2]]), tensor([1, 3, 5]))
 */
export function lstsq(A: Tensor, b: Tensor, options: LstsqOptions = {}): Lstsq {
  const { rows: m, columns: n, data } = matrixOf('lstsq', A)
  const { data: rhs, k, shaped } = rightSides('lstsq', b, m)
  const { rcond = Math.max(m, n) * Number.EPSILON } = options
  if (!(rcond >= 0 && rcond < Infinity)) {
    throw new RangeError(`lstsq: expected a finite rcond of at least 0, got ${String(rcond)}`)
  }
  const sides = transposed(rhs, m, k)
  const { x, rank } = leastSquares(transposed(data, m, n), m, n, sides, k, rcond)
  const rows = transposed(x, k, n)
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) subtractMultiple(rhs, i * k, data[i * n + j]!, rows, j * k, k)
  return { x: shaped(rows, n), residual: shaped(rhs, m), rank }
}

/** The same for a matrix by columns and k right-hand sides one after the other, as are the solutions. */
export function leastSquares(
  columns: Float64Array,
  m: number,
  n: number,
  sides: Float64Array,
  k: number,
  rcond: number,
): { x: Float64Array; rank: number } {
  const rest = sides.slice()
  let [matrix, rows] = [columns, m]
  if (m > 2 * n) {
    // Most of the work is done by blocks; what is left to pivot is R.
    const first = factorQr(columns, m, n)
    for (let c = 0; c < k; c++) applyQ(first, rest, c * m, true)
    matrix = transposed(first.r, n, n)
    rows = n
  }
  const factored = factorPivoted(matrix, rows, n)
  const rank = rankOf(factored, rcond)
  const x = new Float64Array(n * k)
  // The first rows of R are the columns of a tall triangle.
  const wide = rank < n ? factorQr(factored.r.subarray(0, rank * n), n, rank) : undefined
  const triangle = wide
    ? { data: wide.r, row: 1, column: rank, lower: true, unit: false }
    : { data: factored.r, row: n, column: 1, lower: false, unit: false }
  for (let c = 0; c < k; c++) {
    const side = rest.slice(c * m, c * m + rows)
    applyQ(factored, side, 0, true)
    const y = new Float64Array(n)
    y.set(side.subarray(0, rank))
    substitute(triangle, rank, y, 1)
    if (wide) applyQ(wide, y, 0, false)
    factored.permutation.forEach((to, j) => (x[c * n + to] = y[j]!))
  }
  return { x, rank }
}

function rankOf({ n, r, tau }: PivotedQr, rcond: number): number {
  const diagonal = Array.from(tau, (_, i) => Math.abs(r[i * (n + 1)]!))
  const end = diagonal.findIndex((pivot) => pivot === 0 || pivot <= rcond * diagonal[0]!)
  return end < 0 ? diagonal.length : end
}
