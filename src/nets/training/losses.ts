import { sameShape, showShape, type Tensor } from '../../array/index.ts'
import {
  crossEntropy,
  div,
  mean,
  mul,
  neg,
  oneHot,
  slice,
  softplus,
  square,
  sub,
  sum,
} from '../../ops/index.ts'
import { outputShape, type Architecture } from '../architecture.ts'

/** Mean over the batch of one number per sample. */
export type LossName = 'cross-entropy' | 'squared' | 'logistic'

/**
 * The losses by name, outputs [n, K] of the network first:
 *
 * - `cross-entropy`: labels i32 [n], or weights [n, K];
 * - `squared`: Σ_k (f_k - y_k)² / 2 with targets [n, K];
 * - `logistic`: log(1 + exp(-y f)) with K = 1 and targets ±1 of shape [n, 1].
 */
export const losses: Readonly<Record<LossName, (outputs: Tensor, targets: Tensor) => Tensor>> = {
  'cross-entropy': crossEntropy,
  squared: (outputs, targets) => div(sum(square(sub(outputs, targets))), 2 * outputs.shape[0]!),
  logistic: (outputs, targets) => mean(softplus(neg(mul(outputs, targets)))),
}

/** K of a network from samples to [K]. Errors: RangeError for a network whose outputs have another shape. */
export function outputsOf(architecture: Architecture): number {
  const shape = outputShape(architecture)
  if (shape.length === 1) return shape[0]!
  throw new RangeError(`${architecture.name}: expected outputs [K], got ${showShape(shape)}`)
}

/**
 * Labels in the form that a loss wants: class numbers i32 [n] become ±1 [n, 1] for one output, or one-hot rows; anything
 * else must already be of the outputs' shape [n, outputs]. Errors, in the name of `who`: RangeError for a number of
 * outputs that the loss has no use for, labels of another shape, that are no class or not finite.
 */
export function targetsFor(
  loss: LossName,
  labels: Tensor,
  outputs: number,
  dtype: 'f32' | 'f64',
  who = 'train',
): Tensor {
  if (loss === 'logistic' && outputs !== 1)
    throw new RangeError(`${who}: expected one output for the logistic loss, got ${outputs}`)
  if (loss === 'cross-entropy' && outputs === 1)
    throw new RangeError(
      `${who}: expected at least 2 outputs for cross-entropy, got 1\nhint: loss: 'logistic'`,
    )
  const { shape } = labels
  const byNumber = labels.dtype === 'i32'
  if (byNumber ? shape.length !== 1 : labels.dtype !== dtype || !sameShape(shape, [shape[0]!, outputs]))
    throw new RangeError(
      `${who}: expected ${dtype} targets [n,${outputs}] or i32 labels [n], got ${labels.dtype}${showShape(shape)}`,
    )
  const classes = byNumber ? Math.max(2, outputs) : Infinity
  labels.data.forEach((label, i) => {
    if (byNumber ? !(label >= 0 && label < classes) : !Number.isFinite(label))
      throw new RangeError(
        `${who}: expected ${byNumber ? `labels from 0 to ${classes - 1}` : 'finite targets'}, got ${label} at ${i}`,
      )
  })
  if (!byNumber) return labels
  if (loss === 'cross-entropy') return labels
  if (outputs > 1) return oneHot(labels, outputs, dtype)
  // The second column of one-hot rows, from {0, 1} to ±1.
  const second = slice(oneHot(labels, 2, dtype), [
    [0, labels.shape[0]!],
    [1, 2],
  ])
  return sub(mul(second, 2), 1)
}
