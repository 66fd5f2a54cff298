/** The Lanczos process by itself, to look at. */
import { dot, lengthOf, type Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { normal, stream } from '../random/index.ts'
import { asTensor, vectorOf } from './arguments.ts'
import { freshDirection, orthogonalityLoss, orthogonalize, subtract, unit, type Inner } from './basis.ts'
import { countOf, ScaledProducts, squareOperatorOf, type Matrix } from './product.ts'
import { columnsOf } from './wanted.ts'
import { UNIT } from './scaling.ts'

export interface LanczosOptions {
  /** How many products. Default: the smaller of n and 50. */
  readonly steps?: number
  /** The first direction, [n]. Default: random by the seed. */
  readonly start?: Tensor
  /** `twice` against the whole basis, or `none`: the three-term recurrence of the textbook. Default: twice. */
  readonly reorthogonalize?: 'twice' | 'none'
  readonly seed?: number
  /** Of a matrix given as a function. */
  readonly n?: number
}

export interface Lanczos {
  /** The basis, [n, steps]; fewer columns only where `none` has nowhere left to go. */
  readonly V: Tensor
  /** The diagonal of T, [steps]. */
  readonly alpha: Tensor
  /** Beside it, [steps - 1]; 0 where the process began anew. */
  readonly beta: Tensor
  /** r, [n]. */
  readonly remainder: Tensor
  /** Steps after which the space was invariant, and the process went on from a random direction across it. */
  readonly breakdowns: readonly number[]
  readonly products: number
  /** Inner products spent on orthogonalisation, beyond the two of the recurrence. */
  readonly reorthogonalizations: number
  /** max |VᵀV - I|. */
  readonly loss: number
}

/**
 * The Lanczos process: A V = V T + r eᵀ for a symmetric A, with T tridiagonal, e the last unit vector, VᵀV = I and Vᵀr = 0 (Lanczos 1950; Parlett, The
 * Symmetric Eigenvalue Problem, ch. 13). With `twice` that holds to rounding, by two passes of Gram-Schmidt over the whole basis in every step, β taken
 * after the second. With `none` VᵀV - I grows as soon as a Ritz value has converged (Paige 1971), and T then has copies of it, the ghosts.
 *
 * Errors: TypeError and RangeError by name for a matrix that is not square, an answer that is no finite vector of n numbers (with the product's number),
 * steps outside of [1, n] (with `none` there is no upper limit), or a start that is 0 or not finite.
 *
 * @example
 * const { alpha, beta } = await lanczos(A, { steps: 20 })
 */
export async function lanczos(A: Matrix, options: LanczosOptions = {}): Promise<Lanczos> {
  const op = 'lanczos'
  const operator = squareOperatorOf(op, A, options.n)
  const n = operator.rows
  const { steps = Math.min(n, 50), reorthogonalize = 'twice', seed = 1 } = options
  if (reorthogonalize !== 'twice' && reorthogonalize !== 'none')
    throw new RangeError(
      `${op}: expected reorthogonalize to be twice or none, got ${String(reorthogonalize)}`,
    )
  const isFull = reorthogonalize === 'twice'
  countOf(op, 'steps', steps, Math.min(1, n), isFull ? n : Infinity)
  const products = new ScaledProducts(op, operator)
  const random = stream(seed, op)
  const vectors: Float64Array[] = []
  const inner: Inner = { images: vectors, image: (x) => x }
  const [alpha, beta] = [new Float64Array(steps), new Float64Array(Math.max(0, steps - 1))]
  const breakdowns: number[] = []
  let [reorthogonalizations, largest] = [0, 0]
  let rest: Float64Array = new Float64Array(n)
  let next: Float64Array | undefined = n === 0 ? undefined : startOf(op, options.start, n, random)
  for (let j = 0; j < steps && next; j++) {
    vectors.push(next)
    const w = await products.apply(next)
    largest = Math.max(largest, lengthOf(w))
    if (j > 0) subtract(w, beta.subarray(j - 1, j), [vectors[j - 1]!])
    alpha[j] = dot(next, w)
    subtract(w, alpha.subarray(j, j + 1), [next])
    let norm = lengthOf(w)
    if (isFull) {
      const { h, norm: left, passes } = await orthogonalize(vectors, w, inner, 2)
      alpha[j]! += h[j]!
      norm = left
      reorthogonalizations += passes * vectors.length
    }
    rest = w
    if (j === steps - 1) break
    if (norm > 16 * UNIT * largest) {
      beta[j] = norm
      next = unit(w, w, norm).vector
      continue
    }
    breakdowns.push(j + 1)
    next = (await freshDirection(vectors, n, inner, random))?.vector
  }
  const made = vectors.length
  const scaled = (x: Float64Array): Tensor =>
    asTensor(
      x.map((y) => numbers.scale2(y, products.power)),
      x.length,
    )
  return {
    V: asTensor(columnsOf(vectors, n), n, made),
    alpha: scaled(alpha.slice(0, made)),
    beta: scaled(beta.slice(0, Math.max(0, made - 1))),
    remainder: scaled(rest),
    breakdowns,
    products: products.count,
    reorthogonalizations,
    loss: orthogonalityLoss(vectors, vectors),
  }
}

/** A given direction or a random one, of norm 1. Errors: RangeError for one of another length, that is 0 or not finite. */
function startOf(
  op: string,
  start: Tensor | undefined,
  n: number,
  random: Parameters<typeof normal>[0],
): Float64Array {
  const given = start ? nonzero(op, start, n) : normal(random, n)
  const norm = lengthOf(given)
  return given.map((x) => x / norm)
}

/** A start vector with its largest element near 1. Errors: as `vectorOf`, and RangeError for 0. */
export function nonzero(op: string, start: Tensor, n: number): Float64Array {
  const given = vectorOf(op, start, n)
  const largest = given.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  if (largest === 0) throw new RangeError(`${op}: expected a start that is not 0, got zeros`)
  return given.map((x) => numbers.scale2(x, -numbers.exponent(largest)))
}
