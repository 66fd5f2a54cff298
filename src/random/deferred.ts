import { combine, dot, lengthOf } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { mayChange } from '../run/index.ts'
import { checkInteger, checkScale } from './arguments.ts'
import { normal } from './draws.ts'
import type { Stream } from './stream.ts'

/*
 * The conditional law. Let W be a random rows × columns matrix with independent N(0, v) entries. Suppose all that has
 * been asked is WQ and WᵀU, where the columns of Q are orthonormal, and so are those of U; which directions were asked
 * may depend on earlier answers. Then
 *
 *     W | WQ, WᵀU   has the law of   WQQᵀ + UUᵀW(I - QQᵀ) + (I - UUᵀ) G (I - QQᵀ),      G a fresh copy of W.
 *
 * The first two terms are known; in the last, nothing is. For a unit vector q with Qᵀq = 0 this reads
 *
 *     Wq = U(WᵀU)ᵀq + (I - UUᵀ)g,      g = Gq, that is, independent N(0, v) entries:
 *
 * along U the answer is forced by ⟨u, Wq⟩ = ⟨Wᵀu, q⟩, across U it is new. Any query x is Qc + ‖r‖q, with Wx = WQc + ‖r‖Wq;
 * then q joins Q, Wq joins WQ. Wᵀu is the same with the two sides exchanged, and one function below serves both.
 *
 * This is the conditioning of Bolthausen (Commun. Math. Phys. 325, 2014) and of Montanari & Wu (arXiv:2203.17209),
 * carried out lazily instead of once in a proof.
 */

type SideName = 'apply' | 'applyTranspose'

/** What is known of one side: for the right one, Q and WQ; for the left one, U and WᵀU. */
interface Side {
  readonly size: number
  readonly stream: Stream
  /** Orthonormal directions. */
  readonly directions: Float64Array[]
  /** What the matrix makes of each of them. */
  readonly images: Float64Array[]
  /** The last few queries and their answers, oldest first. */
  readonly recent: Recent[]
}

interface Recent {
  readonly query: Float64Array
  readonly answer: Float64Array
}

const recentQueries = 4

export interface DeferredOptions {
  /** Of every entry. Default: 1/columns. */
  readonly variance?: number
  /** The history may take this many bytes. Default: 2³⁰. */
  readonly memory?: number
}

/** A Gaussian matrix that exists only along the directions it has been asked about. Build one with `deferredGaussian`. */
export class DeferredGaussian {
  readonly rows: number
  readonly columns: number
  readonly variance: number
  readonly memory: number
  readonly #right: Side
  readonly #left: Side

  /** Use `deferredGaussian(stream, rows, columns, options)`. */
  constructor(stream: Stream, rows: number, columns: number, variance: number, memory: number) {
    this.rows = rows
    this.columns = columns
    this.variance = variance
    this.memory = memory
    this.#right = side('apply', columns, stream)
    this.#left = side('applyTranspose', rows, stream)
  }

