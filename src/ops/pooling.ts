/** Pooling: windows over the last two axes, reduced to one number each. */
import { allocate, sizeOf, Tensor, type Shape } from '../array/index.ts'
import { select } from './arithmetic.ts'
import { max, mean } from './reductions.ts'
import type { Padding } from './slicing.ts'
import { unfold, type WindowOptions } from './windows.ts'

export interface PoolingOptions {
  /** Default: the kernel, so that windows tile. */
  readonly stride?: WindowOptions['stride']
  readonly padding?: WindowOptions['padding']
}

const WINDOW_AXES = [-4, -3] as const

function pair(kernel: number | readonly number[]): readonly number[] {
  return typeof kernel === 'number' ? [kernel, kernel] : kernel
}

/**
 * The largest element of every window of x [..., h, w]; padding never wins, NaN always does, and elements that tie
 * share the derivative equally. Errors when a window holds nothing but padding.
 */
export function maxPool2d(
  x: Tensor,
  kernel: number | readonly number[],
  options: PoolingOptions = {},
): Tensor {
  const window = pair(kernel)
  const { stride = window, padding = 0 } = options
  const windows = unfold(x, window, { stride, padding })
  if (isZero(padding)) return max(windows, WINDOW_AXES)
  const inside = unfold(ones(x.shape.slice(-2), x.dtype), window, { stride, padding })
  if (max(inside, WINDOW_AXES).data.includes(0)) {
    throw new RangeError(
      `maxPool2d: expected an element in every window, got padding ${JSON.stringify(padding)} around windows of ${JSON.stringify(window)}`,
    )
  }
  return max(select(inside, windows, -Infinity), WINDOW_AXES)
}

/** The mean over every window of x [..., h, w]; padding counts as zeros. */
export function averagePool2d(
  x: Tensor,
  kernel: number | readonly number[],
  options: PoolingOptions = {},
): Tensor {
  const window = pair(kernel)
  const { stride = window, padding = 0 } = options
  return mean(unfold(x, window, { stride, padding }), WINDOW_AXES)
}

function isZero(padding: number | Padding): boolean {
  return [padding].flat(2).every((width) => width === 0)
}

function ones(shape: Shape, dtype: Tensor['dtype']): Tensor {
  return new Tensor(allocate(dtype, sizeOf(shape)).fill(1), shape, dtype)
}
