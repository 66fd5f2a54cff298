/**
 * A matrix becomes upper bidiagonal by Householder reflections from both sides (Golub & Kahan, SIAM J. Numer. Anal. B 2, 1965), a block at a time, as
 * in Dongarra, Sorensen & Hammarling 1989 and LAPACK's xGEBRD and xLABRD.
 */
import type { Workspace } from '../run/index.ts'
import { BLOCK, reflector, type Rows } from './reflectors.ts'
import { CHUNK, subtractProduct } from './triangular.ts'

/** B with A = Q·B·Pᵀ, where Q = H₀·H₁⋯ of `left` and P the same of `right`. */
export interface Bidiagonal {
  readonly diagonal: Float64Array
  /** Above the diagonal, one number less. */
  readonly offDiagonal: Float64Array
  readonly leftTau: Float64Array
  /** Reflection j acts on what follows element j. */
  readonly rightTau: Float64Array
}

/** What `bidiagonalize` takes from a workspace. */
export function bidiagonalNumbers(m: number, n: number): number {
  return 2 * BLOCK * (m + n) + 2 * BLOCK + 2 * m + CHUNK * n
}

/**
 * B of a matrix A of m ≥ n rows and elements below 1e150, which is used up. Vectors of reflections become rows of `left` [n, m] and `right` [n, n],
 * zeros before. All are arrays of the workspace.
 */
export function bidiagonalize(
  workspace: Workspace,
  a: Float64Array,
  m: number,
  n: number,
  left: Float64Array,
  right: Float64Array,
): Bidiagonal {
  const numbers = (count: number): Float64Array => new Float64Array(Math.max(0, count))
  const result = {
    diagonal: numbers(n),
    offDiagonal: numbers(n - 1),
    leftTau: numbers(n),
    rightTau: numbers(n - 1),
  }
  const step = panelStep(workspace, a, m, n, left, right, result)
  const product = workspace.array(CHUNK * n)
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(n, start + BLOCK)
    for (let j = start; j < end; j++) step.column(start, j)
    if (end === n) break
    const across = { data: step.rows.subarray(end), row: n, column: 1 }
    const down = { data: step.columns.subarray(end), row: 1, column: m }
    const sizes = [m - end, 2 * (end - start), n - end] as const
    subtractProduct(workspace, a.subarray(end * (n + 1)), n, down, across, product, sizes)
  }
  return result
}

interface PanelStep {
  /** Rows v₀, x₀, v₁, x₁, … of m numbers and y₀, u₀, y₁, u₁, … of n: by now the matrix is A - Σ (v·yᵀ + x·uᵀ). */
  readonly columns: Float64Array
  readonly rows: Float64Array
  /** Reflections of column j and of row j, in the block that begins with column `start`. */
  column(start: number, j: number): void
}

function panelStep(
  workspace: Workspace,
  a: Float64Array,
  m: number,
  n: number,
  left: Float64Array,
  right: Float64Array,
  result: Bidiagonal,
): PanelStep {
  const [columns, rows] = [workspace.array(2 * BLOCK * m), workspace.array(2 * BLOCK * n)]
  const coefficients = workspace.array(2 * BLOCK)
  const sum = workspace.array(m)
  /** x ← τ·(x - toᵀ·(from·v)), with `count` rows of either side. */
  const complete = (
    x: Float64Array,
    tau: number,
    from: Rows,
    to: Rows,
    v: Float64Array,
    count: number,
  ): void => {
    workspace.matvec(from.data, from.row, v, coefficients, count, v.length)
    workspace.vecmat(coefficients, to.data, to.row, sum, count, x.length)
    for (let i = 0; i < x.length; i++) x[i] = tau * (x[i]! - sum[i]!)
  }
  return {
    columns,
    rows,
    column(start, j) {
      const before = 2 * (j - start)
      const v = left.subarray(j * m + j, (j + 1) * m)
      for (let p = 0; p < before; p++) coefficients[p] = rows[p * n + j]!
      workspace.vecmat(coefficients, columns.subarray(j), m, sum, before, m - j)
      for (let i = j; i < m; i++) v[i - j] = a[i * n + j]! - sum[i - j]!
      const { beta, tau } = reflector(v)
      result.diagonal[j] = beta
      result.leftTau[j] = tau
      columns.set(v, before * m + j)
      const width = n - j - 1
      if (width === 0) return
      const y = rows.subarray(before * n + j + 1, (before + 1) * n)
      workspace.vecmat(v, a.subarray(j * n + j + 1), n, y, m - j, width)
      const [earlierColumns, earlierRows] = [columns.subarray(j), rows.subarray(j + 1)]
      complete(y, tau, { data: earlierColumns, row: m }, { data: earlierRows, row: n }, v, before)

      const u = right.subarray(j * n + j + 1, (j + 1) * n)
      for (let p = 0; p <= before; p++) coefficients[p] = columns[p * m + j]!
      workspace.vecmat(coefficients, earlierRows, n, sum, before + 1, width)
      for (let i = 0; i < width; i++) u[i] = a[j * n + j + 1 + i]! - sum[i]!
      const { beta: above, tau: rightTau } = reflector(u)
      result.offDiagonal[j] = above
      result.rightTau[j] = rightTau
      rows.set(u, (before + 1) * n + j + 1)
      const x = columns.subarray((before + 1) * m + j + 1, (before + 2) * m)
      workspace.matvec(a.subarray((j + 1) * n + j + 1), n, u, x, m - j - 1, width)
      complete(
        x,
        rightTau,
        { data: earlierRows, row: n },
        { data: columns.subarray(j + 1), row: m },
        u,
        before + 1,
      )
    },
  }
}
