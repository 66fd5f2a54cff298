export * as scalar from './scalar.ts'
export {
  input,
  linearize,
  showExpression,
  type Expression,
  type NamedFunction,
  type Primitive,
  type Term,
} from './expression.ts'
export { differentiate } from './differentiate.ts'
export { namedFunctions } from './named-functions.ts'
export type { HostKernel, Kernel, MapKernel, MatmulKernel, MoveKernel, ReduceKernel } from './kernel.ts'
export type { Case, Operation, Use } from './operation.ts'
export {
  emit,
  isRecording,
  isSymbolic,
  perform,
  replay,
  trace,
  type AnyOperation,
  type Instruction,
  type Perform,
  type Tape,
  type Trace,
} from './recording.ts'
export { forward } from './forward.ts'
export { accumulate, pullBack, reverse } from './reverse.ts'
