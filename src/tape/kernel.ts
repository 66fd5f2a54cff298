import { stridesOf, type Data, type Shape, type Tensor } from '../array/index.ts'
import type { Expression } from './expression.ts'

/**
 * All that an executor has to know. Every operation lowers to one of these instruction kinds; the dtype and shape of
 * the result stand beside the kernel, on the tape.
 */
export type Kernel = MapKernel | ReduceKernel | MatmulKernel | MoveKernel | GatherKernel | HostKernel

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

/**
 * Strided copies: transposes, broadcasts, reshapes, slices, padding, concatenation, windows. The result starts as zeros;
 * for every piece and every multi-index i of its shape, `out[to.offset + to.strides·i]` receives
 * `input[from.offset + from.strides·i]`. With `add` it is added, in order, to what is there.
 */
export interface MoveKernel {
  readonly kind: 'move'
  readonly pieces: readonly Piece[]
  readonly add?: boolean
}

export interface Piece {
  /** Which input. */
  readonly input: number
  readonly shape: Shape
  readonly from: Strided
  readonly to: Strided
}

/** Addresses in elements: `offset + strides·i`. */
export interface Strided {
  readonly offset: number
  readonly strides: readonly number[]
}

/** The kernel that reads one input with the given strides into a result laid out row by row. */
export function read(shape: Shape, strides: readonly number[], offset = 0): MoveKernel {
  return { kind: 'move', pieces: [{ input: 0, shape, from: { offset, strides }, to: rowMajor(shape) }] }
}

/** The addresses of a whole row-major array. */
export function rowMajor(shape: Shape): Strided {
  return { offset: 0, strides: stridesOf(shape) }
}

/**
 * Selection along one axis by an i32 tensor. With x of shape `[…batch, …outer, n, …inner]`, n at position `axis` and
 * `batch` leading axes in common, and indices of shape `[…batch, …picked]`:
 * `out[b, o, p, i] = x[b, o, indices[b, p], i]`. An index outside [0, n) is an error.
 * With `scatter` the adjoint: the result starts as zeros of the shape of x, and `out[b, o, indices[b, p], i]` is
 * increased by `input[b, o, p, i]`, p ascending.
 */
export interface GatherKernel {
  readonly kind: 'gather'
  readonly axis: number
  readonly batch: number
  readonly scatter?: boolean
}

/** A synchronous JavaScript function from the inputs to the elements of the result. */
export interface HostKernel {
  readonly kind: 'host'
  readonly call: (inputs: readonly Tensor[]) => Data
}
