import { Tensor } from '../array/index.ts'
import { eigh, solve } from '../linalg/index.ts'

/**
 * Mercer eigenvalues of a kernel with respect to the empirical measure of n points, descending: those of its Gram matrix
 * K [n, n] over n (Baker 1977). Errors: as `eigh`.
 */
export function mercer(K: Tensor): Float64Array {
  const n = K.shape[0]!
  return Float64Array.from(eigh(K, { vectors: false }).values.data, (value) => value / n).reverse()
}

/**
 * The squared distance of a new point's features from the span of those of n others, s = κ - kᵀK⁻¹k: the Schur complement
 * of K in the Gram matrix with that point. `k` [n] are its kernel values with the others, κ that with itself; negative
 * values are rounding. Errors: as `solve` for a singular K.
 */
export function schurComplement(K: Tensor, k: Tensor, kappa: number): number {
  const { data } = solve(K, k)
  let explained = 0
  for (let i = 0; i < data.length; i++) explained += k.data[i]! * data[i]!
  return kappa - explained
}

/** The Gram matrix with one point more, from that of n points, its values with them and with itself. */
export function bordered(K: Tensor, k: Tensor, kappa: number): Tensor {
  const n = K.shape[0]!
  const out = new Float64Array((n + 1) * (n + 1)).fill(kappa)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out[i * (n + 1) + j] = K.data[i * n + j]!
    out[i * (n + 1) + n] = out[n * (n + 1) + i] = k.data[i]!
  }
  return new Tensor(out, [n + 1, n + 1], 'f64')
}
