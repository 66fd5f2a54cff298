/** The engine: tensors, tapes, their executors, and the operations with their derivatives. */
export {
  tensor,
  Tensor,
  type DType,
  type NestedNumbers,
  type ReadonlyData,
  type Shape,
  type Type,
} from './array/index.ts'
export {
  executor,
  interpret,
  setExecutor,
  type ExecutorName,
  type ExecutorOptions,
  type Ran,
} from './run/index.ts'
export {
  differentiate,
  scalar,
  showExpression,
  type Case,
  type Expression,
  type Kernel,
  type Operation,
  type Tape,
  type Use,
} from './tape/index.ts'
export * from './ops/index.ts'
