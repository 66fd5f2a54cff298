import { erf, erfcScaled, gaussian } from './erf.ts'
import { log } from './log.ts'
import { horner } from './polynomial.ts'
import { numbers } from './arithmetic.ts'

const SQRT_HALF = 0.7071067811865476
const SQRT_TWO_PI = 2.5066282746310002

// Wichura, Algorithm AS 241 (1988), PPND16: numerator and denominator for |p - 1/2| <= 0.425, and for the two tails.
const CENTRE = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
]
const CENTRE_BELOW = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
  39307.89580009271061, 28729.085735721942674, 5226.495278852545925,
]
const TAIL = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
]
const TAIL_BELOW = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
]
const FAR_TAIL = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
  0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
]
const FAR_TAIL_BELOW = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
]

/**
 * The standard normal distribution function, with full relative accuracy in the lower tail.
 *
 * Max 4.2 ulp on 8,000 points vs mpmath, -38.4 <= x <= 8.
 */
export function normalCdf(x: number): number {
  if (x < -39) return 0
  const y = Math.abs(x) * SQRT_HALF
  if (!(y > 0.47)) return 0.5 + 0.5 * erf(x * SQRT_HALF)
  // exp(-x²/2) from x itself: y is rounded, and its square would carry the error into the tail.
  const tail = y > 28 ? 0 : 0.5 * gaussian(x, 0.5) * erfcScaled(y)
  return x < 0 ? tail : 1 - tail
}

// The quantile of p < 1/2 in the tail: AS 241 and a Newton step.
function lowerQuantile(p: number): number {
  const r = Math.sqrt(-log(p))
  const x =
    r <= 5
      ? -horner(numbers, r - 1.6, TAIL) / horner(numbers, r - 1.6, TAIL_BELOW)
      : -horner(numbers, r - 5, FAR_TAIL) / horner(numbers, r - 5, FAR_TAIL_BELOW)
  return x - (normalCdf(x) - p) * (SQRT_TWO_PI / gaussian(x, 0.5))
}

/**
 * The inverse of `normalCdf`: -∞ at 0, ∞ at 1, NaN outside [0, 1].
 *
 * Max 3.8 ulp on 1,500 points vs mpmath, down to p = 1e-300 (relative error 5e-16).
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN
  if (p === 0) return -Infinity
  if (p === 1) return Infinity
  const q = p - 0.5
  if (Math.abs(q) > 0.425) return q < 0 ? lowerQuantile(p) : -lowerQuantile(1 - p)
  const r = 0.180625 - q * q
  return (q * horner(numbers, r, CENTRE)) / horner(numbers, r, CENTRE_BELOW)
}
