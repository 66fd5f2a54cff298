import type { Data, Tensor } from '../array/index.ts'
import type { Expression } from './expression.ts'

/**
 * All that an executor has to know. Every operation lowers to one of these instruction kinds; the dtype and shape of
 * the result stand beside the kernel, on the tape.
 */
export type Kernel = MapKernel | ReduceKernel | MatmulKernel | MoveKernel | HostKernel

/** `out[i] = expression(inputs[0][i], inputs[1][i], …)`, inputs broadcast to the result's shape. */
export interface MapKernel {
  readonly kind: 'map'
  readonly expression: Expression
}

/** Sum or maximum of `input` over `axes` (ascending), which vanish from the shape. */
export interface ReduceKernel {
  readonly kind: 'reduce'
  readonly combine: 'sum' | 'max'
  readonly axes: readonly number[]
}

/** `C = A·B` on the last two axes, `[m,k]·[k,n]`; a transposed side is stored the other way round. */
export interface MatmulKernel {
  readonly kind: 'matmul'
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** `out[i] = input[strides · i]` for multi-indices i of the result: transposes, broadcasts, reshapes. */
export interface MoveKernel {
  readonly kind: 'move'
  readonly strides: readonly number[]
}

/** A synchronous JavaScript function from the inputs to the elements of the result. */
export interface HostKernel {
  readonly kind: 'host'
  readonly call: (inputs: readonly Tensor[]) => Data
}
