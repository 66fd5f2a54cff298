import { allocate, sizeOf, Tensor, type DType } from '../array/index.ts'
import { qr } from '../linalg/index.ts'
import { normal, uniform, type Stream } from '../random/index.ts'
import { fanIn, weightedLayers, type Architecture, type Parameters } from './architecture.ts'

export interface InitialiseOptions {
  /**
   * Independent N(0, v) entries; uniform ones on ±√(3v); or rows and columns orthogonal (Haar, Saxe et al.,
   * arXiv:1312.6120) scaled so that the mean square is v. v is the layer's `variance`, 1/fan-in by default.
   */
  readonly law?: 'gaussian' | 'uniform' | 'orthogonal'
  /** All variances are multiplied by this: 2 keeps the scale of activations through relu (He et al., arXiv:1502.01852). */
  readonly variance?: number
  /** Variance of Gaussian biases. Default 0. */
  readonly biasVariance?: number
  readonly dtype?: Exclude<DType, 'i32'>
}

/**
 * Random parameters of a network. Every parameter has a stream of its own, named after it, so that the others keep their
 * bits when a layer is added.
 */
export function initialise(
  architecture: Architecture,
  options: InitialiseOptions,
  stream: Stream,
): Parameters {
  const { law = 'gaussian', variance = 1, biasVariance = 0, dtype = 'f64' } = options
  if (!['gaussian', 'uniform', 'orthogonal'].includes(law))
    throw new RangeError(`initialise: expected gaussian, uniform or orthogonal, got ${JSON.stringify(law)}`)
  for (const v of [variance, biasVariance])
    if (!(v >= 0 && v < Infinity))
      throw new RangeError(`initialise: expected a variance of at least 0, got ${v}`)
  const parameters: Record<string, Tensor> = {}
  for (const layer of weightedLayers(architecture)) {
    const { name, outputs, bias } = layer
    const rest = layer.kind === 'linear' ? [layer.inputs] : [layer.inputs, ...layer.size]
    const deviation = Math.sqrt(variance * (layer.variance ?? 1 / fanIn(layer)))
    const weights = drawn(law, stream.child(`${name}.weight`), outputs, sizeOf(rest), deviation)
    parameters[`${name}.weight`] = stored(weights, [outputs, ...rest], dtype)
    if (!bias) continue
    const b = normal(stream.child(`${name}.bias`), outputs)
    parameters[`${name}.bias`] = stored(
      b.map((z) => z * Math.sqrt(biasVariance)),
      [outputs],
      dtype,
    )
  }
  return parameters
}

function stored(values: Float64Array, shape: readonly number[], dtype: Exclude<DType, 'i32'>): Tensor {
  const data = allocate(dtype, values.length)
  data.set(values)
  return new Tensor(data, shape, dtype)
}

function drawn(
  law: 'gaussian' | 'uniform' | 'orthogonal',
  stream: Stream,
  rows: number,
  columns: number,
  deviation: number,
): Float64Array {
  if (law === 'uniform')
    return uniform(stream, rows * columns).map((u) => (2 * u - 1) * Math.sqrt(3) * deviation)
  const z = normal(stream, rows * columns)
  return law === 'gaussian' ? z.map((x) => x * deviation) : orthogonal(z, rows, columns, deviation)
}

/** Q of a Gaussian matrix, its signs made those of a positive diagonal of R so that the law is Haar's. */
function orthogonal(z: Float64Array, rows: number, columns: number, deviation: number): Float64Array {
  const wide = rows < columns
  const [m, n] = wide ? [columns, rows] : [rows, columns]
  const { q, r } = qr(new Tensor(z, [m, n], 'f64'))
  const scale = deviation * Math.sqrt(m)
  const out = new Float64Array(m * n)
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const sign = r.data[j * (n + 1)]! < 0 ? -1 : 1
      out[wide ? j * m + i : i * n + j] = sign * scale * q.data[i * n + j]!
    }
  return out
}
