/** Matrices of derivatives as operators: products by forward and reverse mode, nothing formed. */
import { Tensor } from '../array/index.ts'
import { compile, hvp, jvp, vjp } from '../ops/index.ts'
import type { Operator } from './operator.ts'

/**
 * The Jacobian of f at x, [size of f(x), size of x] in row-major order of both; the transpose by reverse mode. Errors: TypeError for integers, and whatever
 * recording f refuses.
 */
export function jacobianOperator(f: (x: Tensor) => Tensor, x: Tensor): Operator {
  const { value, pullback } = vjp(f, x)
  const push = compile((at: Tensor, v: Tensor) => jvp(f, at, v).tangent)
  return {
    rows: value.size,
    columns: x.size,
    apply: (v) => elements(push(x, like(x, v))),
    applyTranspose: (u) => elements(pullback(like(value, u))),
  }
}

/** The Hessian of a scalar function at x, of n = size of x. Errors: as `hvp`. */
export function hessianOperator(f: (x: Tensor) => Tensor, x: Tensor): Operator {
  const product = compile(hvp(f))
  const apply = (v: Float64Array): Float64Array => elements(product(x, like(x, v)))
  return { rows: x.size, columns: x.size, apply, applyTranspose: apply }
}

/**
 * The Gauss-Newton matrix Jᵀ H J of x ↦ loss(f(x)): J the Jacobian of f at x, H the Hessian of the loss at f(x) (Schraudolph, Neural Comput. 14, 2002). It
 * is the Hessian where f is linear, and has no negative eigenvalue where the loss is convex. Errors: as `jacobianOperator` and `hvp`.
 */
export function gaussNewtonOperator(
  f: (x: Tensor) => Tensor,
  loss: (y: Tensor) => Tensor,
  x: Tensor,
): Operator {
  const { value, pullback } = vjp(f, x)
  const bend = compile((at: Tensor, y: Tensor, v: Tensor) => hvp(loss)(y, jvp(f, at, v).tangent))
  const apply = (v: Float64Array): Float64Array => elements(pullback(bend(x, value, like(x, v))))
  return { rows: x.size, columns: x.size, apply, applyTranspose: apply }
}

function like(x: Tensor, v: Float64Array): Tensor {
  return new Tensor(x.dtype === 'f64' ? v : Float32Array.from(v), x.shape, x.dtype)
}

function elements(x: Tensor): Float64Array {
  return x.dtype === 'f64' ? (x.storage() as Float64Array) : Float64Array.from(x.data)
}
