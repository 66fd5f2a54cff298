import { gone, Tensor, type Data, type Type } from '../array/index.ts'

/** A tensor whose elements lie in the arena of a program until somebody reads them. */
export class Resident extends Tensor {
  #fetch: (() => Data) | undefined
  #elements: Data | undefined

  constructor(type: Type, fetch: () => Data) {
    super(undefined, type.shape, type.dtype)
    this.#fetch = fetch
  }

  override storage(): Data {
    if (this.#fetch) {
      this.#elements = this.#fetch()
      this.#fetch = undefined
    }
    return this.#elements ?? gone()
  }

  override donate(): void {
    this.#fetch = undefined
    this.#elements = undefined
  }
}
