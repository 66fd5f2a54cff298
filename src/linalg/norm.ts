import type { Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { withWorkspace } from '../run/index.ts'
import { matrixOf, type Dense } from './arguments.ts'
import { largestExponent, largestOf, norm2, scaleInto } from './scaling.ts'

/**
 * A norm of a matrix of shape [m, n]: the largest sum of absolute values in a column (1) or in a row (`inf`), the root of the sum of squares
 * (`fro`), the largest absolute value (`max`). All are 0 for an empty matrix. For the norm 2 see `normUpperBound`. Errors: RangeError or
 * TypeError unless A is a finite f64 matrix, and for another kind.
 */
export function matrixNorm(A: Tensor, kind: 1 | 'inf' | 'fro' | 'max'): number {
  const matrix = matrixOf('matrixNorm', A)
  if (kind === 1 || kind === 'inf') return largestSum(matrix, kind)
  if (kind === 'fro') return norm2(matrix.data, 0, matrix.data.length)
  if (kind === 'max') return largestOf(matrix.data)
  throw new RangeError(`matrixNorm: expected norm 1, inf, fro or max, got ${String(kind)}`)
}

/** The largest sum of absolute values in a column, or in a row. */
export function largestSum({ rows, columns, data }: Dense, kind: 1 | 'inf'): number {
  const sums = new Float64Array(kind === 1 ? columns : rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) sums[kind === 1 ? j : i]! += Math.abs(data[i * columns + j]!)
  }
  return largestOf(sums)
}

/** At least the exact value of what was computed as x with at most `roundings` roundings on the way to any part of it. */
function upward(x: number, roundings: number): number {
  return x * (1 + (roundings + 4) * 2.220446049250313e-16)
}

/** Powers (AᵀA)^(2^k) beyond this k: with n singular values the excess is below n^(1/4096). */
const POWERS = 10
const CLOSE = 1.005

/**
 * A number that is certainly not below ‖A‖₂, the largest singular value of the matrix of shape [m, n]: rounding is allowed for, step by step.
 * As a rule it exceeds it by less than half a percent, and never by more than a factor min(m, n)^(1/4096) on top of that.
 *
 * With G = AᵀA (or AAᵀ, the smaller), ‖A‖₂ = ‖G^p‖₂^(1/2p) <= ‖G^p‖_F^(1/2p) for p = 1, 2, 4, …, which tends to ‖A‖₂; the longest column of G^p
 * bounds it from below and says when to stop. If B is computed as the square of the symmetric C, which is exactly symmetric as well, then ‖C‖₂²
 * = ‖C²‖₂ <= ‖B‖₂ + n·u/(1 - n·u)·‖C‖_F² (Higham, ASNA, 3.5); twice that is added, so that the slack also covers underflow, since elements are
 * scaled to at most 2 by powers of two. Takes about six to nine products of the size of G. Errors: RangeError or TypeError unless A is a finite
 * f64 matrix; RangeError when the bound is beyond the range of numbers.
 */
export function normUpperBound(A: Tensor): number {
  const { rows: m, columns: n, data } = matrixOf('normUpperBound', A)
  if (largestOf(data) === 0) return 0
  const power = largestExponent(data)
  const matrix = { rows: m, columns: n, data: scaleInto(new Float64Array(m * n), data, -power) }
  const sums = upward(Math.sqrt(largestSum(matrix, 1) * largestSum(matrix, 'inf')), m + n)
  const above = Math.min(sums, boundByPowers(matrix))
  let bound = numbers.scale2(above, power)
  // Among subnormal numbers scaling may round down.
  if (numbers.scale2(bound, -power) < above) bound += 5e-324
  if (bound < Infinity) return bound
  throw new RangeError('normUpperBound: expected a norm within the range of numbers, got more')
}

/** What is known of C, whose square is B scaled by 2^-power: the slack that ‖C‖₂² has over ‖B‖₂. */
interface Squared {
  readonly slack: number
  readonly power: number
}

function boundByPowers({ rows: m, columns: n, data }: Dense): number {
  const size = Math.min(m, n)
  const [inside, long] = [size * size, Math.max(m, n)]
  const step = m < n ? { row: n, column: 1 } : { row: 1, column: n }
  return withWorkspace(m * n + 2 * inside, Math.max(m * n, inside), (work) => {
    const a = work.array(m * n)
    a.set(data)
    let [square, other] = [work.array(inside), work.array(inside)]
    const { whole } = lengths(a, m, n)
    const steps: Squared[] = []
    // The first is no square: G has the norm of A squared.
    work.multiply(
      { data: a, ...step },
      { data: a, row: step.column, column: step.row },
      square,
      size,
      long,
      size,
    )
    steps.push(rescaled(square, long, whole))
    let now = lengths(square, size, size)
    while (steps.length <= POWERS && !isClose(now.whole / now.longest, steps.length)) {
      const part = { data: square, row: size, column: 1 }
      work.multiply(part, part, other, size, size, size)
      ;[square, other] = [other, square]
      steps.push(rescaled(square, size, now.whole))
      now = lengths(square, size, size)
    }
    return steps.reduceRight(
      (norm, { slack, power }) => upward(Math.sqrt(numbers.scale2(norm, power) + slack), 4),
      now.whole,
    )
  })
}

/** Scales a product of sums over `terms` terms of factors with the Frobenius norm `whole`. */
function rescaled(product: Float64Array, terms: number, whole: number): Squared {
  const power = largestExponent(product)
  scaleInto(product, product, -power)
  return { power, slack: upward((terms + 4) * 2.220446049250313e-16 * whole * whole, 4) }
}

/** Bounds from above for the Frobenius norm, and the length of the longest row. */
function lengths(a: Float64Array, rows: number, columns: number): { whole: number; longest: number } {
  let [sum, longest] = [0, 0]
  for (let i = 0; i < rows; i++) {
    const length = norm2(a, i * columns, (i + 1) * columns)
    sum += length * length
    longest = Math.max(longest, length)
  }
  return { whole: upward(Math.sqrt(sum), rows + columns), longest }
}

/** Whether the root of the ratio that is left for the norm of A, after so many squares, is close to one. */
function isClose(ratio: number, squares: number): boolean {
  let root = ratio
  for (let k = 0; k < squares; k++) root = Math.sqrt(root)
  return root <= CLOSE
}
