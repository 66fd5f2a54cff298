/** Convolution (cross-correlation, as networks use the word): a matrix product over windows. */
import { showShape, type Tensor } from '../array/index.ts'
import { matmul } from './matmul.ts'
import { broadcastTo, reshape } from './shape.ts'
import { unfold, type WindowOptions } from './windows.ts'

export interface ConvolutionOptions extends WindowOptions {
  /** Channels in this many blocks that do not see each other; default 1. */
  readonly groups?: number
}

/**
 * `y[n, o, i] = Σ w[o, c, k] x[n, c, i stride + k dilation - padding]` for x of shape [n, c, h, w] and weights of shape
 * [o, c/groups, kernel height, kernel width].
 */
export function conv2d(x: Tensor, weights: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { groups = 1, ...windowing } = options
  if (x.shape.length !== 4 || weights.shape.length !== 4) {
    throw new RangeError(
      `conv2d: expected x [n,c,h,w] and weights [o,c/groups,kh,kw], got ${showShape(x.shape)} and ${showShape(weights.shape)}`,
    )
  }
  const [n, channels, ...size] = x.shape as [number, number, number, number]
  const [outputs, inputs, ...window] = weights.shape as [number, number, number, number]
  if (!Number.isInteger(groups) || groups < 1 || channels !== inputs * groups || outputs % groups !== 0) {
    throw new RangeError(
      `conv2d: expected ${channels} input channels = groups · c/groups, and groups to divide o, got ${groups} groups and weights ${showShape(weights.shape)}`,
    )
  }
  const terms = inputs * window[0]! * window[1]!
  const blocks = groups === 1 ? [n] : [n, groups]
  const windows = unfold(reshape(x, [...blocks, inputs, ...size]), window, windowing)
  const [height, width] = windows.shape.slice(-2) as [number, number]
  const columns = reshape(windows, [...blocks, terms, height * width])
  const y = matmul(groupedRows(weights, groups, n, terms), columns)
  return reshape(y, [n, outputs, height, width])
}

/** One matrix for all images, or one for every image and group. */
function groupedRows(weights: Tensor, groups: number, n: number, terms: number): Tensor {
  const outputs = weights.shape[0]!
  if (groups === 1) return reshape(weights, [outputs, terms])
  return broadcastTo(reshape(weights, [groups, outputs / groups, terms]), [
    n,
    groups,
    outputs / groups,
    terms,
  ])
}
