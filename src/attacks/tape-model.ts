import { Tensor } from '../array/index.ts'
import type { Model } from '../nets/index.ts'
import { compile, reshape, vjp } from '../ops/index.ts'
import type { Oracle } from './problem.ts'

/** A model of tensors as an oracle of plain numbers: two compiled functions, of the point and of the weights. */
export function tapeOracle(model: Model, shape: readonly number[]): Oracle {
  const flat = (x: Tensor): Tensor => {
    const y = model(reshape(x, shape))
    return y.shape.length === 0 ? reshape(y, [1]) : y
  }
  const value = compile(flat)
  const pull = compile((x: Tensor, weights: Tensor) => {
    const { value: y, pullback } = vjp(flat, x)
    return [y, pullback(weights)] as const
  })
  const asTensor = (v: Float64Array): Tensor => new Tensor(v, [v.length], 'f64')
  const asArray = (y: Tensor): Float64Array => Float64Array.from(y.data)
  // Attacks ask for several gradients at one point, which they never overwrite.
  let last: { readonly x: Float64Array; readonly value: Float64Array } | undefined
  const valueAt = (x: Float64Array): Float64Array => {
    if (last?.x !== x) last = { x, value: asArray(value(asTensor(x))) }
    return last.value
  }
  return {
    value: valueAt,
    gradient(x, weightsOf) {
      const weights = weightsOf(valueAt(x))
      const [y, gradient] = pull(asTensor(x), asTensor(weights))
      return { value: asArray(y), gradient: asArray(gradient) }
    },
  }
}