  /** How many directions each side knows: the columns of Q and of U. */
  get directions(): { readonly right: number; readonly left: number } {
    return { right: this.#right.directions.length, left: this.#left.directions.length }
  }

  /**
   * Wx for a vector x of `columns` numbers. Takes O((rows + columns)·queries) time, one new vector on each side of the
   * history, and ⌈rows/2⌉ blocks of the stream when x is a new direction.
   *
   * Errors: RangeError when x has another length, is not finite, or needs more history than `memory`; the matrix is as
   * before then, and whatever was asked can be asked again.
   */
  apply(x: ArrayLike<number>): Float64Array {
    return this.answer('apply', copied('apply', this.columns, x)).slice()
  }

  /** Wᵀu for a vector u of `rows` numbers; otherwise as `apply`. */
  applyTranspose(u: ArrayLike<number>): Float64Array {
    return this.answer('applyTranspose', copied('applyTranspose', this.rows, u)).slice()
  }

  /**
   * `apply` or `applyTranspose` for operations, without copies: of the query and of the answer, elements may change by `overwrite` alone.
   */
  answer(name: SideName, vector: Float64Array): Float64Array {
    const [own, other] = name === 'apply' ? [this.#right, this.#left] : [this.#left, this.#right]
    const query = mayChange(vector) ? vector.slice() : vector
    const square = squareOf(name, query)
    const known = recall(own, query)
    if (known) return known
    const answer = this.#learn(own, other, query, square)
    own.recent.push({ query, answer })
    if (own.recent.length > recentQueries) own.recent.shift()
    return answer
  }

  #learn(own: Side, other: Side, query: Float64Array, square: number): Float64Array {
    const answer = new Float64Array(other.size)
    // With all directions of the other side known, the matrix is: nothing is left to draw or to remember.
    if (other.directions.length === other.size) {
      const coordinates = other.images.map((image) => dot(image, query))
      return combine(answer, coordinates, other.directions)
    }
    const { power, residual, norm, coordinates } = decompose(own, query, square)
    if (norm > 0) {
      this.#checkMemory()
      own.images.push(reveal(own, other, residual, this.variance))
      own.directions.push(residual)
      coordinates.push(norm)
    }
    if (coordinates.length === 0) return answer
    return combine(
      answer,
      coordinates.map((c) => numbers.scale2(c, power)),
      own.images,
    )
  }

  /** Room for one more direction, counting the recent queries of both sides and their answers as if all were there already. */
  #checkMemory(): void {
    const { right, left } = this.directions
    const bytes = (right + left + 1 + 2 * recentQueries) * 8 * (this.rows + this.columns)
    if (bytes <= this.memory) return
    throw new RangeError(
      `deferredGaussian: expected history within ${this.memory} bytes, got ${bytes} for direction ${right + left + 1} ` +
        `of a [${this.rows},${this.columns}] matrix\nhint: the option memory raises the limit`,
    )
  }
}

/**
 * A rows × columns matrix with independent N(0, variance) entries that answers `apply` and `applyTranspose` in any
 * order, each query chosen freely after the answers before, with exactly the law of a stored matrix, in memory for the
 * queries alone. It draws from two children of the stream: one stream, one matrix.
 *
 * Promises. The same stream and the same sequence of queries give the same bits. A query equal to one of the last four
 * distinct ones of its side gets identical bits. Dependent queries agree with linearity, and ⟨v, Wu⟩ with ⟨Wᵀv, u⟩, to
 * rounding. In another order of queries the answers are equal in law only.
 *
 * Errors: RangeError unless rows and columns are positive integers, variance and memory positive (variance finite).
 *
 * @example
 * const w = deferredGaussian(stream(1, 'weights'), 1_000_000, 500_000)
 * const y = w.apply(new Float64Array(500_000).fill(1))
 * const back = w.applyTranspose(y)
 */
export function deferredGaussian(
  stream: Stream,
  rows: number,
  columns: number,
  options: DeferredOptions = {},
): DeferredGaussian {
  checkInteger('deferredGaussian', 'a number of rows', rows, 1)
  checkInteger('deferredGaussian', 'a number of columns', columns, 1)
  const { variance = 1 / columns, memory = 1073741824 } = options
  checkScale('deferredGaussian', 'variance', variance)
  if (!(memory > 0))
    throw new RangeError(`deferredGaussian: expected a positive memory, got ${String(memory)}`)
  return new DeferredGaussian(stream, rows, columns, variance, memory)
}

function side(name: SideName, size: number, stream: Stream): Side {
  return { size, stream: stream.child(name), directions: [], images: [], recent: [] }
}

/** A copy of a query, which the caller may overwrite later. */
function copied(name: SideName, size: number, vector: ArrayLike<number>): Float64Array {
  if (typeof vector !== 'object' || typeof vector?.length !== 'number') {
    throw new TypeError(`deferredGaussian.${name}: expected an array of numbers, got ${typeof vector}`)
  }
  if (vector.length !== size) {
    throw new RangeError(`deferredGaussian.${name}: expected ${size} numbers, got ${vector.length}`)
  }
  return new Float64Array(vector)
}

