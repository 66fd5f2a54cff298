import { tensor, Tensor } from '../array/index.ts'
import { add, dot, matmul, mul, recorded } from '../ops/index.ts'
import {
  applyDeferred,
  deferredGaussian,
  gaussianMatrix,
  normal,
  rademacher,
  type Stream,
} from '../random/index.ts'
import type { Activation } from './activations.ts'
import type { Model } from './model.ts'

/** How the sum over the hidden units is scaled: by width^(-1/2), which keeps f of order one, or by width^(-1). */
export type Scaling = 'ntk' | 'mean-field'

/** The law of the output weights; all have E a² = 1, and half-normal ones, |N(0, 1)|, are not centred. */
export type OutputLaw = 'rademacher' | 'gaussian' | 'half-normal'

export interface TwoLayerOptions {
  /** d, the length of x. */
  readonly inputs: number
  /** m, the number of hidden units. */
  readonly width: number
  readonly activation: Activation
  /** Drawn in full (width × inputs numbers) or deferred: drawn along the directions asked about, with the same law. Default dense. */
  readonly weights?: 'dense' | 'deferred'
  /** Default rademacher, as in Bubeck et al. */
  readonly output?: OutputLaw
  /** Added to f. Default 0. */
  readonly bias?: number
  /** Default ntk. */
  readonly scaling?: Scaling
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
  const {
    inputs,
    width,
    activation,
    weights = 'dense',
    output = 'rademacher',
    bias = 0,
    scaling = 'ntk',
  } = options
  checkOption('weights', weights, ['dense', 'deferred'])
  checkOption('output', output, ['rademacher', 'gaussian', 'half-normal'])
  checkOption('scaling', scaling, ['ntk', 'mean-field'])
  if (!Number.isFinite(bias)) throw new RangeError(`twoLayer: expected a finite bias, got ${bias}`)
  if (typeof activation?.apply !== 'function') {
    throw new TypeError(`twoLayer: expected an activation, got ${typeof activation}\nhint: activations.relu`)
  }
  const first = stream.child('hidden')
  const w = weights === 'dense' ? gaussianMatrix(first, width, inputs) : undefined
  const hidden = w ? (x: Tensor): Tensor => matmul(w, x) : deferredLayer(first, width, inputs)
  const a = outputWeights(output, stream.child('output'), width)
  const scale = scaling === 'ntk' ? 1 / Math.sqrt(width) : 1 / width
  const finish = (z: Tensor): Tensor => {
    const f = mul(dot(a, activation.apply(z)), scale)
    return bias === 0 ? f : add(f, bias)
  }
  const f = (x: Tensor): Tensor => finish(hidden(x))
  const along = (x: Tensor, direction: Tensor): ((t: number) => number) => {
    const [start, slope] = [hidden(x), hidden(direction)]
    const at = recorded((t) => finish(add(start, mul(slope, t))), tensor(0))
    return (t) => at(tensor(t)).item()
  }
  return Object.assign(f, { options, hidden, output: a, weights: w, along })
}

function checkOption(name: string, got: string, known: readonly string[]): void {
  if (known.includes(got)) return
  throw new RangeError(`twoLayer: expected ${name} to be ${known.join(' or ')}, got ${JSON.stringify(got)}`)
}

function deferredLayer(stream: Stream, rows: number, columns: number): (x: Tensor) => Tensor {
  const w = deferredGaussian(stream, rows, columns)
  return (x) => applyDeferred(w, x)
}

/** The output weights of a network with `width` hidden units, of shape [width]. */
export function outputWeights(law: OutputLaw, stream: Stream, width: number): Tensor {
  const a = law === 'rademacher' ? rademacher(stream, width) : normal(stream, width)
  return new Tensor(law === 'half-normal' ? a.map((x) => Math.abs(x)) : a, [width], 'f64')
}
