/**
 * Golub-Kahan-Lanczos bidiagonalisation with thick restart (Baglama & Reichel, SIAM J. Sci. Comput. 27, 2005, without the harmonic vectors).
 *
 * For a matrix with at least as many rows as columns, P and Q orthonormal,
 *
 *     A P = Q B,      Aᵀ Q = P Bᵀ + p rᵀ,
 *
 * with B upper triangular, p the next right vector and r zero but for its last element; after a restart with the largest singular triplets of B, r holds
 * their residuals.
 */
import { dot, lengthOf } from '../array/index.ts'
import type { Stream } from '../random/index.ts'
import { freshDirection, orthogonalize, rotate, subtract, unit, type Inner } from './basis.ts'
import type { ScaledProducts } from './product.ts'
import { smallSvd, type SmallSvd } from './projected.ts'
import { UNIT } from './scaling.ts'

export interface Triplets extends SmallSvd {
  /** ‖Aᵀu - σv‖ of each triplet, as the relation has it. */
  readonly residuals: Float64Array
}

export class Bidiagonal {
  readonly right: Float64Array[] = []
  readonly left: Float64Array[] = []
  /** Columns of B. */
  #columns: Float64Array[] = []
  /** What the next column of B begins with: r. */
  #coupling: Float64Array = new Float64Array(0)
  readonly #products: ScaledProducts
  readonly #shape: readonly [number, number]
  readonly #random: Stream
  readonly #inner: { readonly right: Inner; readonly left: Inner }
  /** The largest norm of a product so far: not above ‖A‖. */
  norm = 0
  breakdowns = 0

  constructor(products: ScaledProducts, rows: number, columns: number, random: Stream) {
    this.#products = products
    this.#shape = [rows, columns]
    this.#random = random
    const image = (x: Float64Array): Float64Array => x
    this.#inner = { right: { images: this.right, image }, left: { images: this.left, image } }
  }

  get rows(): number {
    return this.#shape[0]
  }

  get columns(): number {
    return this.#shape[1]
  }

  get isWhole(): boolean {
    return this.left.length === this.columns
  }

  /** One product with A and one with its transpose. */
  async step(): Promise<void> {
    const { right, left, rows, columns } = this
    if (right.length === left.length) await this.#append(right, columns, this.#inner.right)
    const q = await this.#products.apply(right.at(-1)!)
    this.norm = Math.max(this.norm, lengthOf(q))
    subtract(q, this.#coupling, left)
    const column = new Float64Array(left.length + 1)
    column.set(this.#coupling)
    column[left.length] = await this.#append(left, rows, this.#inner.left, q)
    this.#columns.push(column)

    const p = await this.#products.applyTranspose(left.at(-1)!)
    this.norm = Math.max(this.norm, lengthOf(p))
    subtract(p, column.subarray(left.length - 1), right.slice(-1))
    this.#coupling = new Float64Array(left.length)
    if (right.length === columns) return
    this.#coupling[left.length - 1] = await this.#append(right, columns, this.#inner.right, p)
  }

  /** Appends the direction of w across the vectors and gives its length there; where that is rounding alone, a random direction, and gives 0. */
  async #append(vectors: Float64Array[], n: number, inner: Inner, w?: Float64Array): Promise<number> {
    if (w) {
      const { norm } = await orthogonalize(vectors, w, inner, 1)
      if (norm > (8 + Math.sqrt(n) / 8) * 2 * UNIT * this.norm) {
        vectors.push(unit(w, w, norm).vector)
        return norm
      }
      this.breakdowns++
    }
    const made = await freshDirection(vectors, n, inner, this.#random)
    if (made) vectors.push(made.vector)
    return 0
  }

  triplets(): Triplets {
    const j = this.left.length
    const columns = this.#columns.map((column) => {
      const whole = new Float64Array(j)
      whole.set(column)
      return whole
    })
    const svd = smallSvd(columns)
    const residuals = Float64Array.from(svd.left, (u) => Math.abs(dot(u, this.#coupling)))
    return { ...svd, residuals }
  }

  /** The first `count` triplets as vectors of A. */
  vectors(triplets: SmallSvd, count: number): { readonly u: Float64Array[]; readonly v: Float64Array[] } {
    return {
      u: rotate(this.left, triplets.left.slice(0, count)),
      v: rotate(this.right.slice(0, this.left.length), triplets.right.slice(0, count)),
    }
  }

  /** Keeps the first `count` triplets, and where wanted a random direction instead of the next one. */
  async restart(triplets: SmallSvd, count: number, anew: boolean): Promise<void> {
    const { u, v } = this.vectors(triplets, count)
    const next = this.right.slice(this.left.length)
    this.#coupling = Float64Array.from(triplets.left.slice(0, count), (s) => dot(s, this.#coupling))
    this.#columns = Array.from(v, (_, i) => new Float64Array(i + 1).fill(triplets.values[i]!, i))
    this.left.splice(0, Infinity, ...u)
    this.right.splice(0, Infinity, ...v, ...(anew ? [] : next))
    if (!anew) return
    this.#coupling.fill(0)
    await this.#append(this.right, this.columns, this.#inner.right)
  }
}
