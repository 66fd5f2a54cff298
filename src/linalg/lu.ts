import { Tensor } from '../array/index.ts'
import { withWorkspace } from '../run/index.ts'
import { asTensor, matrixOf } from './arguments.ts'
import { CHUNK, subtractMultiple, subtractProduct } from './triangular.ts'

const WIDTH = 32

/** A[permutation, :] = LU, L below the diagonal without its ones, U from there on. */
export interface LuFactors {
  readonly data: Float64Array
  readonly permutation: Int32Array
}

/**
 * Gaussian elimination with partial pivoting of a row-major m×n matrix, which is not written to, by block columns (Golub & Van Loan, 3.4.6). A
 * pivot 0 means that the column below it is 0 as well; elimination goes on.
 */
export function factorLu(matrix: Float64Array, m: number, n: number): LuFactors {
  const permutation = Int32Array.from({ length: m }, (_, i) => i)
  const numbers = m * n + WIDTH * m + Math.min(CHUNK, m) * n
  const data = withWorkspace(numbers, WIDTH * n, (work) => {
    const a = work.array(m * n)
    a.set(matrix)
    const [panel, scratch] = [work.array(WIDTH * m), work.array(Math.min(CHUNK, m) * n)]
    for (let j = 0; j < Math.min(m, n); j += WIDTH) {
      const width = Math.min(WIDTH, Math.min(m, n) - j)
      const rows = m - j
      for (let i = 0; i < rows; i++)
        for (let c = 0; c < width; c++) panel[c * rows + i] = a[(j + i) * n + j + c]!
      const pivots = factorPanel(panel, rows, width)
      pivots.forEach((p, c) => {
        if (p === c) return
        const [one, other] = [j + c, j + p]
        ;[permutation[one], permutation[other]] = [permutation[other]!, permutation[one]!]
        scratch.set(a.subarray(one * n, (one + 1) * n))
        a.copyWithin(one * n, other * n, (other + 1) * n)
        a.set(scratch.subarray(0, n), other * n)
      })
      for (let i = 0; i < rows; i++)
        for (let c = 0; c < width; c++) a[(j + i) * n + j + c] = panel[c * rows + i]!
      const after = j + width
      for (let i = 1; i < width; i++) {
        for (let c = 0; c < i; c++) {
          const factor = a[(j + i) * n + j + c]!
          subtractMultiple(a, (j + i) * n + after, factor, a, (j + c) * n + after, n - after)
        }
      }
      const [l, u] = [a.subarray(after * n + j), a.subarray(j * n + after)].map((part) => ({
        data: part,
        row: n,
        column: 1,
      }))
      const size = [m - after, width, n - after] as const
      subtractProduct(work, a.subarray(after * (n + 1)), n, l!, u!, scratch, size)
    }
    return a.slice()
  })
  return { data, permutation }
}

/** Elimination in a few columns, one after the other in memory. Gives the row that each step exchanged with its own. */
function factorPanel(panel: Float64Array, rows: number, width: number): number[] {
  const pivots: number[] = []
  for (let c = 0; c < width; c++) {
    const column = c * rows
    let p = c
    for (let i = c + 1; i < rows; i++) if (Math.abs(panel[column + i]!) > Math.abs(panel[column + p]!)) p = i
    pivots.push(p)
    if (p !== c) {
      for (let at = 0; at < width * rows; at += rows)
        [panel[at + c], panel[at + p]] = [panel[at + p]!, panel[at + c]!]
    }
    const pivot = panel[column + c]!
    if (pivot === 0) continue
    for (let i = c + 1; i < rows; i++) panel[column + i] = panel[column + i]! / pivot
    for (let d = c + 1; d < width; d++)
      subtractMultiple(panel, d * rows + c + 1, panel[d * rows + c]!, panel, column + c + 1, rows - c - 1)
  }
  return pivots
}

export interface Lu {
  /** [m, min(m, n)], with ones on the diagonal and elements of absolute value at most 1 below. */
  readonly l: Tensor
  /** [min(m, n), n]. */
  readonly u: Tensor
  /** i32, of m numbers. */
  readonly permutation: Tensor
}

/**
 * A[permutation, :] = LU for a matrix of shape [m, n], by Gaussian elimination with partial pivoting; singular matrices have zeros on the
 * diagonal of U. The error of LU is below min(m, n)·ε·|L||U| element by element (Higham, ASNA, Theorem 9.3). Errors: RangeError or TypeError
 * unless A is a finite f64 matrix.
 */
export function lu(A: Tensor): Lu {
  const { rows: m, columns: n, data } = matrixOf('lu', A)
  const { data: both, permutation } = factorLu(data, m, n)
  const k = Math.min(m, n)
  const [l, u] = [new Float64Array(m * k), both.slice(0, k * n)]
  for (let i = 0; i < m; i++) {
    const below = Math.min(i, k)
    l.set(both.subarray(i * n, i * n + below), i * k)
    if (i >= k) continue
    l[i * k + i] = 1
    u.fill(0, i * n, i * n + below)
  }
  return { l: asTensor(l, m, k), u: asTensor(u, k, n), permutation: new Tensor(permutation, [m], 'i32') }
}
