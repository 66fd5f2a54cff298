import { Tensor } from '../array/index.ts'
import { withWorkspace, type Workspace } from '../run/index.ts'
import { asTensor, matrixOf } from './arguments.ts'
import {
  BLOCK,
  blockReflectionNumbers,
  blockReflections,
  reflect,
  reflector,
  type BlockReflections,
} from './reflectors.ts'
import { norm2 } from './scaling.ts'
import { subtractMultiple, transposed } from './triangular.ts'

/** A = Q·R of an m×n matrix, where Q = H₀·H₁⋯ of k = min(m, n) reflections. */
export interface QrFactors {
  readonly m: number
  readonly n: number
  /** [k, m]: row j is the vector of reflection j, with zeros before its leading one. */
  readonly vectors: Float64Array
  readonly tau: Float64Array
  /** [k, n], upper triangular. */
  readonly r: Float64Array
}

/**
 * QR of an m×n matrix, columns one after the other in an array of the workspace, by blocks (LAPACK's xGEQRF): the first of them become the vectors
 * of `QrFactors`, whose R is written to `r`, zeros before. Gives the reflections' τ.
 */
export function triangularize(
  work: Workspace,
  reflections: BlockReflections,
  columns: Float64Array,
  m: number,
  n: number,
  r: Float64Array,
): Float64Array {
  const tau = new Float64Array(Math.min(m, n))
  const along = work.array(BLOCK)
  for (let start = 0; start < tau.length; start += BLOCK) {
    const end = Math.min(tau.length, start + BLOCK)
    for (let j = start; j < end; j++) {
      const v = columns.subarray(j * (m + 1), (j + 1) * m)
      const reflection = reflector(v)
      tau[j] = reflection.tau
      r[j * (n + 1)] = reflection.beta
      work.matvec(columns.subarray((j + 1) * m + j), m, v, along, end - j - 1, m - j)
      for (let c = j + 1; c < end; c++)
        subtractMultiple(columns, c * m + j, tau[j]! * along[c - j - 1]!, v, 0, m - j)
      for (let i = start; i < j; i++) r[i * n + j] = columns[j * m + i]!
      columns.fill(0, j * m, j * (m + 1))
    }
    if (end === n) break
    const rest = { data: columns.subarray(end * m + start), row: m }
    const v = { data: columns.subarray(start * (m + 1)), row: m }
    reflections.apply(rest, n - end, m - start, v, tau.subarray(start), end - start, false)
    for (let j = end; j < n; j++) for (let i = start; i < end; i++) r[i * n + j] = columns[j * m + i]!
  }
  return tau
}

/** The QR factorization of a matrix whose columns lie one after the other; they are not written to. */
export function factorQr(columns: Float64Array, m: number, n: number): QrFactors {
  const k = Math.min(m, n)
  const r = new Float64Array(k * n)
  return withWorkspace(n * m + BLOCK + blockReflectionNumbers(n, m), BLOCK * (m + BLOCK), (work) => {
    const a = work.array(n * m)
    a.set(columns)
    const tau = triangularize(work, blockReflections(work, n, m), a, m, n, r)
    return { m, n, vectors: a.slice(0, k * m), tau, r }
  })
}

/** x[at..at + m) ← Q·x, or Qᵀ·x. */
export function applyQ(
  { m, vectors, tau }: QrFactors,
  x: Float64Array,
  at: number,
  transpose: boolean,
): void {
  for (let step = 0; step < tau.length; step++) {
    const j = transpose ? step : tau.length - 1 - step
    reflect(tau[j]!, vectors.subarray(j * (m + 1), (j + 1) * m), x, at + j)
  }
}

/** The first `count` >= k columns of Q, one after the other. */
function formQ({ m, vectors, tau }: QrFactors, count: number): Float64Array {
  const numbers = vectors.length + count * m + blockReflectionNumbers(count, m)
  return withWorkspace(numbers, BLOCK * (m + BLOCK), (work) => {
    const [v, q] = [work.array(vectors.length), work.array(count * m)]
    v.set(vectors)
    blockReflections(work, count, m).form({ data: q, row: m }, count, m, { data: v, row: m }, tau, 0)
    return q.slice()
  })
}

export interface PivotedQr extends QrFactors {
  /** Column j of the product QR is column permutation[j] of the matrix. */
  readonly permutation: Int32Array
}

/**
 * The same with column pivoting (Businger & Golub, Numer. Math. 7, 1965): the next column is always the one with the longest remainder, the
 * first of equals. The lengths are downdated, and computed anew where that has lost half the digits (Drmač & Bujanović, ACM Trans. Math. Softw.
 * 35, 2008, as xLAQP2 of LAPACK).
 */
