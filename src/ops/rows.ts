/** Batching for what can only be done one instance at a time. */
import { allocate, Tensor } from '../array/index.ts'
import type { Operation } from '../tape/index.ts'
import { apply } from './apply.ts'
import { stack } from './joining.ts'
import { slice } from './slicing.ts'

/** A batch rule for any operation: applies it to one instance after the other, in ascending order, effects included. */
export function rowByRow<P>(
  operation: Operation<P>,
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  params: P,
): Tensor {
  const size = inputs[batched.indexOf(true)]!.shape[0]!
  if (size === 0) {
    const { dtype, shape } = operation.type(
      inputs.map(({ dtype, shape }, i) => ({ dtype, shape: batched[i] ? shape.slice(1) : shape })),
      params,
    )
    return new Tensor(allocate(dtype, 0), [0, ...shape], dtype)
  }
  const results: Tensor[] = []
  for (let row = 0; row < size; row++) {
    const instance = inputs.map((x, i) => (batched[i] ? slice(x, [row]) : x))
    results.push(apply(operation, instance, params))
  }
  return stack(results)
}
