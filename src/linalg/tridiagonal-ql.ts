/** Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the QL algorithm. */
import type { Rows } from './reflectors.ts'
import { rotateRows } from './rotations.ts'
import { hypotenuse } from './scaling.ts'

/** Sweeps for one eigenvalue after which an off-diagonal element is measured by the whole matrix; two suffice as a rule. */
const PATIENCE = 10

/** Sweeps for one eigenvalue; not reached. */
const SWEEPS = 100

/**
 * Implicit QL with Wilkinson's shift (Golub & Van Loan 8.3.3; EISPACK's imtql2, Martin & Wilkinson 1968) for a matrix whose largest element is about
 * 1: `d` becomes the eigenvalues, ascending, `e`, of one number less than d, is used up. The rows of an orthogonal matrix Qᵀ, `length` long, become
 * those of (Q·V)ᵀ: row j belongs to d[j].
 */
export function implicitQL(d: Float64Array, e: Float64Array, rows?: Rows, length = 0): void {
  const n = d.length
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      // Beside small diagonal elements, rounding errors of large ones elsewhere may never become negligible.
      const whole = sweep < PATIENCE ? 0 : 1
      let m = l
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!) + whole))
        m++
      if (m === l) break
      if (sweep === SWEEPS)
        throw new RangeError(`eigh: expected an eigenvalue within ${SWEEPS} sweeps, got none`)
      sweepUp(d, e, l, m, rows, length)
    }
  }
  sortRows(d, rows, length)
}

/** One sweep over elements m to l, with the eigenvalue of the upper 2×2 block nearest to d[l] as the shift. */
function sweepUp(
  d: Float64Array,
  e: Float64Array,
  l: number,
  m: number,
  rows: Rows | undefined,
  length: number,
): void {
  const ratio = (d[l + 1]! - d[l]!) / (2 * e[l]!)
  const root = hypotenuse(ratio, 1)
  let g = d[m]! - d[l]! + e[l]! / (ratio < 0 ? ratio - root : ratio + root)
  if (m < e.length) e[m] = 0
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!
    const b = c * e[i]!
    const r = hypotenuse(f, g)
    if (i + 1 < m) e[i + 1] = r
    if (r === 0) {
      // The block falls apart here.
      d[i + 1] = d[i + 1]! - p
      return
    }
    s = f / r
    c = g / r
    g = d[i + 1]! - p
    const t = (d[i]! - g) * s + 2 * c * b
    p = s * t
    d[i + 1] = g + p
    g = c * t - b
    if (rows) rotateRows(rows.data, i * rows.row, (i + 1) * rows.row, length, c, -s)
  }
  d[l] = d[l]! - p
  e[l] = g
}

function sortRows(d: Float64Array, rows: Rows | undefined, length: number): void {
  if (!rows) return void d.sort()
  const { data, row } = rows
  for (let i = 0; i < d.length; i++) {
    let least = i
    for (let j = i + 1; j < d.length; j++) if (d[j]! < d[least]!) least = j
    if (least === i) continue
    const value = d[i]!
    d[i] = d[least]!
    d[least] = value
    const kept = data.slice(i * row, i * row + length)
    data.copyWithin(i * row, least * row, least * row + length)
    data.set(kept, least * row)
  }
}
