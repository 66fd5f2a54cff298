import type { Tensor } from '../array/index.ts'

/**
 * What attacks attack: a differentiable scalar function of a vector, whose sign is the class. A model that can evaluate
 * itself cheaply along a ray says so with `along`.
 */
export interface Model {
  (x: Tensor): Tensor
  /** t ↦ f(x + t·direction), cheaper than asking for every point anew. */
  along?(x: Tensor, direction: Tensor): (t: number) => number
}
