export { apply, carry, type Carrying, type Operand } from './apply.ts'
export * from './arithmetic.ts'
export { checkGrad, checkOperation, type CheckMode, type CheckReport, type DerivativeCheck } from './check.ts'
export { compile, explain, type Compiled, type CompiledForm, type CompileOptions } from './compile.ts'
export { argmax, argsort, cumsum, oneHot, topk } from './concrete.ts'
export { customGradient, stopGradient, type CustomRules, type CustomUse } from './custom-gradient.ts'
export { einsum } from './einsum.ts'
export { elementwise, type Elementwise, type ElementwiseOptions } from './elementwise.ts'
export * from './functions.ts'
export {
  forward,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  reverse,
  valueAndGrad,
  vjp,
  vmap,
  type BatchAxis,
  type Differentiable,
  type HvpRoute,
} from './gradients.ts'
export { host, type HostOptions } from './host.ts'
export { dot, matmul, outer, type MatmulOptions } from './matmul.ts'
export { norm, type NormKind } from './norms.ts'
export { integerPower, pow } from './powers.ts'
export { max, mean, min } from './reductions.ts'
export { crossEntropy, logSoftmax, logSumExp, softmax } from './softmax.ts'
export { broadcastTo, reshape, sum, transpose, type ReduceOptions } from './shape.ts'
export type { Tree } from './trees.ts'
export { concatenate, stack } from './joining.ts'
export { pad, slice, type Padding, type Range } from './slicing.ts'
export { flip, split, unstack } from './parts.ts'
export { pick, scatterAdd, take, takeAlongAxis } from './gathering.ts'
export { fold, unfold, type WindowOptions } from './windows.ts'
export { conv2d, type ConvolutionOptions } from './convolution.ts'
export { averagePool2d, maxPool2d, type PoolingOptions } from './pooling.ts'
export { record, recorded } from './record.ts'
export { rowByRow } from './rows.ts'
