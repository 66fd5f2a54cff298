import { sizeOf, type Tensor } from '../../array/index.ts'
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

/**
 * Labels in the form that a loss wants: class numbers i32 [n] become ±1 [n, 1] for one output, or one-hot rows; anything
 * else must already be of the outputs' shape.
 */
export function targetsFor(loss: LossName, labels: Tensor, outputs: number, dtype: 'f32' | 'f64'): Tensor {
  if (labels.dtype !== 'i32') {
    if (labels.dtype !== dtype || sizeOf(labels.shape.slice(1)) !== outputs)
      throw new RangeError(
        `train: expected ${dtype} targets [n,${outputs}] or i32 labels, got ${labels.dtype}[${labels.shape.join()}]`,
      )
    return labels
  }
  if (loss === 'cross-entropy') return labels
  if (outputs > 1) return oneHot(labels, outputs, dtype)
  // The second column of one-hot rows, from {0, 1} to ±1.
  const second = slice(oneHot(labels, 2, dtype), [
    [0, labels.shape[0]!],
    [1, 2],
  ])
  return sub(mul(second, 2), 1)
}
