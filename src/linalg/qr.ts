import { Tensor } from '../array/index.ts'
import { withWorkspace } from '../run/index.ts'
import { asTensor, matrixOf } from './arguments.ts'
import {
  applyBlock,
  blockRoom,
  blockSize,
  finishBlock,
  formQ,
  norm2,
  placeReflector,
  reflector,
  transposed,
  WIDTH,
  type Reflections,
} from './householder.ts'
import { subtractMultiple } from './triangular.ts'

/** The QR factorization of an m×n matrix whose columns lie one after the other; they are not written to. */
export function factorQr(columns: Float64Array, m: number, n: number): Reflections {
  const tau = new Float64Array(Math.min(m, n))
  const data = withWorkspace(n * m + n + blockSize(m, n), WIDTH * m, (work) => {
    const a = work.array(n * m)
    a.set(columns)
    const y = work.array(n)
    const block = blockRoom(work, m, n)
    for (let j = 0; j < tau.length; j += WIDTH) {
      const [width, rows] = [Math.min(WIDTH, tau.length - j), m - j]
      for (let i = 0; i < width; i++) {
        const k = j + i
        tau[k] = reflector(a, k * (m + 1), (k + 1) * m)
        placeReflector(block, i, rows, a, k * (m + 1))
        const at = i * (rows + 1)
        work.matvec(a.subarray((k + 1) * m + k), m, block.v.subarray(at), y, width - i - 1, m - k)
        for (let c = 0; c < width - i - 1; c++)
          subtractMultiple(a, (k + 1 + c) * m + k, tau[k]! * y[c]!, block.v, at, m - k)
      }
      const after = j + width
      if (after === n) continue
      finishBlock(work, block, tau.subarray(j, after), rows)
      applyBlock(work, block, [width, rows], a.subarray(after * m + j), m, n - after, true)
    }
    return a.slice()
  })
  return { m, n, data, tau }
}

export interface PivotedReflections extends Reflections {
  /** Column j of the product QR is column permutation[j] of the matrix. */
  readonly permutation: Int32Array
}

/**
 * The same with column pivoting (Businger & Golub, Numer. Math. 7, 1965): the next column is always the one with the longest remainder, the
 * first of equals. The lengths are downdated, and computed anew where that has lost half the digits (Drmač & Bujanović, ACM Trans. Math. Softw.
 * 35, 2008, as xLAQP2 of LAPACK).
 */
export function factorPivoted(columns: Float64Array, m: number, n: number): PivotedReflections {
  const tau = new Float64Array(Math.min(m, n))
  const permutation = Int32Array.from({ length: n }, (_, j) => j)
  const data = withWorkspace(n * m + n + 2 * m, 0, (work) => {
    const a = work.array(n * m)
    a.set(columns)
    const [y, v, swap] = [work.array(n), work.array(m), work.array(m)]
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
      tau[k] = reflector(a, k * (m + 1), (k + 1) * m)
      v.set(a.subarray(k * (m + 1), (k + 1) * m))
      v[0] = 1
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
    return a.slice()
  })
  return { m, n, data, tau, permutation }
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
  const r = asTensor(upperOf(factored, k), k, n)
  return pivoted ? { q, r, permutation: new Tensor(pivoted.permutation, [n], 'i32') } : { q, r }
}

/** The first `rows` rows of R. */
function upperOf({ m, n, data }: Reflections, rows: number): Float64Array {
  const r = transposed(data, n, m).slice(0, rows * n)
  for (let i = 1; i < rows; i++) r.fill(0, i * n, i * n + Math.min(i, n))
  return r
}
