/** Is anything missing? Counts of eigenvalues by the law of inertia, against those found. */
import { lengthOf, type Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { asTensor } from './arguments.ts'
import { UNIT } from './scaling.ts'
import { inertiaOf } from './ldlt.ts'
import type { Which } from './wanted.ts'

export type Completeness = true | false | 'unproved'

/** Rows of a matrix whose inertia is taken: it costs n³/3 multiplications. */
export const LARGEST = 2000

/** Pairs with orthonormal vectors, in the order in which they are returned. */
export interface Found {
  readonly which: Which
  /** Values of 2^-power·A. */
  readonly theta: Float64Array
  readonly residuals: Float64Array
  /** A lower bound of the norm of 2^-power·A. */
  readonly norm: number
  readonly power: number
}

/**
 * Whether the pairs found are all that lie outside of (lo, hi), the interval that ends at the last wanted values.
 *
 * With orthonormal vectors and the residuals R, there are k eigenvalues within ‖R‖ of the k values found (Kahan; Parlett, The Symmetric Eigenvalue Problem, 11.5).
 * So if A has k eigenvalues outside of [lo + d, hi - d], d = 2(‖R‖ + c·n·u·‖A‖), it is these. More of them mean that some are missing, or that others lie within
 * d of the last values; the count outside of [lo - d, hi + d] tells. The summand with n covers the error of the factorisation behind the inertia.
 */
export function completeness(A: Tensor, found: Found): { complete: Completeness; missing: number } {
  const { theta, residuals, norm, power } = found
  const n = A.shape[0]!
  const scaled =
    power === 0
      ? A
      : asTensor(
          Float64Array.from(A.data, (a) => numbers.scale2(a, -power)),
          n,
          n,
        )
  const [lo, hi] = edges(found)
  const d = 2 * (lengthOf(residuals) + roundingOf(n) * norm)
  const unproved = { complete: 'unproved' as const, missing: 0 }
  if (lo + d >= hi - d) return unproved
  const outside = (low: number, high: number): number =>
    (low === -Infinity ? 0 : inertiaOf(scaled, low).negative) +
    (high === Infinity ? 0 : inertiaOf(scaled, high).positive)
  if (outside(lo + d, hi - d) === theta.length) return { complete: true, missing: 0 }
  const known = theta.filter((x) => x > hi + d / 2 || x < lo - d / 2).length
  const missing = outside(lo - d, hi + d) - known
  return missing > 0 ? { complete: false, missing } : unproved
}

/** What rounding may add to residuals and to inertias, as a part of ‖A‖. */
function roundingOf(n: number): number {
  return (100 + 10 * n) * UNIT
}

/** Whether residuals that were computed again bear out those that a proof was built on; both of 2^-power·A. */
export function bearsOut(again: Float64Array, { residuals, norm }: Found, n: number): boolean {
  return lengthOf(again) <= lengthOf(residuals) + 0.5 * roundingOf(n) * norm
}

function edges({ which, theta }: Found): readonly [number, number] {
  const k = theta.length
  const last = theta[k - 1]!
  if (which === 'LA') return [-Infinity, last]
  if (which === 'SA') return [last, Infinity]
  if (which === 'LM') return [-Math.abs(last), Math.abs(last)]
  const above = Math.ceil(k / 2)
  return [above < k ? theta[above]! : -Infinity, theta[above - 1]!]
}
