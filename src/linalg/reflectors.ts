/**
 * Householder reflections H = I - τ·v·vᵀ with v₀ = 1 (Golub & Van Loan, Matrix Computations, 4th ed., 5.1), one at a time and in blocks I - V·T·Vᵀ
 * with T upper triangular, the compact WY form (Schreiber & Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989). Vectors v lie as rows, so that V is the
 * transpose of what is stored.
 */
import type { Workspace } from '../run/index.ts'
import { hypotenuse, LARGE, norm2, SMALL } from './scaling.ts'
import { CHUNK, inner, subtractMultiple, subtractProduct } from './triangular.ts'

/** Reflections in a block. */
export const BLOCK = 32

/**
 * The reflection with H·x = β·e₀ (LAPACK's xLARFG): x, of at least one number, becomes v. The sign of β is opposite to that of x₀, so that nothing
 * cancels; where x is a multiple of e₀ already, τ = 0 and β = x₀.
 */
export function reflector(x: Float64Array): { readonly beta: number; readonly tau: number } {
  const alpha = x[0]!
  const tail = norm2(x, 1, x.length)
  if (tail === 0) {
    x[0] = 1
    return { beta: alpha, tau: 0 }
  }
  const norm = hypotenuse(alpha, tail)
  if (norm < SMALL || (norm > LARGE && norm < Infinity)) {
    // Among subnormal numbers v would have too few digits to be normalised by τ; among huge ones it would overflow.
    const scale = norm < SMALL ? LARGE : SMALL
    for (let i = 0; i < x.length; i++) x[i] = x[i]! * scale
    const { beta, tau } = reflector(x)
    return { beta: beta / scale, tau }
  }
  const beta = alpha < 0 ? norm : -norm
  const divisor = alpha - beta
  x[0] = 1
  for (let i = 1; i < x.length; i++) x[i] = x[i]! / divisor
  return { beta, tau: (beta - alpha) / beta }
}

/** x[at..] ← H·x[at..], as many numbers as v has. */
export function reflect(tau: number, v: Float64Array, x: Float64Array, at: number): void {
  if (tau === 0) return
  subtractMultiple(x, at, tau * inner(v, 0, x, at, v.length), v, 0, v.length)
}

/** Rows of a matrix in a workspace: element (i, j) is `data[i·row + j]`. */
export interface Rows {
  readonly data: Float64Array
  readonly row: number
}

/** Applies blocks of reflections. */
export interface BlockReflections {
  /**
   * Z ← Z·P for Z of `rows` rows and `columns` columns, where P is H₀·H₁⋯ of the `count` ≤ BLOCK reflections whose vectors are the rows of `v`, all
   * `columns` long, or where P is its transpose ⋯H₁·H₀.
   */
  apply(
    z: Rows,
    rows: number,
    columns: number,
    v: Rows,
    tau: Float64Array,
    count: number,
    transpose: boolean,
  ): void
  /**
   * Z ← Z·(H₀·H₁⋯)ᵀ for all reflections of a reduction, block by block from the last: that of row j of `v` acts on columns j + `after` and those that
   * follow.
   */
  applyAll(z: Rows, rows: number, columns: number, v: Rows, tau: Float64Array, after: number): void
  /** The same for Z zeros, which counts as the first rows of the identity, at least as many as there are reflections (LAPACK's xORGQR). */
  form(z: Rows, rows: number, columns: number, v: Rows, tau: Float64Array, after: number): void
}

/** What `blockReflections` takes from a workspace for matrices of at most so many rows and columns. */
export function blockReflectionNumbers(rows: number, columns: number): number {
  return 2 * BLOCK * (BLOCK + rows) + Math.min(CHUNK, rows) * columns
}

export function blockReflections(workspace: Workspace, rows: number, columns: number): BlockReflections {
  const gram = workspace.array(BLOCK * BLOCK)
  const factor = workspace.array(BLOCK * BLOCK)
  const [along, weighted] = [workspace.array(rows * BLOCK), workspace.array(rows * BLOCK)]
  const product = workspace.array(Math.min(CHUNK, rows) * columns)
  const apply: BlockReflections['apply'] = (z, m, n, v, tau, count, transpose) => {
    const across = { data: v.data, row: 1, column: v.row }
    const down = { data: v.data, row: v.row, column: 1 }
    workspace.multiply(down, across, gram, count, n, count)
    triangularFactor(gram, tau, count, factor)
    const t = transpose ? { data: factor, row: 1, column: count } : { data: factor, row: count, column: 1 }
    workspace.multiply({ data: z.data, row: z.row, column: 1 }, across, along, m, n, count)
    workspace.multiply({ data: along, row: count, column: 1 }, t, weighted, m, count, count)
    const left = { data: weighted, row: count, column: 1 }
    subtractProduct(workspace, z.data, z.row, left, down, product, [m, count, n])
  }
  /** Rows that come before the first column of a block are left out where `isIdentity`: they are still zero there. */
  const applyAll = (
    z: Rows,
    m: number,
    n: number,
    v: Rows,
    tau: Float64Array,
    after: number,
    isIdentity: boolean,
  ): void => {
    for (let start = tau.length - 1 - ((tau.length - 1) % BLOCK); start >= 0; start -= BLOCK) {
      const first = start + after
      const above = isIdentity ? first : 0
      const part = { data: z.data.subarray(above * z.row + first), row: z.row }
      const vectors = { data: v.data.subarray(start * v.row + first), row: v.row }
      const count = Math.min(BLOCK, tau.length - start)
      apply(part, m - above, n - first, vectors, tau.subarray(start), count, true)
    }
  }
  return {
    apply,
    applyAll: (z, m, n, v, tau, after) => applyAll(z, m, n, v, tau, after, false),
    form(z, m, n, v, tau, after) {
      for (let i = 0; i < m; i++) z.data[i * (z.row + 1)] = 1
      applyAll(z, m, n, v, tau, after, true)
    },
  }
}

/** T with H₀·H₁⋯ = I - V·T·Vᵀ from VᵀV (LAPACK's xLARFT). */
function triangularFactor(gram: Float64Array, tau: Float64Array, count: number, t: Float64Array): void {
  t.fill(0)
  for (let j = 0; j < count; j++) {
    t[j * count + j] = tau[j]!
    for (let i = 0; i < j; i++) {
      let sum = 0
      for (let l = i; l < j; l++) sum += t[i * count + l]! * gram[l * count + j]!
      t[i * count + j] = -tau[j]! * sum
    }
  }
}
