import type { View } from '../plan/index.ts'
import type { Callable, Code, FunctionBuilder, Local, ResultType } from './assembler/index.ts'
import type { KernelName } from './kernels/index.ts'

/** What the code of a step is made from. */
export interface Frame {
  readonly f: FunctionBuilder
  readonly base: Local<'i32'>
  readonly kernel: <R extends ResultType = 'void'>(name: KernelName) => Callable<R>
  /** Bytes from the base to a buffer. */
  readonly start: (buffer: number) => number
  /** Bytes from the base to element 0 of a view. */
  readonly place: (view: View) => number
  /** The address that lies this many bytes after the base. */
  readonly at: (bytes: number) => Code<'i32'>
}
