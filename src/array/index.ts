export { allocate, bytesPerElement, dtypeOf, type Data, type DType, type ReadonlyData } from './dtype.ts'
export { gone, tensor, Tensor, type NestedNumbers, type Type } from './tensor.ts'
export {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  normalizeAxes,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
  type Shape,
} from './shape.ts'
export {
  differenceStep,
  differenceTolerance,
  identityTolerance,
  roundoff,
  valueTolerance,
} from './tolerance.ts'
export { combine, dot, lengthOf } from './vectors.ts'
