export { apply, carry, type Carrying, type Operand } from './apply.ts'
export * from './arithmetic.ts'
export { checkGrad, checkOperation, type CheckMode, type CheckReport, type DerivativeCheck } from './check.ts'
export { elementwise, type Elementwise, type ElementwiseOptions } from './elementwise.ts'
export * from './functions.ts'
export {
  forward,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  record,
  reverse,
  valueAndGrad,
  vjp,
  vmap,
  type BatchAxis,
  type Differentiable,
  type HvpRoute,
} from './gradients.ts'
export { host, type HostOptions } from './host.ts'
export { dot, matmul, type MatmulOptions } from './matmul.ts'
export { max, mean } from './reductions.ts'
export { broadcastTo, reshape, sum, transpose, type ReduceOptions } from './shape.ts'
export type { Tree } from './trees.ts'
