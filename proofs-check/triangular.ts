import { tensor, type Tensor } from '../src/array/index.ts'
import { qr } from '../src/linalg/index.ts'

/**
 * What a triangular factor says of the last two of k columns in ℝᵈ: with S the complement of the span of the k - 2 before,
 * e = P_S(x_{k-1} - x_k), the smallest perturbation that exchanges the outputs of the interpolant at x_k.
 */
export interface LastTwo {
  /** e, [d] */
  readonly e: Float64Array
  readonly length: number
  /** ‖x_k - x_{k-1}‖ */
  readonly apart: number
  /** |R_kk| */
  readonly corner: number
  /** ‖x_k‖ */
  readonly last: number
}

/** The last two columns of X [d, k] against the others. */
export function lastTwo(X: Tensor): LastTwo {
  const [d, k] = X.shape as [number, number]
  const { q, r } = qr(X)
  const e = new Float64Array(d)
  let [apart, last] = [0, 0]
  for (let i = 0; i < d; i++) {
    const [u, v] = [X.data[i * k + k - 2]!, X.data[i * k + k - 1]!]
    e[i] = u - v
    apart += (u - v) * (u - v)
    last += v * v
  }
  for (let j = 0; j < k - 2; j++) {
    let along = 0
    for (let i = 0; i < d; i++) along += q.data[i * k + j]! * e[i]!
    for (let i = 0; i < d; i++) e[i]! -= along * q.data[i * k + j]!
  }
  const length = Math.sqrt(e.reduce((sum, v) => sum + v * v, 0))
  return { e, length, apart: Math.sqrt(apart), corner: Math.abs(r.data[k * k - 1]!), last: Math.sqrt(last) }
}

/** √d times an orthogonal matrix, from a Gaussian one. */
export function orthogonal(gaussian: Tensor): Tensor {
  const d = gaussian.shape[0]!
  return tensor(
    Float64Array.from(qr(gaussian).q.data, (v) => v * Math.sqrt(d)),
    [d, d],
  )
}
