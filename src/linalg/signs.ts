/** Signs of eigenvectors and singular vectors, which their equations leave open. */

/** ±1, by which the largest element, the first of them, becomes positive. */
export function signOf(x: Float64Array): 1 | -1 {
  let [largest, sign]: [number, 1 | -1] = [0, 1]
  for (let i = 0; i < x.length; i++) {
    if (Math.abs(x[i]!) <= largest) continue
    largest = Math.abs(x[i]!)
    sign = x[i]! < 0 ? -1 : 1
  }
  return sign
}