export function factorPivoted(columns: Float64Array, m: number, n: number): PivotedQr {
  const tau = new Float64Array(Math.min(m, n))
  const r = new Float64Array(tau.length * n)
  const permutation = Int32Array.from({ length: n }, (_, j) => j)
  const vectors = withWorkspace(n * m + n + m, 0, (work) => {
    const a = work.array(n * m)
    a.set(columns)
    const [y, swap] = [work.array(n), work.array(m)]
    const left = Float64Array.from({ length: n }, (_, j) => norm2(a, j * m, (j + 1) * m))
    const computed = left.slice()
    for (let k = 0; k < tau.length; k++) {
      const rows = m - k
      let p = k
      for (let j = k + 1; j < n; j++) if (left[j]! > left[p]!) p = j
      if (p !== k) {
        swap.set(a.subarray(p * m, (p + 1) * m))
        a.copyWithin(p * m, k * m, (k + 1) * m)
        a.set(swap, k * m)
        ;[permutation[k], permutation[p]] = [permutation[p]!, permutation[k]!]
        left[p] = left[k]!
        computed[p] = computed[k]!
      }
      // What stands above in the column is done.
      for (let i = 0; i < k; i++) r[i * n + k] = a[k * m + i]!
      a.fill(0, k * m, k * (m + 1))
      const v = a.subarray(k * (m + 1), (k + 1) * m)
      const reflection = reflector(v)
      tau[k] = reflection.tau
      r[k * (n + 1)] = reflection.beta
      work.matvec(a.subarray((k + 1) * m + k), m, v, y, n - k - 1, rows)
      for (let j = k + 1; j < n; j++) {
        const at = j * m + k
        subtractMultiple(a, at, tau[k]! * y[j - k - 1]!, v, 0, rows)
        if (left[j] === 0) continue
        const ratio = Math.abs(a[at]!) / left[j]!
        const rest = Math.max(0, (1 - ratio) * (1 + ratio))
        const since = left[j]! / computed[j]!
        if (rest * since * since > HALF_THE_DIGITS) left[j] = left[j]! * Math.sqrt(rest)
        else left[j] = computed[j] = norm2(a, at + 1, (j + 1) * m)
      }
    }
    for (let j = tau.length; j < n; j++) for (let i = 0; i < m; i++) r[i * n + j] = a[j * m + i]!
    return a.slice(0, tau.length * m)
  })
  return { m, n, vectors, tau, r, permutation }
}

/** √ε. */
const HALF_THE_DIGITS = 1.4901161193847656e-8

export interface QrOptions {
  /** Exchange columns so that the diagonal of R descends in absolute value. Default false. */
  readonly pivot?: boolean
  /** `reduced`, the default: Q of shape [m, k] and R of shape [k, n], k = min(m, n). `complete`: [m, m] and [m, n]. */
  readonly mode?: 'reduced' | 'complete'
}

export interface Qr {
  readonly q: Tensor
  readonly r: Tensor
  /** i32, of n numbers; only with `pivot`. */
  readonly permutation?: Tensor
}

/**
 * A = QR for a matrix of shape [m, n], Q with orthonormal columns and R upper triangular, by Householder reflections (Golub & Van Loan, Matrix
 * Computations, 4th ed., 5.2); with `pivot`, A[:, permutation] = QR. The diagonal of R may have either sign. ‖A - QR‖ and ‖QᵀQ - I‖ are below a
 * modest multiple of m·ε, the first relative to ‖A‖ and that column by column (Higham, ASNA, Theorem 19.4). Errors: RangeError or TypeError
 * unless A is a finite f64 matrix, and for another mode.
 *
 * @example
 * const { q, r } = qr(tensor([[3, 1], [4, 2]]))
 */
export function qr(A: Tensor, { pivot = false, mode = 'reduced' }: QrOptions = {}): Qr {
  const { rows: m, columns: n, data } = matrixOf('qr', A)
  if (mode !== 'reduced' && mode !== 'complete') {
    throw new RangeError(`qr: expected mode reduced or complete, got ${String(mode)}`)
  }
  const columns = transposed(data, m, n)
  const pivoted = pivot ? factorPivoted(columns, m, n) : undefined
  const factored = pivoted ?? factorQr(columns, m, n)
  const k = mode === 'complete' ? m : Math.min(m, n)
  const q = asTensor(transposed(formQ(factored, k), k, m), m, k)
  const r = new Float64Array(k * n)
  r.set(factored.r)
  const result = { q, r: asTensor(r, k, n) }
  return pivoted ? { ...result, permutation: new Tensor(pivoted.permutation, [n], 'i32') } : result
}
