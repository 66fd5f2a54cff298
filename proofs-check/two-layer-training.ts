import { lengthOf, tensor, type Tensor } from '../src/array/index.ts'
import { compile, grad, matmul, mean, mul, neg, relu, softplus, sub } from '../src/ops/index.ts'

/** W [m, d] and a [m] of f(x) = aᵀ relu(Wx). */
export type Weights = readonly [w: Tensor, a: Tensor]

/** f at points [n, d]. */
export function outputs([w, a]: Weights, x: Tensor): Tensor {
  return matmul(relu(matmul(x, w, { transposeB: true })), a)
}

const slopes = compile(
  grad((weights: Weights, x: Tensor, y: Tensor): Tensor => mean(softplus(neg(mul(outputs(weights, x), y))))),
)

/** One step of gradient descent on the mean logistic loss of points with labels ±1. */
export function descended(weights: Weights, x: Tensor, y: Tensor, rate: number): Weights {
  const [dw, da] = slopes(weights, x, y)
  return [sub(weights[0], mul(dw, rate)), sub(weights[1], mul(da, rate))]
}

/** ∇f at one point, Wᵀ D a. */
export function inputGradient([w, a]: Weights, x: Float64Array): Float64Array {
  const [m, d] = w.shape as [number, number]
  const gradient = new Float64Array(d)
  for (let j = 0; j < m; j++) {
    let z = 0
    for (let i = 0; i < d; i++) z += w.data[j * d + i]! * x[i]!
    if (z > 0) for (let i = 0; i < d; i++) gradient[i]! += a.data[j]! * w.data[j * d + i]!
  }
  return gradient
}

/** ‖x - y‖₂ of tensors of one shape. */
export function distance(x: Tensor, y: Tensor): number {
  return lengthOf(Float64Array.from(x.data, (value, i) => value - y.data[i]!))
}

/** Rows as a tensor [n, d]. */
export function stacked(rows: readonly Float64Array[]): Tensor {
  const d = rows[0]!.length
  const data = new Float64Array(rows.length * d)
  rows.forEach((row, i) => data.set(row, i * d))
  return tensor(data, [rows.length, d])
}
