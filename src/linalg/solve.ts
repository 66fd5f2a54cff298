import type { Tensor } from '../array/index.ts'
import { squareOf, symmetricOf } from './arguments.ts'
import { factorCholesky } from './cholesky.ts'
import { factorLdlt, type LdltFactors } from './ldlt.ts'
import { factorLu, type LuFactors } from './lu.ts'
import { checkPivots, rightSides, substitute, transposedTriangle, type Triangle } from './triangular.ts'

export interface SolveOptions {
  /** What is known of A. `symmetric` and `positive definite` are checked, and take half the time of `general`, the default. */
  readonly assume?: 'general' | 'symmetric' | 'positive definite'
}

/**
 * The solution x of Ax = b for a regular matrix A of shape [n, n] and b of shape [n] or [n, k]; x has the shape of b. By `lu`, `ldlt` or
 * `cholesky`, so that (A + E)x = b with ‖E‖ a modest multiple of n·ε·‖A‖ (Higham, ASNA, Theorems 9.4, 10.4, 11.4): the error of x is up to
 * `cond` times as much. Nothing is said about matrices that are nearly singular: see `cond`. Errors: RangeError for shapes that do not fit, a
 * matrix that is not what is assumed, and a pivot 0; TypeError unless f64.
 *
 * @example
 * const x = solve(tensor([[2, 1], [1, 3]]), tensor([3, 5]), { assume: 'positive definite' })
 */
export function solve(A: Tensor, b: Tensor, { assume = 'general' }: SolveOptions = {}): Tensor {
  if (assume !== 'general' && assume !== 'symmetric' && assume !== 'positive definite') {
    throw new RangeError(`solve: expected general, symmetric or positive definite, got ${String(assume)}`)
  }
  const { rows: n, data } = assume === 'general' ? squareOf('solve', A) : symmetricOf('solve', A)
  const { data: x, k, shaped } = rightSides('solve', b, n)
  if (assume === 'general') return shaped(solveLu(regularLu('solve', data, n), n, x, k, false), n)
  if (assume === 'symmetric') return shaped(solveLdlt(factorLdlt(data, n, 0), n, x, k), n)
  const l = { data: factorCholesky('solve', data, n), row: n, column: 1, lower: true, unit: false }
  substitute(l, n, x, k)
  substitute(transposedTriangle(l), n, x, k)
  return shaped(x, n)
}

function regularLu(op: string, data: Float64Array, n: number): LuFactors {
  const factors = factorLu(data, n, n)
  checkPivots(op, factors.data, n, n + 1)
  return factors
}

/** A⁻¹x for x of shape [n, k], or A⁻ᵀx, from the factors of a regular matrix. x may be overwritten. */
export function solveLu(
  { data, permutation }: LuFactors,
  n: number,
  x: Float64Array,
  k: number,
  transpose: boolean,
): Float64Array {
  const l: Triangle = { data, row: n, column: 1, lower: true, unit: true }
  const u: Triangle = { ...l, lower: false, unit: false }
  if (transpose) {
    substitute(transposedTriangle(u), n, x, k)
    substitute(transposedTriangle(l), n, x, k)
    return unpermuted(x, permutation, k)
  }
  const y = permuted(x, permutation, k)
  substitute(l, n, y, k)
  substitute(u, n, y, k)
  return y
}

function solveLdlt(factors: LdltFactors, n: number, b: Float64Array, k: number): Float64Array {
  const { columns, diagonal, offDiagonal, permutation } = factors
  const l: Triangle = { data: columns, row: 1, column: n, lower: true, unit: true }
  const x = permuted(b, permutation, k)
  substitute(l, n, x, k)
  for (let i = 0; i < n; i++) {
    const off = offDiagonal[i] ?? 0
    if (off === 0) {
      checkPivots('solve', diagonal, i + 1, 1)
      for (let c = 0; c < k; c++) x[i * k + c] = x[i * k + c]! / diagonal[i]!
      continue
    }
    // Divided by what stands beside the diagonal, the larger one, the determinant keeps within the range of numbers.
    const [d11, d22] = [diagonal[i]! / off, diagonal[i + 1]! / off]
    const determinant = d11 * d22 - 1
    for (let c = 0; c < k; c++) {
      const [y, z] = [x[i * k + c]! / off, x[(i + 1) * k + c]! / off]
      x[i * k + c] = (d22 * y - z) / determinant
      x[(i + 1) * k + c] = (d11 * z - y) / determinant
    }
    i++
  }
  substitute(transposedTriangle(l), n, x, k)
  return unpermuted(x, permutation, k)
}

function permuted(x: Float64Array, permutation: Int32Array, k: number): Float64Array {
  const y = new Float64Array(x.length)
  permutation.forEach((from, i) => y.set(x.subarray(from * k, (from + 1) * k), i * k))
  return y
}

function unpermuted(x: Float64Array, permutation: Int32Array, k: number): Float64Array {
  const y = new Float64Array(x.length)
  permutation.forEach((to, i) => y.set(x.subarray(i * k, (i + 1) * k), to * k))
  return y
}
