/** Products with an operator, counted and looked at: what every iterative method asks for. */
import type { Operator } from './operator.ts'

export class Products {
  readonly #op: string
  readonly #operator: Operator
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

  /** A x. Errors: RangeError with the product's number when it is no finite vector of the right length. */
  async apply(x: Float64Array): Promise<Float64Array> {
    return this.#checked(await this.#operator.apply(x), this.#operator.rows)
  }

  /** Aᵀ x; errors: as `apply`, and TypeError where the operator has no transpose. */
  async applyTranspose(x: Float64Array): Promise<Float64Array> {
    if (!this.#operator.applyTranspose) {
      throw new TypeError(`${this.#op}: expected an operator with applyTranspose, got one without`)
    }
    return this.#checked(await this.#operator.applyTranspose(x), this.#operator.columns)
  }

  #checked(y: Float64Array, size: number): Float64Array {
    this.#count++
    if (!(y instanceof Float64Array) || y.length !== size) {
      const got = y instanceof Float64Array ? String(y.length) : typeof y
      throw new RangeError(`${this.#op}: expected ${size} numbers of product ${this.#count}, got ${got}`)
    }
    let sum = 0
    for (let i = 0; i < size; i++) sum += y[i]! - y[i]!
    if (sum === 0) return y
    const at = y.findIndex((value) => value - value !== 0)
    throw new RangeError(
      `${this.#op}: expected finite numbers of product ${this.#count}, got ${y[at]} at ${at}`,
    )
  }
}
