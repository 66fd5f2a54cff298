import { Tensor } from '../array/index.ts'
import { cosTurns, sinTurns } from '../math/index.ts'
import { normal, sphere, stream, uniform } from '../random/index.ts'
import type { Dataset } from './dataset.ts'

/**
 * Samples of two classes in the plane or in ℝᵈ that need no download. The same seed gives the same first
 * samples.
 */
export interface CloudOptions {
  readonly count: number
  readonly seed: number
  /** Default 2. */
  readonly inputs?: number
  /** Standard deviation of the noise added to every coordinate. */
  readonly noise?: number
}

type Place = (label: number, i: number) => ArrayLike<number>

/** Labels are drawn first, then every sample from a stream of its own. */
function cloud(
  name: string,
  options: CloudOptions,
  noise: number,
  place: (seed: number, d: number) => Place,
): Dataset {
  const { count, seed, inputs: d = 2 } = options
  for (const [what, value] of Object.entries({ count, inputs: d }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name}: expected ${what} of at least 1, got ${value}`)
  if (!(noise >= 0 && noise < Infinity))
    throw new RangeError(`${name}: expected noise of at least 0, got ${noise}`)
  const source = stream(seed, name)
  const at = place(seed, d)
  const labels = new Int32Array(count)
  const inputs = new Float32Array(count * d)
  for (let i = 0; i < count; i++) {
    const own = source.child(i)
    labels[i] = uniform(own.child('label'), 1)[0]! < 0.5 ? 0 : 1
    const centre = at(labels[i]!, i)
    const z = normal(own.child('noise'), d)
    for (let j = 0; j < d; j++) inputs[i * d + j] = centre[j]! + noise * z[j]!
  }
  return {
    ...{ name, classes: 2 },
    inputs: new Tensor(inputs, [count, d], 'f32'),
    labels: new Tensor(labels, [count], 'i32'),
  }
}

/** Two Gaussians around ±`separation`·e₁ (1), of standard deviation `noise` (0.5). */
export function gaussianMixture(options: CloudOptions & { readonly separation?: number }): Dataset {
  const { noise = 0.5, separation = 1 } = options
  return cloud('gaussian mixture', options, noise, (_seed, d) => (label) => {
    const centre = new Float64Array(d)
    centre[0] = label === 1 ? separation : -separation
    return centre
  })
}

/**
 * Concentric spheres of radius 1 and 1.3, the adversarial spheres of Gilmer et al. (arXiv:1801.02774);
 * `noise` 0.
 */
export function spheres(options: CloudOptions & { readonly radius?: number }): Dataset {
  const { noise = 0, radius = 1.3 } = options
  return cloud('spheres', options, noise, (seed, d) => (label, i) => {
    return sphere(stream(seed, 'spheres', 'direction', i), d, label === 1 ? radius : 1)
  })
}

/** The product of the signs of the first two coordinates of (±1, ±1, 0, …), with `noise` (0.2). */
export function xor(options: CloudOptions): Dataset {
  const { noise = 0.2, inputs = 2 } = options
  if (inputs < 2) throw new RangeError(`xor: expected at least 2 inputs, got ${inputs}`)
  return cloud('xor', options, noise, (seed, d) => (label, i) => {
    const first = uniform(stream(seed, 'xor', 'corner', i), 1)[0]! < 0.5 ? -1 : 1
    const centre = new Float64Array(d)
    centre[0] = first
    centre[1] = label === 1 ? first : -first
    return centre
  })
}

/** Rings of radius 1 and 2 in the plane, with `noise` (0.1). */
export function rings(options: Omit<CloudOptions, 'inputs'>): Dataset {
  const { noise = 0.1 } = options
  return cloud('rings', { ...options, inputs: 2 }, noise, (seed) => (label, i) => {
    const turn = uniform(stream(seed, 'rings', 'angle', i), 1)[0]!
    const radius = label === 1 ? 2 : 1
    return [radius * cosTurns(turn), radius * sinTurns(turn)]
  })
}
