import { tensor, type Tensor } from '../array/index.ts'
import {
  abs,
  cos,
  elementwise,
  erf,
  gelu,
  heaviside,
  hermite2,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  sin,
  softplus,
  tanh,
  type Elementwise,
} from '../ops/index.ts'
import { differentiate, type Expression, type Term } from '../tape/index.ts'
import { exp } from '../math/index.ts'

/** The function that every hidden unit applies. */
export interface Activation {
  readonly name: string
  readonly apply: (x: Tensor) => Tensor
  /** σ′, with the operation's convention at kinks. */
  readonly slope: (x: Tensor) => Tensor
  /** Where σ has no derivative. */
  readonly kinks: readonly number[]
  /** sup |σ′|, Infinity when σ′ is unbounded or σ jumps. */
  readonly lipschitz: number
}

/** An activation from any elementwise operation of one operand, such as a user's own. */
export function activation(
  f: Elementwise<(x: Expression) => Term>,
  { kinks = [], lipschitz }: { kinks?: readonly number[]; lipschitz: number },
): Activation {
  const kernel = f.operation.kernel([], undefined)
  if (kernel.kind !== 'map')
    throw new TypeError(`activation: expected an elementwise operation, got ${f.operation.name}`)
  const slope = differentiate(kernel.expression, 0)
  const { name } = f.operation
  return {
    name,
    apply: f,
    slope: elementwise(`${name}'`, `slope of ${name}`, (_x) => slope),
    kinks,
    lipschitz,
  }
}

const identity = elementwise('identity', 'x', (x) => x)

export type ActivationName =
  | 'identity'
  | 'relu'
  | 'leakyRelu'
  | 'abs'
  | 'tanh'
  | 'erf'
  | 'gelu'
  | 'silu'
  | 'sigmoid'
  | 'softplus'
  | 'sin'
  | 'cos'
  | 'hermite2'
  | 'heaviside'

/** The activations by name. Lipschitz constants are suprema of |σ′|, rounded up. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  identity: activation(identity, { lipschitz: 1 }),
  relu: activation(relu, { kinks: [0], lipschitz: 1 }),
  leakyRelu: activation(leakyRelu, { kinks: [0], lipschitz: 1 }),
  abs: activation(abs, { kinks: [0], lipschitz: 1 }),
  tanh: activation(tanh, { lipschitz: 1 }),
  erf: activation(erf, { lipschitz: 1.1283791670955128 }),
  gelu: activation(gelu, { lipschitz: 1.1289042 }),
  silu: activation(silu, { lipschitz: 1.0998395 }),
  sigmoid: activation(sigmoid, { lipschitz: 0.25 }),
  softplus: activation(softplus, { lipschitz: 1 }),
  sin: activation(sin, { lipschitz: 1 }),
  cos: activation(cos, { lipschitz: 1 }),
  hermite2: activation(hermite2, { lipschitz: Infinity }),
  heaviside: activation(heaviside, { kinks: [0], lipschitz: Infinity }),
}

/** Expectations over a standard normal G that decide how far the boundary of a random network is. */
export interface GaussianMoments {
  /** E σ(G) */
  readonly mean: number
  /** q = E σ(G)², the variance of f */
  readonly q: number
  /** p = E σ′(G)², the squared length of ∇f */
  readonly p: number
  /** r₁ = E G σ(G) σ′(G) */
  readonly r1: number
  /** r₂ = E G² σ′(G)² */
  readonly r2: number
}

/** Gauss-Legendre nodes and weights of order 8 on [-1, 1], positive half (Abramowitz & Stegun, table 25.4). */
const NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363]
const WEIGHTS = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763]
const REACH = 12
const PANEL = 0.25
const ROOT_TWO_PI = 2.5066282746310002

/**
 * The moments by composite quadrature on [-12, 12], split at the kinks; relative error about 1e-14. Beyond 12 the normal
 * density is below 1e-31, so σ and σ′ must grow more slowly than e^(x²/5).
 */
export function gaussianMoments({ apply, slope, kinks }: Activation): GaussianMoments {
  const edges = Array.from({ length: (2 * REACH) / PANEL + 1 }, (_, i) => i * PANEL - REACH)
  const cuts = [...edges, ...kinks].sort((a, b) => a - b)
  const xs: number[] = []
  const ws: number[] = []
  for (let i = 1; i < cuts.length; i++) {
    const [middle, half] = [(cuts[i]! + cuts[i - 1]!) / 2, (cuts[i]! - cuts[i - 1]!) / 2]
    NODES.forEach((node, j) => {
      for (const side of [-1, 1]) {
        const x = middle + side * node * half
        xs.push(x)
        ws.push((half * WEIGHTS[j]! * exp((-x * x) / 2)) / ROOT_TWO_PI)
      }
    })
  }
  const at = tensor(Float64Array.from(xs))
  const [values, slopes] = [apply(at).data, slope(at).data]
  const expect = (f: (x: number, value: number, slope: number) => number): number =>
    xs.reduce((sum, x, i) => sum + ws[i]! * f(x, values[i]!, slopes[i]!), 0)
  return {
    mean: expect((_, value) => value),
    q: expect((_, value) => value * value),
    p: expect((_, _value, s) => s * s),
    r1: expect((x, value, s) => x * value * s),
    r2: expect((x, _, s) => x * x * s * s),
  }
}
