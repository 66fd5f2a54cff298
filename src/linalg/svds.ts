import { combine, dot, type Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { stream } from '../random/index.ts'
import { asTensor } from './arguments.ts'
import { Bidiagonal, type Triplets } from './golub-kahan.ts'
import { transposedOperator } from './operator.ts'
import { countOf, operatorOf, ScaledProducts, type Matrix } from './product.ts'
import { columnsOf, toleranceOf, type Tolerance } from './wanted.ts'

export interface SvdsOptions {
  /** How many triplets. Default: the smallest of m, n and 6. */
  readonly k?: number
  /** Triplets with residuals up to tol·σ have converged, up to rounding. Default 0: to rounding. */
  readonly tol?: number
  /** Vectors on each side before a restart. Default: the larger of 2k + 10 and 32, at most the smaller of m and n. */
  readonly maxDim?: number
  /** Default: 20·min(m, n) + 200·maxDim. */
  readonly maxProducts?: number
  readonly seed?: number
}

export interface Svds {
  /** [m, k] */
  readonly u: Tensor
  /** [k], descending. */
  readonly s: Tensor
  /** [n, k]: A v = s u. */
  readonly v: Tensor
  /** √(‖A v - s u‖² + ‖Aᵀu - s v‖²) of each triplet, computed by products at the end. */
  readonly residuals: Tensor
  readonly converged: readonly boolean[]
  /** With A and its transpose, those for the residuals included. */
  readonly products: number
  /** Why a triplet has not converged. */
  readonly message?: string
}

/**
 * The k largest singular values of A and their vectors, from products with A and Aᵀ: Golub-Kahan-Lanczos bidiagonalisation with full reorthogonalisation
 * and thick restart (Baglama & Reichel, SIAM J. Sci. Comput. 27, 2005). Errors of the values are of the order of u·‖A‖ or tol. Several copies of one singular value may
 * look like one, as in `eigsh`, unless min(m, n) <= maxDim.
 *
 * Errors: TypeError and RangeError by name for an operator without applyTranspose, options out of range, and answers that are no finite vectors of the right length, with
 * the number of the product.
 *
 * @example
 * const { u, s, v } = await svds(A, { k: 5 })
 */
export async function svds(A: Matrix, options: SvdsOptions = {}): Promise<Svds> {
  const op = 'svds'
  const given = operatorOf(op, A)
  if (!given.applyTranspose)
    throw new TypeError(`${op}: expected an operator with applyTranspose, got one without`)
  // The side that is exhausted first has to be the right one.
  const isWide = given.rows < given.columns
  const operator = isWide ? transposedOperator(given) : given
  const n = operator.columns
  const least = Math.min(1, n)
  const k = countOf(op, 'k', options.k ?? Math.min(n, 6), least, n)
  const asked = options.maxDim ?? Math.max(2 * k + 10, 32)
  const maxDim = Math.min(n, countOf(op, 'maxDim', asked, Math.min(n, k + 2), Infinity))
  const usual = 20 * n + 200 * maxDim
  const maxProducts = countOf(op, 'maxProducts', options.maxProducts ?? usual, 4 * k, Infinity)
  const tolerance = toleranceOf(op, options.tol ?? 0, operator.rows)
  const products = new ScaledProducts(op, operator)
  const space = new Bidiagonal(products, operator.rows, n, stream(options.seed ?? 1, op))

  let last: Float64Array | undefined
  for (;;) {
    const isOut = (): boolean => products.count + 2 > maxProducts - 2 * k
    while (space.left.length < maxDim && !isOut()) await space.step()
    const triplets = space.triplets()
    const norm = Math.max(space.norm, triplets.values[0] ?? 0)
    const wanted = triplets.values.slice(0, k)
    const isDone = wanted.every((s, i) => triplets.residuals[i]! <= tolerance.stop(s, norm))
    const answer = { triplets, k, norm, products, tolerance, isWide }
    if (space.isWhole || isOut()) return assemble(space, answer)
    // After a breakdown, one more cycle from a random direction has to find the same values.
    const isSame = last?.every((s, i) => Math.abs(s - wanted[i]!) <= tolerance.limit(s, norm))
    if (isDone && (space.breakdowns === 0 || isSame)) return assemble(space, answer)
    last = isDone ? wanted : undefined
    const isAnew = isDone && triplets.residuals.every((r) => r <= tolerance.rounding * norm)
    await space.restart(triplets, Math.max(k, Math.min(maxDim - 1, Math.floor(0.6 * maxDim))), isAnew)
  }
}

interface Answer {
  readonly triplets: Triplets
  readonly k: number
  readonly norm: number
  readonly products: ScaledProducts
  readonly tolerance: Tolerance
  readonly isWide: boolean
}

async function assemble(space: Bidiagonal, answer: Answer): Promise<Svds> {
  const { triplets, k, norm, products, tolerance, isWide } = answer
  const { u, v } = space.vectors(triplets, k)
  const s = triplets.values.slice(0, k)
  const residuals = new Float64Array(k)
  for (let i = 0; i < k; i++) {
    const [left, right] = [await products.apply(v[i]!), await products.applyTranspose(u[i]!)]
    combine(left, [1, -s[i]!], [left, u[i]!])
    combine(right, [1, -s[i]!], [right, v[i]!])
    residuals[i] = Math.sqrt(dot(left, left) + dot(right, right))
  }
  const converged = Array.from(residuals, (r, i) => r <= tolerance.limit(s[i]!, norm))
  const misses = converged.filter((c) => !c).length
  const { power } = products
  const restored = (x: Float64Array): Tensor =>
    asTensor(
      x.map((a) => numbers.scale2(a, power)),
      k,
    )
  const [rows, columns] = [space.rows, space.columns]
  const [left, right] = [asTensor(columnsOf(u, rows), rows, k), asTensor(columnsOf(v, columns), columns, k)]
  return {
    u: isWide ? right : left,
    s: restored(s),
    v: isWide ? left : right,
    residuals: restored(residuals),
    converged,
    products: products.count,
    ...(misses > 0 && { message: tolerance.message(misses, products.count) }),
  }
}
