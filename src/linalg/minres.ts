import { combine, dot, lengthOf, type Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { vectorOf } from './arguments.ts'
import { limitsOf, unscaled, type Solved, type SolverOptions } from './iterative.ts'
import { ScaledProducts, squareOperatorOf, type Matrix } from './product.ts'

export interface MinresOptions extends SolverOptions {
  /** Solves (A - shift·I) x = b. Default 0. */
  readonly shift?: number
}

/**
 * (A - σI) x = b for a symmetric operator, definite or not, by MINRES (Paige & Saunders, SIAM J. Numer. Anal. 12, 1975): the x in the Krylov space with
 * the smallest residual. For a singular system that has no solution the smallest residual there is.
 *
 * `b` is f64 of shape [n]. Errors: as `cg`.
 */
export async function minres(A: Matrix, b: Tensor, options: MinresOptions = {}): Promise<Solved> {
  const operator = squareOperatorOf('minres', A, b.shape[0])
  const { rows: n } = operator
  const right = vectorOf('minres', b, n)
  const { tol, most } = limitsOf('minres', options, n)
  const { shift = 0 } = options
  const a = new ScaledProducts('minres', operator)
  const shifted = async (v: Float64Array): Promise<Float64Array> => {
    const av = await a.apply(v)
    return combine(av, [1, -numbers.scale2(shift, -a.power)], [av, v])
  }
  const size = lengthOf(right)
  const x = new Float64Array(n)
  let before: Float64Array = new Float64Array(n)
  let v: Float64Array = right.slice()
  let older: Float64Array = new Float64Array(n)
  let old: Float64Array = new Float64Array(n)
  let beta = size
  if (beta > 0) combine(v, [1 / beta], [v])
  // The tridiagonal matrix of Lanczos becomes triangular by reflections (c, s) as it grows, and the right-hand side with it: φ is what is left of it.
  let [c, s, delta, epsilon] = [-1, 0, 0, 0]
  let phi = size
  let scale = 0
  while (phi > tol * size && beta > 0 && a.count < most) {
    const av = await shifted(v)
    const alpha = dot(v, av)
    combine(av, [1, -alpha, a.count === 1 ? 0 : -beta], [av, v, before])
    const next = lengthOf(av)
    const above = c * delta + s * alpha
    const pivot = s * delta - c * alpha
    const gamma = Math.sqrt(pivot * pivot + next * next)
    // The space is invariant and A singular on it: x has the smallest residual already.
    scale = Math.max(scale, Math.abs(alpha) + next)
    if (gamma <= 32 * Number.EPSILON * scale) break
    const direction = combine(
      new Float64Array(n),
      [1 / gamma, -above / gamma, -epsilon / gamma],
      [v, old, older],
    )
    ;[epsilon, delta] = [s * next, -c * next]
    ;[c, s] = [pivot / gamma, next / gamma]
    combine(x, [1, c * phi], [x, direction])
    phi *= s
    ;[older, old] = [old, direction]
    ;[before, v, beta] = [v, av, next]
    if (beta > 0) combine(v, [1 / beta], [v])
  }
  const residual = lengthOf(combine(new Float64Array(n), [-1, 1], [await shifted(x), right]))
  return { x: unscaled(x, a), residual, converged: residual <= 2 * tol * size, products: a.count }
}
