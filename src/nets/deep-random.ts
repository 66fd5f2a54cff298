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

/** How the sum over the last hidden units is scaled: by width^(-1/2), which keeps f of order one, or by width^(-1). */
export type Scaling = 'ntk' | 'mean-field'

/** The law of the output weights; all have E a² = 1, and half-normal ones, |N(0, 1)|, are not centred. */
export type OutputLaw = 'rademacher' | 'gaussian' | 'half-normal'

/** What random networks of any depth share. */
export interface RandomNetworkOptions {
  /** d, the length of x. */
  readonly inputs: number
  readonly activation: Activation
  /** Drawn in full (rows × columns numbers) or deferred: drawn along the directions asked about, with the same law. Default dense. */
  readonly weights?: 'dense' | 'deferred'
  /** Default rademacher, as in Bubeck et al. */
  readonly output?: OutputLaw
  /** Added to f. Default 0. */
  readonly bias?: number
  /** Default ntk. */
  readonly scaling?: Scaling
}

export interface DeepRandomOptions extends RandomNetworkOptions {
  /** m_1 … m_L, the numbers of hidden units, any. */
  readonly widths: readonly number[]
  /** v: entries of W_l have variance v / columns. Default 1; 2 keeps the scale through relu. */
  readonly variance?: number
}

/** A random network: a function of x that also carries what it was made of. */
export interface DeepRandom extends Model {
  readonly options: DeepRandomOptions
  /** The linear maps W_1 … W_L; a deferred one draws when it is asked. */
  readonly layers: readonly ((x: Tensor) => Tensor)[]
  /** a, of shape [m_L] */
  readonly output: Tensor
  /** W_1 … W_L of a dense network. */
  readonly weights: readonly Tensor[] | undefined
  along(x: Tensor, direction: Tensor): (t: number) => number
}

/**
 * f(x) = m_L^(-1/2) Σ_j a_j σ(W_L σ(… σ(W_1 x)))_j with W_l of independent N(0, v/columns) entries, the deep networks of
 * Montanari & Wu (arXiv:2203.17209) and Bartlett et al. (arXiv:2106.12611). `x` is f64 of shape [inputs]; for ‖x‖ = √d
 * and large widths the units of layer l have variance V_l = v E σ(√V_(l-1) G)², V_1 = v. One width gives the bits of
 * `twoLayer`. A deferred network asks every matrix once for f, twice for its gradient.
 *
 * Errors: RangeError for sizes, options and numbers out of range, TypeError for an activation that is none.
 */
export function deepRandom(options: DeepRandomOptions, stream: Stream): DeepRandom {
  return Object.assign(randomNetwork('deepRandom', options, stream), { options })
}

/** A network whose errors carry the name `who`. */
export function randomNetwork(
  who: string,
  options: DeepRandomOptions,
  stream: Stream,
): Omit<DeepRandom, 'options'> & Model {
  checkOptions(who, options)
  const { inputs, widths, activation, weights = 'dense', output = 'rademacher', bias = 0 } = options
  const { scaling = 'ntk', variance = 1 } = options
  const columns = [inputs, ...widths]
  const drawn = widths.map((rows, l) => {
    const from = stream.child(l === 0 ? 'hidden' : `hidden ${l + 1}`)
    return linearMap(weights, from, rows, columns[l]!, variance / columns[l]!)
  })
  const layers = drawn.map(({ map }) => map)
  const width = widths.at(-1)!
  const a = outputWeights(output, stream.child('output'), width)
  const scale = scaling === 'ntk' ? 1 / Math.sqrt(width) : 1 / width
  /** f from the first layer's sums on. */
  const finish = (z: Tensor): Tensor => {
    const last = layers.slice(1).reduce((h, layer) => layer(activation.apply(h)), z)
    const f = mul(dot(a, activation.apply(last)), scale)
    return bias === 0 ? f : add(f, bias)
  }
  const first = layers[0]!
  const f = (x: Tensor): Tensor => finish(first(x))
  const along = (x: Tensor, direction: Tensor): ((t: number) => number) => {
    const [start, slope] = [first(x), first(direction)]
    const at = recorded((t) => finish(add(start, mul(slope, t))), tensor(0))
    return (t) => at(tensor(t)).item()
  }
  const matrices = weights === 'dense' ? drawn.map(({ matrix }) => matrix!) : undefined
  return Object.assign(f, { layers, output: a, weights: matrices, along })
}

function linearMap(
  kind: 'dense' | 'deferred',
  stream: Stream,
  rows: number,
  columns: number,
  variance: number,
): { readonly map: (x: Tensor) => Tensor; readonly matrix?: Tensor } {
  if (kind === 'deferred') {
    const w = deferredGaussian(stream, rows, columns, { variance })
    return { map: (x) => applyDeferred(w, x) }
  }
  const matrix = gaussianMatrix(stream, rows, columns, { variance })
  return { map: (x) => matmul(matrix, x), matrix }
}

function checkOptions(who: string, options: DeepRandomOptions): void {
  const { inputs, widths, activation, weights = 'dense', output = 'rademacher', bias = 0 } = options
  const { scaling = 'ntk', variance = 1 } = options
  const known = (name: string, got: string, names: readonly string[]): void => {
    if (names.includes(got)) return
    throw new RangeError(`${who}: expected ${name} to be ${names.join(' or ')}, got ${JSON.stringify(got)}`)
  }
  known('weights', weights, ['dense', 'deferred'])
  known('output', output, ['rademacher', 'gaussian', 'half-normal'])
  known('scaling', scaling, ['ntk', 'mean-field'])
  if (widths.length === 0) throw new RangeError(`${who}: expected at least one hidden width, got none`)
  for (const size of [inputs, ...widths])
    if (!Number.isSafeInteger(size) || size < 1)
      throw new RangeError(`${who}: expected sizes of at least 1, got ${String(size)}`)
  if (!Number.isFinite(bias)) throw new RangeError(`${who}: expected a finite bias, got ${bias}`)
  if (!(variance > 0 && variance < Infinity))
    throw new RangeError(`${who}: expected a positive finite variance, got ${variance}`)
  if (typeof activation?.apply !== 'function') {
    throw new TypeError(`${who}: expected an activation, got ${typeof activation}\nhint: activations.relu`)
  }
}

/** The output weights of a network with `width` hidden units, of shape [width]. */
export function outputWeights(law: OutputLaw, stream: Stream, width: number): Tensor {
  const a = law === 'rademacher' ? rademacher(stream, width) : normal(stream, width)
  return new Tensor(law === 'half-normal' ? a.map((x) => Math.abs(x)) : a, [width], 'f64')
}
