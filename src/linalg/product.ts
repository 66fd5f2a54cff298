/** What iterative methods take for a matrix, and its products: counted, checked, and where wanted scaled into the middle of the exponents. */
import { Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { dense, operator, type Eventually, type Operator } from './operator.ts'

/** An operator, a dense f64 matrix, or x ↦ A x with the option n. */
export type Matrix = Operator | Tensor | ((x: Float64Array) => Eventually)

/** Errors: TypeError for what is none of them, RangeError for a function without n. */
export function operatorOf(op: string, A: Matrix, n?: number): Operator {
  if (A instanceof Tensor) return dense(A)
  if (typeof A === 'function') {
    if (n === undefined) throw new RangeError(`${op}: expected the option n with a function, got none`)
    return operator(A, n)
  }
  if (typeof A === 'object' && typeof (A as Operator | null)?.apply === 'function') return A
  throw new TypeError(`${op}: expected an operator, a tensor or a function, got ${typeof A}`)
}

/** Errors: as `operatorOf`; RangeError unless it is square. */
export function squareOperatorOf(op: string, A: Matrix, n?: number): Operator {
  const square = operatorOf(op, A, n)
  if (square.rows === square.columns) return square
  throw new RangeError(`${op}: expected a square operator, got shape [${square.rows},${square.columns}]`)
}

/**
 * x ↦ 2^-power·A x, counted and checked. The power is chosen at the first product that is not 0, so that sums of squares neither overflow nor vanish; it is 0
 * for matrices of ordinary size.
 */
export class ScaledProducts {
  readonly #op: string
  readonly #operator: Operator
  #power: number | undefined
  #count = 0

  /** `op` is the name in error messages. */
  constructor(op: string, operator: Operator) {
    this.#op = op
    this.#operator = operator
  }

  /** How many there were, transposed ones included. */
  get count(): number {
    return this.#count
  }

  get power(): number {
    return this.#power ?? 0
  }

  /** A new vector. Errors: TypeError or RangeError with the product's number unless the answer is a finite Float64Array of the right length. */
  async apply(x: Float64Array): Promise<Float64Array> {
    return this.#scaled(await this.#operator.apply(x), this.#operator.rows)
  }

  /** The same for Aᵀ u; TypeError where the operator has no transpose. */
  async applyTranspose(u: Float64Array): Promise<Float64Array> {
    if (!this.#operator.applyTranspose)
      throw new TypeError(`${this.#op}: expected an operator with applyTranspose, got one without`)
    return this.#scaled(await this.#operator.applyTranspose(u), this.#operator.columns)
  }

  #scaled(y: Float64Array, size: number): Float64Array {
    const number = ++this.#count
    if (!(y instanceof Float64Array))
      throw new TypeError(`${this.#op}: expected a Float64Array from product ${number}, got ${typeof y}`)
    if (y.length !== size)
      throw new RangeError(`${this.#op}: expected ${size} numbers from product ${number}, got ${y.length}`)
    let largest = 0
    for (let i = 0; i < size; i++) {
      const a = Math.abs(y[i]!)
      if (!(a < Infinity))
        throw new RangeError(
          `${this.#op}: expected finite numbers from product ${number}, got ${y[i]} at ${i}`,
        )
      if (a > largest) largest = a
    }
    if (this.#power === undefined && largest > 0) {
      const exponent = numbers.exponent(largest)
      this.#power = Math.abs(exponent) < 200 ? 0 : exponent
    }
    // A copy: the operator may write its next answer to the same array, or have answered with x itself.
    const power = this.power
    return power === 0 ? y.slice() : y.map((a) => numbers.scale2(a, -power))
  }
}

/** Errors: RangeError unless it is an integer in [least, most]. */
export function countOf(op: string, what: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  const range = most === Infinity ? `of at least ${least}` : `in [${least},${most}]`
  throw new RangeError(`${op}: expected ${what} to be an integer ${range}, got ${String(value)}`)
}
