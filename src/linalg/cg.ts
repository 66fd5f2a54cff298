import { combine, dot, lengthOf, type Tensor } from '../array/index.ts'
import { vectorOf } from './arguments.ts'
import { limitsOf, residualOf, unscaled, type Solved, type SolverOptions } from './iterative.ts'
import { ScaledProducts, squareOperatorOf, type Matrix } from './product.ts'

export interface CgOptions extends SolverOptions {
  /** r ↦ M⁻¹r for a symmetric positive definite M close to A. */
  readonly precondition?: (r: Float64Array) => Float64Array | Promise<Float64Array>
}

export interface CgSolved extends Solved {
  /** pᵀAp <= 0 was met: A is not positive definite, and the x before that is given. */
  readonly indefinite: boolean
}

/**
 * A x = b for a symmetric positive definite operator by conjugate gradients (Hestenes & Stiefel, J. Res. NBS 49, 1952; preconditioned as in Golub &
 * Van Loan, algorithm 11.5.1). The error falls at least like 2((√κ - 1)/(√κ + 1))^k in the norm of A.
 *
 * `b` is f64 of shape [n]. Errors: RangeError for a b of another shape or not finite, and for products that are.
 *
 * @example
 * const { x } = await cg(operator((v) => v.map((a) => 2 * a), 3), tensor([2, 4, 6])) // [1, 2, 3]
 */
export async function cg(A: Matrix, b: Tensor, options: CgOptions = {}): Promise<CgSolved> {
  const operator = squareOperatorOf('cg', A, b.shape[0])
  const { rows: n } = operator
  const right = vectorOf('cg', b, n)
  const { tol, most } = limitsOf('cg', options, n)
  const { precondition = (r: Float64Array) => r } = options
  const a = new ScaledProducts('cg', operator)
  const goal = tol * lengthOf(right)
  const x = new Float64Array(n)
  const r = right.slice()
  let z = await precondition(r)
  const p = z.slice()
  let rz = dot(r, z)
  let indefinite = false
  while (lengthOf(r) > goal && a.count < most) {
    const ap = await a.apply(p)
    const curvature = dot(p, ap)
    if (!(curvature > 0)) {
      indefinite = true
      break
    }
    const step = rz / curvature
    combine(x, [1, step], [x, p])
    combine(r, [1, -step], [r, ap])
    z = await precondition(r)
    const before = rz
    rz = dot(r, z)
    combine(p, [rz / before, 1], [p, z])
  }
  const residual = lengthOf(await residualOf(a, right, x))
  // What recurrences say of r drifts away from b - Ax by rounding.
  return { x: unscaled(x, a), residual, converged: residual <= 2 * goal, products: a.count, indefinite }
}
