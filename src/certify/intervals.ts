import { roundoff, Tensor } from '../array/index.ts'
import { activations, type ActivationName } from '../nets/index.ts'
import { slack } from './slack.ts'
import { slopeRange } from './slopes.ts'
import { addedSizes, pushed, type Affine } from './affine.ts'

/** Elementwise bounds of a layer's values for one sample, flat. */
export interface Bounds {
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** max(|lower|, |upper|) */
export function sizes({ lower, upper }: Bounds): Float64Array {
  return lower.map((l, i) => Math.max(Math.abs(l), Math.abs(upper[i]!)))
}

/** Bounds of an affine layer's output, rounding included: Wc + b ± |W|r with centre c and half width r of the input. */
export function affineBounds(layer: Affine, { lower, upper }: Bounds): Bounds {
  const u = roundoff('f64')
  const centre = lower.map((l, i) => (l + upper[i]!) / 2)
  // The centre is rounded: the half width covers both ends from where it came to lie.
  const half = lower.map((l, i) => Math.max(upper[i]! - centre[i]!, centre[i]! - l) * (1 + 4 * u))
  const middle = pushed(layer, centre, 'signed')
  const spread = pushed(layer, half, 'absolute')
  const size = addedSizes(layer, pushed(layer, centre.map(Math.abs), 'absolute'))
  const margin = spread.map((s, i) => s * (1 + slack(layer.terms)) + slack(layer.terms) * size[i]!)
  return { lower: middle.map((m, i) => m - margin[i]!), upper: middle.map((m, i) => m + margin[i]!) }
}

const monotone: readonly ActivationName[] = [
  'identity',
  'relu',
  'leakyRelu',
  'tanh',
  'erf',
  'sigmoid',
  'softplus',
]

/** Bounds of an activation: its ends where it is monotone, else its centre ± Lipschitz constant times the half width. */
export function activationBounds(name: ActivationName, { lower, upper }: Bounds): Bounds {
  const [least, most] = slopeRange('intervals', name)
  if (monotone.includes(name)) {
    return { lower: outward(applied(name, lower), -1), upper: outward(applied(name, upper), 1) }
  }
  const lipschitz = Math.max(Math.abs(least), Math.abs(most))
  const centre = lower.map((l, i) => (l + upper[i]!) / 2)
  const value = applied(name, centre)
  const half = lower.map(
    (l, i) => lipschitz * Math.max(upper[i]! - centre[i]!, centre[i]! - l) * (1 + slack(1)),
  )
  const [low, high] = [outward(value, -1), outward(value, 1)]
  return { lower: low.map((v, i) => v - half[i]!), upper: high.map((v, i) => v + half[i]!) }
}

/** σ of every number. */
export function applied(name: ActivationName, z: Float64Array): Float64Array {
  return Float64Array.from(activations[name].apply(new Tensor(z, [z.length], 'f64')).data)
}

/** Moved by more than the error of any activation here, a few units in the last place. */
export function outward(values: Float64Array, direction: 1 | -1): Float64Array {
  return values.map((v) => v + direction * (32 * roundoff('f64') * Math.abs(v) + 1e-300))
}
