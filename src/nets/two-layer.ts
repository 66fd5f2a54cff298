import type { Tensor } from '../array/index.ts'
import type { Stream } from '../random/index.ts'
import { randomNetwork, type RandomNetworkOptions } from './deep-random.ts'
import type { Model } from './model.ts'

export interface TwoLayerOptions extends RandomNetworkOptions {
  /** m, the number of hidden units. */
  readonly width: number
}

/** A random two-layer network: a function of x that also carries what it was made of. */
export interface TwoLayer extends Model {
  readonly options: TwoLayerOptions
  /** x ↦ (⟨w_j, x⟩)_j */
  readonly hidden: (x: Tensor) => Tensor
  /** a, of shape [width] */
  readonly output: Tensor
  /** W [width, inputs] of a dense network. */
  readonly weights: Tensor | undefined
  along(x: Tensor, direction: Tensor): (t: number) => number
}

/**
 * f(x) = m^(-1/2) Σ_j a_j σ(⟨w_j, x⟩) with w_j ~ N(0, I_d/d), in the normalisation of Bubeck et al. (arXiv:2104.03863)
 * and Montanari & Wu (arXiv:2203.17209): for ‖x‖ = √d, f(x) has variance E σ(G)². `x` is f64 of shape [inputs].
 */
export function twoLayer(options: TwoLayerOptions, stream: Stream): TwoLayer {
  const { width, ...rest } = options
  const net = randomNetwork('twoLayer', { ...rest, widths: [width] }, stream)
  const { output, along } = net
  const f = (x: Tensor): Tensor => net(x)
  return Object.assign(f, { options, hidden: net.layers[0]!, output, weights: net.weights?.[0], along })
}
