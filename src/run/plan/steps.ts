/**
 * A plan: what has to be done for one tape, in order, with every value at a fixed place of one block of memory, the arena.
 * Nothing in it depends on the elements of arguments or constants.
 */
import type { DType, Shape } from '../../array/index.ts'
import type { Expression } from '../../tape/index.ts'

/** A strided window on a buffer: element i lies `offset + Σ strides·i` elements after its beginning. */
export interface View {
  readonly buffer: number
  readonly dtype: DType
  readonly shape: Shape
  readonly offset: number
  /** 0 along axes that repeat. */
  readonly strides: readonly number[]
}

/** Maps that run over the same elements, in one loop. */
export interface MapStep {
  readonly kind: 'map'
  /** Of all results, and what is computed in, except that i32 is computed in f64. */
  readonly dtype: DType
  readonly shape: Shape
  /** In the step's shape. Their dtype is the step's, except for the one input of a cast. */
  readonly inputs: readonly View[]
  /** Row-major and whole. A result may lie exactly where an input does. */
  readonly outputs: readonly { readonly expression: Expression; readonly into: View }[]
}

/** Sum or maximum over `axes` (ascending) of an expression of inputs in one shape. */
export interface ReduceStep {
  readonly kind: 'reduce'
  readonly combine: 'sum' | 'max'
  readonly dtype: DType
  readonly shape: Shape
  readonly axes: readonly number[]
  readonly inputs: readonly View[]
  readonly expression: Expression
  /** Row-major and whole, without the axes. */
  readonly output: View
}

/** A batch of matrices in a buffer: element (i, j) of matrix t lies at `offset + t·batch + i·row + j·column`, in elements. */
export interface Matrices {
  readonly buffer: number
  readonly offset: number
  readonly batch: number
  readonly row: number
  readonly column: number
}

/** C = A·B, `[m,k]·[k,n]`, for every matrix of a batch. */
export interface MatmulStep {
  readonly kind: 'matmul'
  readonly dtype: 'f32' | 'f64'
  /** In fixed lanes (a matrix whose rows meet a vector); else one accumulator, ascending. See order.ts. */
  readonly inLanes: boolean
  readonly batch: number
  readonly m: number
  readonly k: number
  readonly n: number
  readonly a: Matrices
  readonly b: Matrices
  /** Row-major and whole, shape [batch, m, n]. */
  readonly c: View
  /** Maps over the elements of C, run on some rows as soon as these are there. */
  readonly epilogue?: MapStep
  /** A buffer that the kernels may use as they like. */
  readonly workspace?: number
}

/** Strided copies into a row-major result, or additions. Addresses count elements from the beginning of the buffers. */
export interface MoveStep {
  readonly kind: 'move'
  readonly dtype: DType
  readonly add: boolean
  /** The result has to be zeros first: pieces add, or do not cover it. */
  readonly clear: boolean
  readonly pieces: readonly MovePiece[]
  readonly output: View
}

export interface MovePiece {
  readonly buffer: number
  readonly shape: Shape
  readonly from: { readonly offset: number; readonly strides: readonly number[] }
  readonly to: { readonly offset: number; readonly strides: readonly number[] }
}

/** See GatherKernel; all three are row-major and whole. */
export interface GatherStep {
  readonly kind: 'gather'
  readonly axis: number
  readonly batch: number
  readonly scatter: boolean
  readonly input: View
  readonly indices: View
  readonly output: View
}

/** A call of the JavaScript function of one instruction of the tape; everything row-major and whole. */
export interface HostStep {
  readonly kind: 'host'
  readonly instruction: number
  readonly inputs: readonly View[]
  readonly output: View
}

export type Step = MapStep | ReduceStep | MatmulStep | MoveStep | GatherStep | HostStep

export interface Buffer {
  /** Bytes from the beginning of the arena, a multiple of 64. */
  readonly at: number
  /** A multiple of 64: reading a whole vector at the last element is allowed. */
  readonly bytes: number
  /** Arguments, constants and results keep their places to themselves between runs; the rest shares. */
  readonly role: 'argument' | 'constant' | 'result' | 'temporary'
}

export interface Plan {
  readonly buffers: readonly Buffer[]
  readonly steps: readonly Step[]
  /** One for every input of the tape, row-major and whole. */
  readonly arguments: readonly View[]
  /** Value number of the tape's constants that are needed, with their places. */
  readonly constants: readonly { readonly value: number; readonly view: View }[]
  /** One for every output of the tape, row-major and whole; may lie where an argument or a constant does, or another result. */
  readonly results: readonly View[]
  /** Size of the arena. */
  readonly bytes: number
  readonly summary: Summary
}

/** What became of the tape's instructions. */
export interface Summary {
  readonly instructions: number
  /** Left out: nothing needs them, or they repeat another one. */
  readonly unused: number
  readonly repeated: number
  /** Moves that copy nothing. */
  readonly views: number
  /** Copies made because a view could not be read as it is. */
  readonly copies: number
  /** Maps that became part of another map, of a reduction, of a matrix product. */
  readonly intoMaps: number
  readonly intoReductions: number
  readonly intoProducts: number
  /** Results written over an input. */
  readonly inPlace: number
}
