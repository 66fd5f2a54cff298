import { Tensor } from '../../src/array/index.ts'
import type { Oracle } from '../../src/attacks/index.ts'
import type { Network } from '../../src/certify/index.ts'
import { forward, initialise, mlp, type ActivationName } from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'

export interface Tiny {
  readonly network: Network
  readonly x: Tensor
  readonly label: number
}

/** A random fully connected network with biases, a point, and the network's own class of it. */
export function tiny(
  seed: number,
  d: number,
  widths: readonly number[],
  { outputs = 1, activation = 'relu' }: { outputs?: number; activation?: ActivationName } = {},
): Tiny {
  const architecture = mlp({ input: d, widths, outputs, activation })
  const parameters = initialise(architecture, { biasVariance: 0.3 }, stream(seed, 'tiny'))
  const network = { architecture, parameters }
  const x = new Tensor(normal(stream(seed, 'point'), d), [d], 'f64')
  return { network, x, label: labelOf(network, x) }
}

/** The logits at a point. */
export function outputsAt({ architecture, parameters }: Network, x: Float64Array): Float64Array {
  const batch = new Tensor(x, [1, ...architecture.input], 'f64')
  return Float64Array.from(forward(architecture, parameters, batch).data)
}

export function labelOf(network: Network, x: Tensor): number {
  const y = outputsAt(network, Float64Array.from(x.data))
  return y.length === 1 ? Math.sign(y[0]!) : y.indexOf(Math.max(...y))
}

/** The least margin of a label. */
export function marginAt(network: Network, x: Float64Array, label: number): number {
  const y = outputsAt(network, x)
  if (y.length === 1) return label * y[0]!
  return Math.min(...Array.from(y, (v, k) => (k === label ? Infinity : y[label]! - v)))
}

/** A point on the sphere of radius r around x in a norm: of random direction, a corner of it now and then. */
export function onSphere(norm: 'l1' | 'l2' | 'linf', x: Float64Array, r: number, seed: number): Float64Array {
  const v = normal(stream(seed, 'direction'), x.length)
  if (norm === 'linf')
    return x.map(
      (c, i) => c + r * (seed % 2 === 0 ? Math.sign(v[i]!) : Math.min(1, Math.abs(v[i]!)) * Math.sign(v[i]!)),
    )
  const length = norm === 'l2' ? Math.hypot(...v) : v.reduce((s, c) => s + Math.abs(c), 0)
  return x.map((c, i) => c + (r * v[i]!) / length)
}

/**
 * A ReLU network of one hidden layer and one output on plain numbers, without a tape: thousands of them are
 * attacked.
 */
export function plainOracle({ parameters }: Network): Oracle {
  const [W, b, a, c] = ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'].map(
    (name) => parameters[name]!.data,
  )
  const d = W!.length / b!.length
  const run = (x: Float64Array): { value: Float64Array; slope: Float64Array } => {
    let f = c![0]!
    const slope = new Float64Array(d)
    for (let j = 0; j < b!.length; j++) {
      let z = b![j]!
      for (let i = 0; i < d; i++) z += W![j * d + i]! * x[i]!
      if (!(z > 0)) continue
      f += a![j]! * z
      for (let i = 0; i < d; i++) slope[i]! += a![j]! * W![j * d + i]!
    }
    return { value: Float64Array.of(f), slope }
  }
  return {
    value: (x) => run(x).value,
    gradient: (x, weightsOf) => {
      const { value, slope } = run(x)
      const [factor] = weightsOf(value)
      return { value, gradient: slope.map((g) => g * factor!) }
    },
  }
}
