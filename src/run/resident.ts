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
    this.settle()
    return this.#elements ?? gone()
  }

  /** Fetches the elements if they are in the arena alone and still wanted. */
  settle(): void {
    if (!this.#fetch) return
    this.#elements = this.#fetch()
    this.#fetch = undefined
  }

  /** The elements that somebody has read; undefined while they are in the arena alone. */
  fetched(): Data | undefined {
    return this.#fetch ? undefined : (this.#elements ?? gone())
  }

  override donate(): void {
    this.#fetch = undefined
    this.#elements = undefined
  }
}
