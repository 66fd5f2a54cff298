import type { Tensor } from '../array/index.ts'
import { squareOf } from './arguments.ts'
import { factorLu } from './lu.ts'
import { largestSum } from './norm.ts'
import { solveLu } from './solve.ts'

/**
 * An estimate of the condition number ‖A‖‖A⁻¹‖ of a matrix of shape [n, n], in the norm 1 or `inf`, from its LU factorization and about five
 * solves; the inverse is not formed. Up to rounding it is a lower bound, as a rule within a factor of 3 (Hager, SIAM J. Sci. Stat. Comput. 5,
 * 1984; Higham, ACM Trans. Math. Softw. 14, 1988, xLACON of LAPACK). It is infinite for a pivot 0, and 0 for the empty matrix. Errors:
 * RangeError or TypeError unless A is a finite square f64 matrix, and for another norm.
 */
export function cond(A: Tensor, kind: 1 | 'inf' = 1): number {
  const { rows: n, data } = squareOf('cond', A)
  if (kind !== 1 && kind !== 'inf') throw new RangeError(`cond: expected norm 1 or inf, got ${String(kind)}`)
  if (n === 0) return 0
  const factors = factorLu(data, n, n)
  for (let i = 0; i < n; i++) if (factors.data[i * (n + 1)] === 0) return Infinity
  // The largest row sum of the inverse is the largest column sum of its transpose.
  const inverse = (x: Float64Array, transpose: boolean): Float64Array =>
    solveLu(factors, n, x, 1, transpose !== (kind === 'inf'))
  return largestSum({ rows: n, columns: n, data }, kind) * estimate(inverse, n)
}

/** A lower bound of the 1-norm of an n×n matrix B given by x ↦ Bx and x ↦ Bᵀx, which may overwrite x (Higham, Algorithm 4.1). */
function estimate(apply: (x: Float64Array, transpose: boolean) => Float64Array, n: number): number {
  let image = apply(new Float64Array(n).fill(1 / n), false)
  let best = sumOf(image)
  if (n === 1) return best
  let signs = image.map(signOf)
  let last = -1
  for (let step = 0; step < 4; step++) {
    const slopes = apply(signs.slice(), true)
    const next = largestAt(slopes)
    if (last >= 0 && Math.abs(slopes[last]!) === Math.abs(slopes[next]!)) break
    last = next
    const unit = new Float64Array(n)
    unit[next] = 1
    image = apply(unit, false)
    const before = best
    best = Math.max(best, sumOf(image))
    const now = image.map(signOf)
    if (best <= before || now.every((sign, i) => sign === signs[i])) break
    signs = now
  }
  // A vector against cancellation, which may have misled the steps before.
  const alternating = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + i / (n - 1)))
  return Math.max(best, (2 * sumOf(apply(alternating, false))) / (3 * n))
}

function signOf(x: number): number {
  return x >= 0 ? 1 : -1
}

function sumOf(x: Float64Array): number {
  return x.reduce((sum, value) => sum + Math.abs(value), 0)
}

function largestAt(x: Float64Array): number {
  let best = 0
  for (let i = 1; i < x.length; i++) if (Math.abs(x[i]!) > Math.abs(x[best]!)) best = i
  return best
}
