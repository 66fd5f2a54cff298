import { sizeOf, type Data, type Shape, type Tensor, type Type } from '../array/index.ts'
import type { Operation, Use } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'
import { rowByRow } from './rows.ts'

export interface HostOptions {
  readonly name: string
  readonly formula?: string
  /** Dtype and shape of the result; may refuse the inputs. */
  readonly type: (inputs: readonly Type[]) => Type
  /** The elements of the result, in the dtype that `type` names. Inputs must not be written to. */
  readonly call: (inputs: readonly Tensor[]) => Data
  readonly vjp?: (i: number, cotangent: Tensor, use: Use<undefined>) => Tensor
  readonly jvp?: (i: number, tangent: Tensor, use: Use<undefined>) => Tensor
  /** Many instances at once, when the function can; by default it is called for one after the other, in order. */
  readonly batch?: (inputs: readonly Tensor[], batched: readonly boolean[]) => Tensor
  readonly effect?: boolean
}

/**
 * An operation that calls a synchronous JavaScript function. Give `vjp` and `jvp`, written with operations, or the mode
 * that lacks its rule refuses the operation by name.
 */
export function host(options: HostOptions): Carrying<undefined, (...inputs: Tensor[]) => Tensor> {
  const { name, formula = name, type, call, vjp, jvp, batch, effect = false } = options
  const operation: Operation = {
    name,
    formula,
    type: (inputs) => type(inputs),
    kernel: (inputs) => ({ kind: 'host', call: (values) => checked(name, call(values), type(inputs).shape) }),
    ...(vjp && { vjp }),
    ...(jvp && { jvp }),
    batch: batch ?? ((inputs, batched) => rowByRow(operation, inputs, batched, undefined)),
    effect,
  }
  return carry(operation, (...inputs: Tensor[]) => apply(operation, inputs, undefined))
}

function checked(name: string, data: Data, shape: Shape): Data {
  if (!ArrayBuffer.isView(data) || data.length !== sizeOf(shape)) {
    throw new RangeError(
      `${name}: expected ${sizeOf(shape)} elements from its host function, got ${data?.length}`,
    )
  }
  return data
}
