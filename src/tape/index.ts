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
export {
  read,
  rowMajor,
  type HostKernel,
  type Kernel,
  type MapKernel,
  type MatmulKernel,
  type MoveKernel,
  type Piece,
  type ReduceKernel,
  type Strided,
} from './kernel.ts'
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
export { batch, type Batched } from './batch.ts'
export { forward } from './forward.ts'
export { pullBack, reverse, type Add } from './reverse.ts'
