import type { ActivationName, Linear } from '../nets/index.ts'
import { marginRows, outputsOf, type Network } from './network.ts'

/** f(x) = aᵀσ(Wx + b) + c for one margin: what the certificates of two-layer networks need. */
export interface TwoLayerForm {
  readonly inputs: number
  readonly width: number
  readonly activation: ActivationName
  /** [width, inputs], gains included. */
  readonly W: Float64Array
  readonly b: Float64Array
  /** One for every rival class. */
  readonly margins: readonly { readonly a: Float64Array; readonly c: number }[]
}

/** The form of a network with one hidden layer, or undefined for any other. */
export function twoLayerForm(op: string, network: Network, label: number): TwoLayerForm | undefined {
  const layers = network.architecture.layers.filter(({ kind }) => kind !== 'flatten')
  const [first, middle, last] = layers
  if (
    layers.length !== 3 ||
    first?.kind !== 'linear' ||
    middle?.kind !== 'activation' ||
    last?.kind !== 'linear'
  )
    return undefined
  const { inputs, outputs: width } = first
  const [W, b] = affine(network, first)
  const [A, c] = affine(network, last)
  const margins = marginRows(op, outputsOf(network), label).map((row) => {
    const a = new Float64Array(width)
    let shift = 0
    row.forEach((weight, k) => {
      if (weight === 0) return
      shift += weight * c[k]!
      for (let j = 0; j < width; j++) a[j]! += weight * A[k * width + j]!
    })
    return { a, c: shift }
  })
  return { inputs, width, activation: middle.activation, W, b, margins }
}

/** Weights with their gain, and biases, of a linear layer. */
export function affine(
  { parameters }: Network,
  { name, outputs, bias, gain = 1 }: Linear,
): readonly [Float64Array, Float64Array] {
  const weights = Float64Array.from(parameters[`${name}.weight`]!.data, (w) => gain * w)
  return [weights, bias ? Float64Array.from(parameters[`${name}.bias`]!.data) : new Float64Array(outputs)]
}
