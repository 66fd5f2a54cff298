import fc from 'fast-check'
import { tensor, type Tensor } from '../src/array/index.ts'
import { activations, twoLayer, type ActivationName, type TwoLayer } from '../src/nets/index.ts'
import { sphere, stream } from '../src/random/index.ts'
import { twelve } from './single-gradient-step/cells.ts'

/*
 * Arbitraries for properties about every network. They need fast-check, an optional peer, and are a module of
 * their own, so that statistical claims run without it. Sizes shrink towards 1, activations towards relu,
 * seeds towards 0; a shrunk instance meets the same hypotheses.
 */

const largestSeed = 2147483647

/** Activations that meet the hypotheses of the random-network theorems: locally Lipschitz and not constant. */
const lipschitz: readonly ActivationName[] = [...twelve, 'identity']

/** The number of inputs, from 1 to `max`. */
export function dimension(max: number = 12): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max })
}

/** The number of hidden units, from 1 to `max`. */
export function width(max: number = 12): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max })
}

/** A locally Lipschitz activation by name. */
export function activation(): fc.Arbitrary<ActivationName> {
  return fc.constantFrom(...lipschitz)
}

/**
 * A point of [d] with ‖x‖ = √d, the normalisation of the theorems: uniform on that sphere, or the vector of
 * ones.
 */
export function input(d: number): fc.Arbitrary<Tensor> {
  const ones = fc.constant(tensor(new Float64Array(d).fill(1)))
  const anywhere = fc
    .nat({ max: largestSeed })
    .map((seed) => tensor(sphere(stream(seed, 'input'), d, Math.sqrt(d))))
  return fc.oneof(ones, anywhere)
}

/** A two-layer network with everything it was made of, and a point for it that does not depend on its weights. */
export interface NetworkInstance {
  readonly inputs: number
  readonly width: number
  readonly activation: ActivationName
  readonly seed: number
  readonly network: TwoLayer
  readonly x: Tensor
}

/** Dense two-layer random networks, up to `max` inputs and hidden units, with their points. */
export function twoLayerNetwork(max: number = 12): fc.Arbitrary<NetworkInstance> {
  const parts = {
    inputs: dimension(max),
    width: width(max),
    activation: activation(),
    seed: fc.nat({ max: largestSeed }),
  }
  return fc.record(parts).chain(({ inputs, width, activation, seed }) =>
    input(inputs).map((x) => {
      const network = twoLayer(
        { inputs, width, activation: activations[activation] },
        stream(seed, 'network'),
      )
      return { inputs, width, activation, seed, network, x }
    }),
  )
}
