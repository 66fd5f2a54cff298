import type { Tensor } from '../array/index.ts'
import { gaussNewtonOperator, hessianOperator, svd, type Operator } from '../linalg/index.ts'
import {
  flattened,
  forward,
  inF64,
  losses,
  outputShape,
  parametersInF64,
  targetsFor,
  unflattened,
  type Architecture,
  type LossName,
  type Model,
  type Parameters,
  type Samples,
} from '../nets/index.ts'
import { jacobian, reshape } from '../ops/index.ts'

/**
 * The curvature of a training loss in its parameters, as an operator for `eigsh` and `slq`, in f64, parameters in reading
 * order:
 *
 * - `hessian`;
 * - `gauss-newton`, JᵀHJ with the loss's Hessian H at the outputs. For cross-entropy, squared and logistic loss this is the
 *   Fisher matrix of the model's own distribution (Martens, arXiv:1412.1193, section 9).
 */
export function curvature(
  architecture: Architecture,
  parameters: Parameters,
  { inputs, labels }: Samples,
  { kind, loss = 'cross-entropy' }: { readonly kind: 'hessian' | 'gauss-newton'; readonly loss?: LossName },
): Operator {
  if (kind !== 'hessian' && kind !== 'gauss-newton')
    throw new RangeError(`curvature: expected hessian or gauss-newton, got ${JSON.stringify(kind)}`)
  const x = inF64(inputs)
  const [outputs] = outputShape(architecture) as [number]
  const targets = targetsFor(loss, labels.dtype === 'i32' ? labels : inF64(labels), outputs, 'f64')
  const theta = flattened(architecture, parametersInF64(parameters))
  const of = (vector: Tensor): Tensor => forward(architecture, unflattened(architecture, vector), x)
  const risk = (y: Tensor): Tensor => losses[loss](y, targets)
  return kind === 'hessian'
    ? hessianOperator((vector) => risk(of(vector)), theta)
    : gaussNewtonOperator(of, risk, theta)
}

/** Singular values of a model's Jacobian at one sample, descending: min(K, d) of them. */
export function jacobianSingularValues(model: Model, x: Tensor): Float64Array {
  const point = inF64(x)
  const J = jacobian((at: Tensor) => model(reshape(at, point.shape)))(reshape(point, [point.size]))
  const matrix = reshape(J, [J.size / point.size, point.size])
  return Float64Array.from(svd(matrix, { vectors: false }).s.data)
}
