/**
 * Householder reflections H = I - τ·v·vᵀ with v₀ = 1, one at a time and in blocks I - V·T·Vᵀ with T upper triangular, the compact WY form (Schreiber
 * & Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989). Vectors v lie as rows, so that V is the transpose of what is stored.
 */
import type { Workspace } from '../run/index.ts'
import { TWO_600 } from './rotations.ts'

/** Reflections in a block. */
export const BLOCK = 32

/** Rows on which a block of reflections works at a time: the product stays in the second cache. */
const ROWS = 128

/**
 * The reflection with H·x = β·e₀ (LAPACK's xLARFG): x, of at least one number below 1e150, becomes v. Where x is a multiple of e₀ already, τ = 0 and
 * β = x₀.
 */
export function reflector(x: Float64Array): { readonly beta: number; readonly tau: number } {
  const alpha = x[0]!
  const largest = x.reduce((most, a) => Math.max(most, Math.abs(a)), 0)
  // Squares of numbers this small would lose digits.
  const scale = largest < 1e-130 ? TWO_600 : 1
  let tail = 0
  for (let i = 1; i < x.length; i++) {
    const a = scale * x[i]!
    tail += a * a
  }
  x[0] = 1
  if (tail === 0) {
    x.fill(0, 1)
    return { beta: alpha, tau: 0 }
  }
  const norm = Math.sqrt(scale * alpha * (scale * alpha) + tail) / scale
  const beta = alpha < 0 ? norm : -norm
  for (let i = 1; i < x.length; i++) x[i] = x[i]! / (alpha - beta)
  return { beta, tau: (beta - alpha) / beta }
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
}

/** What `blockReflections` takes from a workspace for matrices of at most so many columns. */
export function blockReflectionNumbers(columns: number): number {
  return 2 * BLOCK * BLOCK + 2 * ROWS * BLOCK + ROWS * columns
}

export function blockReflections(workspace: Workspace, columns: number): BlockReflections {
  const gram = workspace.array(BLOCK * BLOCK)
  const factor = workspace.array(BLOCK * BLOCK)
  const [along, weighted] = [workspace.array(ROWS * BLOCK), workspace.array(ROWS * BLOCK)]
  const product = workspace.array(ROWS * columns)
  const reflections: BlockReflections = {
    apply(z, rows, columns, v, tau, count, transpose) {
      const across = { data: v.data, row: 1, column: v.row }
      const down = { data: v.data, row: v.row, column: 1 }
      workspace.multiply(down, across, gram, count, columns, count)
      triangularFactor(gram, tau, count, factor)
      const t = transpose ? { data: factor, row: 1, column: count } : { data: factor, row: count, column: 1 }
      for (let from = 0; from < rows; from += ROWS) {
        const m = Math.min(ROWS, rows - from)
        const part = z.data.subarray(from * z.row)
        workspace.multiply({ data: part, row: z.row, column: 1 }, across, along, m, columns, count)
        workspace.multiply({ data: along, row: count, column: 1 }, t, weighted, m, count, count)
        workspace.multiply({ data: weighted, row: count, column: 1 }, down, product, m, count, columns)
        subtract({ data: part, row: z.row }, product, m, columns)
      }
    },
    applyAll(z, rows, columns, v, tau, after) {
      for (let start = tau.length - 1 - ((tau.length - 1) % BLOCK); start >= 0; start -= BLOCK) {
        const first = start + after
        const part = { data: z.data.subarray(first), row: z.row }
        const vectors = { data: v.data.subarray(start * v.row + first), row: v.row }
        const count = Math.min(BLOCK, tau.length - start)
        reflections.apply(part, rows, columns - first, vectors, tau.subarray(start), count, true)
      }
    },
  }
  return reflections
}

/** Z ← Z - P for P without gaps. */
export function subtract({ data, row }: Rows, p: Float64Array, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    const [z, from] = [i * row, i * columns]
    for (let j = 0; j < columns; j++) data[z + j] = data[z + j]! - p[from + j]!
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