/** The sum of the squares of a query, which may overflow. Errors: RangeError unless all are finite. */
function squareOf(name: SideName, query: Float64Array): number {
  const square = dot(query, query)
  if (square < Infinity) return square
  for (let i = 0; i < query.length; i++) {
    if (query[i]! - query[i]! === 0) continue
    throw new RangeError(`deferredGaussian.${name}: expected finite numbers, got ${query[i]} at ${i}`)
  }
  return square
}

/** The answer to a recent query with these values; it becomes the most recent one. */
function recall(own: Side, query: Float64Array): Float64Array | undefined {
  const at = own.recent.findLastIndex((entry) => !hasChanged(entry) && sameValues(entry.query, query))
  if (at < 0) return undefined
  const [entry] = own.recent.splice(at, 1)
  own.recent.push(entry!)
  return entry!.answer
}

/** Somebody has written to the query or the answer since. */
function hasChanged({ query, answer }: Recent): boolean {
  return mayChange(query) || mayChange(answer)
}

function sameValues(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

interface Decomposition {
  readonly power: number
  /** The unit vector q, when the norm is not 0. */
  readonly residual: Float64Array
  readonly norm: number
  readonly coordinates: number[]
}

/**
 * query = 2^power·(Qc + norm·q), by Gram-Schmidt. What one projection leaves is orthogonal to Q to rounding when it is not much shorter than
 * the query; otherwise a second one makes it so (Daniel, Gragg, Kaufman & Stewart, Math. Comp. 30, 1976; Giraud, Langou & Rozložník, Comput.
 * Math. Appl. 50, 2005).
 *
 * A residual below 8ε√n of the query counts as 0. That is what the rounding of a sum over n entries leaves behind, so a
 * dependent query that was computed adds no direction; and the answer is exact for a query that differs by that little.
 * A fixed 10⁻⁹ would swallow the steps of finite differences instead.
 */
function decompose({ directions, size }: Side, query: Float64Array, square: number): Decomposition {
  const isPlain = square > SMALL && square < LARGE
  const { power, start, whole } = isPlain ? { power: 0, start: query, whole: square } : normalized(query)
  const rounding = 8 * 2.220446049250313e-16 * Math.sqrt(size * whole)
  const coordinates = directions.map(() => 0)
  const residual = new Float64Array(size)
  let rest = start
  let norm = Math.sqrt(whole)
  for (let pass = 0; pass < 2 && directions.length > 0 && norm > rounding; pass++) {
    const c = directions.map((q) => dot(q, rest))
    combine(residual, [1, ...c.map((x) => -x)], [rest, ...directions])
    c.forEach((x, j) => (coordinates[j]! += x))
    const before = norm
    rest = residual
    norm = lengthOf(rest)
    if (norm > 0.7 * before) break
  }
  if (directions.length === size || norm <= rounding) return { power, residual, norm: 0, coordinates }
  combine(residual, [1 / norm], [rest])
  return { power, residual, norm, coordinates }
}

/** Sums of squares between these have lost nothing to overflow or underflow. */
const SMALL = numbers.scale2(1, -600)
const LARGE = numbers.scale2(1, 600)

/** The query as 2^power·start with entries of order one, and ⟨start, start⟩. */
function normalized(query: Float64Array): { power: number; start: Float64Array; whole: number } {
  const largest = query.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const power = largest === 0 ? 0 : Math.max(-1000, Math.min(1000, numbers.exponent(largest)))
  const start = combine(new Float64Array(query.length), [numbers.scale2(1, -power)], [query])
  return { power, start, whole: dot(start, start) }
}

/** Wq for a new direction q: fresh normals, their part along U replaced by what WᵀU says of it. */
function reveal(own: Side, other: Side, q: Float64Array, variance: number): Float64Array {
  const fresh = normal(own.stream, other.size)
  const deviation = Math.sqrt(variance)
  const known = other.directions.map((u, j) => dot(other.images[j]!, q) - deviation * dot(u, fresh))
  return combine(fresh, [deviation, ...known], [fresh, ...other.directions])
}
