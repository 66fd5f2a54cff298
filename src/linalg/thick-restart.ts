/**
 * Thick-restart Lanczos (Wu & Simon, SIAM J. Matrix Anal. Appl. 22, 2000), for single vectors and for blocks.
 *
 * The basis V is orthonormal. Its first `done` vectors have been multiplied, the others wait, and
 *
 *     A V₁ = V₁ T₁₁ + V₂ T₂₁,      V = [V₁ V₂],  T symmetric,
 *
 * so that a Ritz pair (θ, V₁ s) of T₁₁ leaves the residual ‖T₂₁ s‖. A step multiplies the first vector that waits and appends what is new in the product
 * (Ruhe, Math. Comp. 33, 1979): with one vector waiting that is Lanczos, with b of them block Lanczos, and a product that brings nothing new makes the block
 * smaller by itself. A restart keeps Ritz vectors and whatever waits, and the relation holds as before.
 */
import { dot, lengthOf } from '../array/index.ts'
import type { Stream } from '../random/index.ts'
import { freshDirection, orthogonalize, project, rotate, subtract, unit, type Inner } from './basis.ts'
import { smallEigen } from './projected.ts'
import { UNIT } from './scaling.ts'

export interface Ritz {
  /** Ascending. */
  readonly values: Float64Array
  /** Coefficients by the vectors that have been multiplied, for each value. */
  readonly vectors: readonly Float64Array[]
  /** Of each value, as the relation has it. */
  readonly residuals: Float64Array
}

export interface RitzSpaceOptions {
  readonly n: number
  /** x ↦ A x, or with an inner product x ↦ B⁻¹ A x: a new vector. */
  readonly multiply: (x: Float64Array) => Promise<Float64Array>
  /** x ↦ B x for the inner product xᵀBy. */
  readonly metric?: (x: Float64Array) => Promise<Float64Array>
  readonly random: Stream
}

export class RitzSpace {
  readonly vectors: Float64Array[] = []
  /** Row i holds T[i][j] for j <= i. */
  #rows: Float64Array[] = []
  readonly #inner: Inner
  readonly #options: RitzSpaceOptions
  done = 0
  /** The largest norm of a product so far: not above ‖A‖. */
  norm = 0
  /** Products that brought nothing new. */
  breakdowns = 0
  /** The largest |⟨v, A w⟩ - ⟨A v, w⟩| seen in the basis. */
  asymmetry = 0
  reorthogonalizations = 0

  constructor(options: RitzSpaceOptions) {
    this.#options = options
    const { metric } = options
    this.#inner = metric ? { images: [], image: metric } : { images: this.vectors, image: (x) => x }
  }

  get n(): number {
    return this.#options.n
  }

  get isWhole(): boolean {
    return this.done === this.#options.n
  }

  get waiting(): number {
    return this.vectors.length - this.done
  }

  /** Appends what of this vector is across the basis, or a random direction where that is nothing or no vector is given; nothing when there is none. */
  async add(given?: Float64Array): Promise<void> {
    const { n, random } = this.#options
    if (this.vectors.length === n) return
    if (given) {
      const whole = lengthOf(given)
      const w = given.map((x) => x / whole)
      const { norm, image } = await orthogonalize(this.vectors, w, this.#inner, 2)
      if (norm > 1e-8) {
        const made = unit(w, image, norm)
        return this.#append(made.vector, made.image)
      }
    }
    const made = await freshDirection(this.vectors, n, this.#inner, random)
    if (made) this.#append(made.vector, made.image)
  }

  #append(vector: Float64Array, image: Float64Array): void {
    this.vectors.push(vector)
    if (this.#options.metric) this.#inner.images.push(image)
    this.#rows.push(new Float64Array(this.vectors.length))
  }

  /** Multiplies the first vector that waits. */
  async step(): Promise<void> {
    const { vectors } = this
    const i = this.done
    const own = this.#rows[i]!
    const w = await this.#options.multiply(vectors[i]!)
    const size = Math.sqrt(Math.max(0, dot(w, await this.#inner.image(w))))
    this.norm = Math.max(this.norm, size)
    // What the product is expected to hold goes first, so that the pass over the whole basis finds rounding alone: one pass would leave as much of the
    // loss of orthogonality as it takes away, and that grows from restart to restart.
    const known: number[] = []
    for (let j = 0; j < i; j++) if (own[j] !== 0) known.push(j)
    subtract(
      w,
      Float64Array.from(known, (j) => own[j]!),
      known.map((j) => vectors[j]!),
    )
    const ahead = project(this.#inner.images.slice(i), w)
    subtract(w, ahead, vectors.slice(i))
    const { h, norm, image, passes } = await orthogonalize(vectors, w, this.#inner, 1)
    this.reorthogonalizations += passes * vectors.length
    for (let j = 0; j < i; j++) this.asymmetry = Math.max(this.asymmetry, Math.abs(h[j]!))
    ahead.forEach((c, j) => (this.#rows[i + j]![i] = c + h[i + j]!))
    this.done++
    const rounding = (8 + Math.sqrt(w.length) / 8) * 2 * UNIT * this.norm
    if (norm > rounding) {
      const made = unit(w, image, norm)
      this.#append(made.vector, made.image)
      this.#rows.at(-1)![i] = norm
      return
    }
    this.breakdowns++
    if (this.waiting === 0) await this.add()
  }

  /** The Ritz pairs of what has been multiplied. */
  ritz(): Ritz {
    const { values, vectors } = smallEigen(this.#rows.slice(0, this.done))
    const across = this.#rows.slice(this.done)
    const residuals = Float64Array.from(vectors, (s) =>
      Math.sqrt(across.reduce((sum, row) => sum + square(dot(row.subarray(0, this.done), s)), 0)),
    )
    return { values, vectors, residuals }
  }

  /** V₁ s for some of the Ritz pairs. */
  ritzVectors(ritz: Ritz, which: readonly number[]): Float64Array[] {
    return rotate(
      this.vectors.slice(0, this.done),
      which.map((i) => ritz.vectors[i]!),
    )
  }

  /** Keeps these Ritz pairs and what waits. */
  restart(ritz: Ritz, kept: readonly number[]): void {
    const { done } = this
    const rows = kept.map((which, j) => new Float64Array(j + 1).fill(ritz.values[which]!, j))
    const lists = kept.map((i) => ritz.vectors[i]!)
    for (const row of this.#rows.slice(done)) {
      const next = new Float64Array(rows.length + 1)
      lists.forEach((s, j) => (next[j] = dot(row.subarray(0, done), s)))
      rows.push(next)
    }
    for (const list of this.#options.metric ? [this.vectors, this.#inner.images] : [this.vectors])
      list.splice(0, done, ...rotate(list.slice(0, done), lists))
    this.#rows = rows
    this.done = kept.length
  }
}

function square(x: number): number {
  return x * x
}
