import { numbers } from './arithmetic.ts'
import { productError, sumError } from './exact.ts'
import { log, log1p } from './log.ts'
import { logPair } from './log-pair.ts'
import { horner } from './polynomial.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728

// log Γ(2 + t) = t P(t), |t| <= 1/2.
const NEAR_TWO = [
  0.42278433509846713, 0.3224670334241133, -0.06735230105319576, 0.02058080842776596, -0.007385551028925204,
  0.0028905103318416867, -0.0011927539013292044, 0.0005096694951127083, -0.00022315497226406885,
  9.945794418994806e-5, -4.4923771915979395e-5, 2.0503543910551787e-5, -9.45607891660457e-6,
  4.393521175067796e-6, -1.9748264594239727e-6, 8.999009755187952e-7, -5.806121687309979e-7,
  2.977065498832752e-7,
]

// B₂ₖ / (2k (2k-1)), k = 1, 2, …
const STIRLING = [
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953,
  0.0008417508417508417, -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
]

/** log Γ(x) - ((x - 1/2) log x - x + log(2π)/2) for x >= 10 (Stirling's series). */
export function stirlingRest(x: number): number {
  return horner(numbers, 1 / (x * x), STIRLING) / x
}

/**
 * log Γ(x) for x >= 0; NaN for x < 0. The zeros at 1 and 2 keep their relative accuracy.
 *
 * Max 4.4 ulp on 8,000 points vs mpmath (relative error 5e-16), 1e-300 <= x <= 1e300.
 */
export function logGamma(x: number): number {
  if (!(x >= 0)) return NaN
  if (x === Infinity) return x
  if (x >= 10) return (x - 0.5) * log(x) - x + (HALF_LOG_TWO_PI + stirlingRest(x))
  if (x < 0.5) return logGamma(x + 2) - log(x) - log1p(x)
  if (x < 1.5) return (x - 1) * horner(numbers, x - 1, NEAR_TWO) - log1p(x - 1)
  let product = 1
  let t = x
  while (t > 2.5) {
    t -= 1
    product *= t
  }
  return (t - 2) * horner(numbers, t - 2, NEAR_TWO) + log(product)
}

// (x - 1/2) log x as a sum [high, low].
function stirlingMain(x: number): [number, number] {
  const [log, logLow] = logPair(x)
  const high = (x - 0.5) * log
  return [high, productError(x - 0.5, log, high) + (x - 0.5) * logLow]
}

/**
 * log B(a, b) = log Γ(a) Γ(b) / Γ(a + b) for a, b > 0; NaN elsewhere. Near a zero (B = 1) with both below 10 the error is absolute.
 *
 * Max absolute error 2.3e-13, beside the rounding of the result, on 8,000 points vs mpmath, a and b up to 1e7.
 */
export function logBeta(a: number, b: number): number {
  if (!(a > 0 && b > 0)) return NaN
  const small = Math.min(a, b)
  const large = Math.max(a, b)
  const sum = small + large
  if (large < 10) return logGamma(small) + (logGamma(large) - logGamma(sum))
  const rest = stirlingRest(large) - stirlingRest(sum)
  if (small < 10) {
    return logGamma(small) + (rest - (sum - 0.5) * log1p(small / large) - small * log(large) + small)
  }
  // Three terms of the order of a log a leave one of the order of a: their digits have to be kept.
  const [s, sLow] = stirlingMain(small)
  const [l, lLow] = stirlingMain(large)
  const [t, tLow] = stirlingMain(sum)
  const both = s + l
  const main = both - t
  const low = sLow + lLow - tLow - sumError(small, large, sum) * (log(sum) + 1)
  return (
    main +
    (sumError(s, l, both) + sumError(both, -t, main) + low + (HALF_LOG_TWO_PI + stirlingRest(small) + rest))
  )
}
