/**
 * Truncated inner products and their exact certificate against sparse changes (Beliaev, Delgosha, Hassani & Pedarsani,
 * arXiv:2201.09369). T_k(u) drops the k largest and the k smallest of the products u_i = y w_i x_i and sums the rest.
 */

/** T_k(u): the sum without the k largest and k smallest; 0 when nothing is left. */
export function truncatedSum(products: Float64Array, k: number): number {
  const sorted = products.slice().sort()
  let sum = 0
  for (let i = k; i < sorted.length - k; i++) sum += sorted[i]!
  return sum
}

/**
 * The least T_k over all changes of at most k coordinates, to any values: the sum of the d - 2k smallest products, reached by
 * sending the k largest to -∞ (order statistics interlace: u_(i-k) ≤ u′_(i)). The classification is robust if and only if it is
 * positive.
 */
export function leastTruncatedSum(products: Float64Array, k: number): number {
  const sorted = products.slice().sort()
  let sum = 0
  for (let i = 0; i < sorted.length - 2 * k; i++) sum += sorted[i]!
  return sum
}
