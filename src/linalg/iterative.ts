/** What iterative solvers of linear systems take and answer. */
import { combine, type Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { asTensor } from './arguments.ts'
import { countOf, type ScaledProducts } from './product.ts'

export interface SolverOptions {
  /** Stop at ‖r‖ <= tol·‖b‖ (for least squares: see the solver). Default 1e-10. */
  readonly tol?: number
  /** Default: ten times the number of unknowns. */
  readonly maxProducts?: number
}

export interface Solved {
  /** Of shape [columns]. */
  readonly x: Tensor
  /** ‖b - A x‖, computed again at the end. */
  readonly residual: number
  readonly converged: boolean
  /** ScaledProducts with A, transposed ones included. */
  readonly products: number
}

/** Errors: RangeError for a tolerance or a limit that is none. */
export function limitsOf(
  op: string,
  { tol = 1e-10, maxProducts }: SolverOptions,
  unknowns: number,
): { readonly tol: number; readonly most: number } {
  if (!(tol >= 0 && tol < Infinity))
    throw new RangeError(`${op}: expected a finite tol of at least 0, got ${tol}`)
  if (maxProducts !== undefined) countOf(op, 'maxProducts', maxProducts, 1, Infinity)
  return { tol, most: maxProducts ?? Math.max(20, 10 * unknowns) }
}

/** The solution of the problem for 2^-power·A, which is what products are of, as one of the problem itself. */
export function unscaled(x: Float64Array, { power }: ScaledProducts): Tensor {
  return asTensor(power === 0 ? x : x.map((a) => numbers.scale2(a, -power)), x.length)
}

/** b - A x, for the A that products are of. */
export async function residualOf(a: ScaledProducts, b: Float64Array, x: Float64Array): Promise<Float64Array> {
  return combine(new Float64Array(b.length), [-1, 1], [await a.apply(x), b])
}
