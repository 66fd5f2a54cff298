import fc from 'fast-check'
import { tensor, type Tensor } from '../src/array/index.ts'
import { pow } from '../src/math/index.ts'
import {
  activations,
  initialise,
  mlp,
  twoLayer,
  type ActivationName,
  type Architecture,
  type Parameters,
  type TwoLayer,
} from '../src/nets/index.ts'
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

/** The number of hidden layers, from 1 to `max`. */
export function depth(max: number = 4): fc.Arbitrary<number> {
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

/** A feed-forward network of any depth, as plain data with its parameters, and a point for it. */
export interface DeepInstance {
  readonly seed: number
  readonly architecture: Architecture
  readonly parameters: Parameters
  readonly x: Tensor
}

/** Networks with up to `deepest` hidden layers, `max` units in each and up to three outputs, at Gaussian weights. */
export function network(max: number = 8, deepest: number = 3): fc.Arbitrary<DeepInstance> {
  const parts = {
    inputs: dimension(max),
    widths: depth(deepest).chain((layers) => fc.array(width(max), { minLength: layers, maxLength: layers })),
    outputs: fc.integer({ min: 1, max: 3 }),
    activation: activation(),
    bias: fc.boolean(),
    seed: fc.nat({ max: largestSeed }),
  }
  return fc.record(parts).chain(({ seed, inputs, ...shape }) =>
    input(inputs).map((x) => {
      const architecture = mlp({ input: inputs, ...shape })
      const parameters = initialise(architecture, { dtype: 'f64' }, stream(seed, 'network'))
      return { seed, architecture, parameters, x }
    }),
  )
}

/**
 * `size` eigenvalues, positive and descending from 1: a power law, a geometric one, equal ones, or one spike above
 * equal ones. Shrinks towards equal ones.
 */
export function spectrum(size: number): fc.Arbitrary<number[]> {
  const made = (at: (k: number) => number): number[] => Array.from({ length: size }, (_, k) => at(k))
  const share = fc.double({ min: 0.1, max: 0.9, noNaN: true })
  return fc.oneof(
    { withCrossShrink: true },
    fc.constant(made(() => 1)),
    share.map((rest) => made((k) => (k === 0 ? 1 : rest))),
    share.map((ratio) => made((k) => pow(ratio, k))),
    fc.double({ min: 0.5, max: 3, noNaN: true }).map((decay) => made((k) => pow(k + 1, -decay))),
  )
}
