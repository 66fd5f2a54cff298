import { showShape, type Tensor, type Type } from '../array/index.ts'
import { apply, carry, rowByRow, type Carrying } from '../ops/index.ts'
import type { Operation } from '../tape/index.ts'
import type { DeferredGaussian } from './deferred.ts'

/*
 * The two linear maps of a deferred matrix W as operations: y = W x with x̄ = Wᵀ ȳ and ẏ = W ẋ, and the same with W and
 * Wᵀ exchanged. Each asks the matrix, which may draw, so both are effects: they stay on the tape in their order.
 */
const forth: Operation<DeferredGaussian> = {
  name: 'deferredApply',
  formula: 'W x',
  type: ([x], w) => vectorType('deferredApply', x!, w.columns, w.rows),
  kernel: (_, w) => ({ kind: 'host', call: ([x]) => w.answer('apply', x!.storage() as Float64Array) }),
  vjp: (_, cotangent, { params }) => apply(back, [cotangent], params),
  jvp: (_, tangent, { params }) => apply(forth, [tangent], params),
  batch: (inputs, batched, w) => rowByRow(forth, inputs, batched, w),
  effect: true,
}

const back: Operation<DeferredGaussian> = {
  name: 'deferredApplyTranspose',
  formula: 'Wᵀ u',
  type: ([u], w) => vectorType('deferredApplyTranspose', u!, w.rows, w.columns),
  kernel: (_, w) => ({
    kind: 'host',
    call: ([u]) => w.answer('applyTranspose', u!.storage() as Float64Array),
  }),
  vjp: (_, cotangent, { params }) => apply(forth, [cotangent], params),
  jvp: (_, tangent, { params }) => apply(back, [tangent], params),
  batch: (inputs, batched, w) => rowByRow(back, inputs, batched, w),
  effect: true,
}

function vectorType(name: string, x: Type, from: number, to: number): Type {
  if (x.dtype !== 'f64' || x.shape.length !== 1 || x.shape[0] !== from) {
    throw new RangeError(`${name}: expected f64[${from}], got ${x.dtype}${showShape(x.shape)}`)
  }
  return { dtype: 'f64', shape: [to] }
}

/** W x for x of shape [columns], differentiable: `grad` of a network with deferred layers works unchanged. */
export const applyDeferred: Carrying<DeferredGaussian, (w: DeferredGaussian, x: Tensor) => Tensor> = carry(
  forth,
  (w, x) => apply(forth, [x], w),
)

/** Wᵀ u for u of shape [rows], differentiable. */
export const applyDeferredTranspose: Carrying<DeferredGaussian, (w: DeferredGaussian, u: Tensor) => Tensor> =
  carry(back, (w, u) => apply(back, [u], w))
