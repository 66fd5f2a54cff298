import type { Shape, Tensor, Type } from '../array/index.ts'
import type { Kernel } from './kernel.ts'

/** One use of an operation, as its derivative rules see it: values, not numbers on a tape. */
export interface Use<P> {
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  readonly params: P
}

/**
 * An operation: everything that anybody has to know about it, in one place.
 *
 * `vjp` and `jvp` are written with operations themselves, so that they can be differentiated again. Both speak of one
 * input at a time: `vjp(i, ȳ)` is (∂y/∂xᵢ)ᵀ ȳ, in the shape of input i, and `jvp(i, ẋ)` is (∂y/∂xᵢ) ẋ, in the shape of
 * the output. A rule that is missing makes its mode refuse the operation by name.
 */
export interface Operation<P = undefined> {
  readonly name: string
  readonly formula: string
  /** Dtype and shape of the result; refuses inputs that do not fit, as `name: expected X, got Y`. */
  type(inputs: readonly Type[], params: P): Type
  /** What an executor runs. */
  kernel(inputs: readonly Type[], params: P): Kernel
  vjp?(i: number, cotangent: Tensor, use: Use<P>): Tensor
  jvp?(i: number, tangent: Tensor, use: Use<P>): Tensor
  /**
   * The operation on many instances at once: inputs that are batched carry the instances along a new first axis, and so
   * does the result; the others are shared by all instances. At least one is batched.
   */
  batch?(inputs: readonly Tensor[], batched: readonly boolean[], params: P): Tensor
  /** Inputs that carry derivatives; all of them when left out. */
  readonly differentiable?: readonly boolean[]
  /** A host call that changes something outside the tape: never dropped, merged or reordered. */
  readonly effect?: boolean
  /** Where a point of no derivative lies and which value is taken there. */
  readonly kinks?: string
  /** What the generic checker tries; every operation of the library has some. */
  readonly cases?: readonly Case<P>[]
  /** Inputs that must be refused. */
  readonly refuses?: readonly Case<P>[]
}

/** Shapes, parameters and the interval from which the checker draws inputs, away from the kinks named. */
export interface Case<P> {
  readonly shapes: readonly Shape[]
  readonly params: P
  readonly domain?: readonly [number, number]
  /** The checker keeps every element at least 0.05 from these, and elements of different inputs as far apart. */
  readonly kinks?: readonly number[]
  /** Elements of i32 inputs, by position; the checker holds these inputs fixed. */
  readonly integers?: Readonly<Record<number, readonly number[]>>
}
