/** Sums of exponentials and what classifiers make of them; no exponential overflows, whatever the size of the inputs. */
import { normalizeAxes, sameShape, showShape, sizeOf, type Tensor } from '../array/index.ts'
import { abs, add, div, equal, less, mul, neg, select, sub } from './arithmetic.ts'
import { stopGradient } from './custom-gradient.ts'
import { exp, log } from './functions.ts'
import { pick } from './gathering.ts'
import { max, mean } from './reductions.ts'
import { reshape, sum, type ReduceOptions } from './shape.ts'

type Axes = number | readonly number[]

/** The largest element over the axes, in place with size 1, or 0 where it is not finite: a shift that no derivative sees. */
function shiftOf(x: Tensor, axes: readonly number[]): Tensor {
  const isEmpty = axes.some((axis) => x.shape[axis] === 0)
  const largest = stopGradient((isEmpty ? sum : max)(x, axes, { keepDims: true }))
  return select(less(abs(largest), Infinity), largest, 0)
}

/**
 * log Σ exp(x) over `axes` (all when left out). -Infinity where every element is -Infinity, or there is none, with
 * derivative 0.
 */
export function logSumExp(x: Tensor, axes?: Axes, { keepDims = false }: ReduceOptions = {}): Tensor {
  const list = normalizeAxes('logSumExp', axes, x.shape.length)
  const shift = shiftOf(x, list)
  const total = sum(exp(sub(x, shift)), list, { keepDims: true })
  const isZero = equal(total, 0)
  const y = select(isZero, -Infinity, add(shift, log(select(isZero, 1, total))))
  return keepDims
    ? y
    : reshape(
        y,
        x.shape.filter((_, axis) => !list.includes(axis)),
      )
}

/** exp(x) / Σ exp(x) over `axes` (the last one when left out); NaN where every element is -Infinity or one is Infinity. */
export function softmax(x: Tensor, axes: Axes = -1): Tensor {
  const list = normalizeAxes('softmax', axes, x.shape.length)
  const weights = exp(sub(x, shiftOf(x, list)))
  return div(weights, sum(weights, list, { keepDims: true }))
}

/** log softmax(x), accurate where softmax is close to 0 or 1. */
export function logSoftmax(x: Tensor, axes: Axes = -1): Tensor {
  const list = normalizeAxes('logSoftmax', axes, x.shape.length)
  const shifted = sub(x, shiftOf(x, list))
  return sub(shifted, log(sum(exp(shifted), list, { keepDims: true })))
}

/**
 * The mean over all rows of -log softmax(logits)[label], classes along the last axis. `labels` are class numbers (i32, one for
 * every row) or weights in the logits' shape and dtype, such as `oneHot` gives; a weight of 0 ignores its class, even where its
 * logit is -Infinity. Errors for a label that is no class.
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const rows = logits.shape.slice(0, -1)
  const byNumber = labels.dtype === 'i32'
  const fits = byNumber
    ? sameShape(labels.shape, rows)
    : labels.dtype === logits.dtype && sameShape(labels.shape, logits.shape)
  if (logits.shape.length === 0 || !fits) {
    throw new RangeError(
      `crossEntropy: expected labels like i32${showShape(rows)} or weights like ${logits.dtype}${showShape(logits.shape)}, got ${labels.dtype}${showShape(labels.shape)}`,
    )
  }
  const logs = logSoftmax(logits)
  if (byNumber) return mean(neg(pick(logs, labels)))
  const losses = select(equal(labels, 0), 0, mul(neg(labels), logs))
  return div(sum(losses), sizeOf(rows))
}
