import { numbers } from './arithmetic.ts'
import { exp } from './exp.ts'
import { logGamma, stirlingRest } from './gamma.ts'
import { log } from './log.ts'
import { logGap, logRatio } from './log-gap.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { horner } from './polynomial.ts'

const SQRT_TWO_PI = 2.5066282746310002
const TERMS = 100000

// η/μ and μ in powers of η, where η²/2 = μ - log(1 + μ) (Temme 1979; test/math/golden/coefficients.py).
const RATIO = [
  1.0, -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073,
  0.0003527336860670194, -0.0001787551440329218, 3.919263178522438e-5, -2.185448510679992e-6,
  -1.85406221071516e-6, 8.296711340953087e-7, -1.7665952736826078e-7, 6.707853543401498e-9,
  1.0261809784240309e-8, -4.382036018453353e-9, 9.14769958223679e-10, -2.5514193994946248e-11,
  -5.830772132550426e-11, 2.4361948020667415e-11, -5.0276692801141755e-12, 1.1004392031956135e-13,
  3.371763262400985e-13, -1.392388722418162e-13, 2.8534893807047445e-14, -5.139111834242572e-16,
  -1.9752288294349442e-15, 8.099521156704561e-16,
]
const MU = [
  0, 1, 0.3333333333333333, 0.027777777777777776, -0.003703703703703704, 0.0002314814814814815,
  5.878894767783657e-5,
]

// x^a e^-x / Γ(a + 1)
function mass(a: number, x: number): number {
  if (a < 10) return exp(a * log(x) - x - logGamma(a + 1))
  return exp(-a * logGap((x - a) / a, x / a) - stirlingRest(a)) / (SQRT_TWO_PI * Math.sqrt(a))
}

// P(a, x) by its power series (DLMF 8.11.4): terms are positive.
function series(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; k < TERMS; k++) {
    term *= x / (a + k)
    sum += term
    if (term < sum * 1e-17) return sum * mass(a, x)
  }
  return NaN
}

// Q(a, x) by its continued fraction (DLMF 8.9.2), Lentz's rule.
function fraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = Infinity
  let d = 1 / b
  let product = d
  for (let k = 1; k < TERMS; k++) {
    const numerator = k * (a - k)
    b += 2
    d = 1 / (numerator * d + b)
    c = b + numerator / c
    product *= c * d
    if (Math.abs(c * d - 1) < 3e-16) return product * mass(a, x) * a
  }
  return NaN
}

// The smaller of P and Q by Temme's uniform expansion (Gil, Segura and Temme 2012, section 2.3); side is -1 for P, 1 for Q.
function uniform(a: number, x: number, side: number): number {
  const mu = (x - a) / a
  const half = logGap(mu, x / a)
  const eta = (mu < 0 ? -1 : 1) * Math.sqrt(2 * half)
  // β(n-1) = ratio(n) + (n + 1) β(n+1) / a, summed as Σ β(n) ηⁿ on the way down.
  let above = 0
  let here = 0
  let sum = 0
  for (let n = RATIO.length - 1; n >= 1; n--) {
    const below = RATIO[n]! + ((n + 1) * above) / a
    sum = sum * eta + below
    above = here
    here = below
  }
  const rest = (exp(-a * half) * sum) / (SQRT_TWO_PI * Math.sqrt(a) * (1 + above / a))
  return normalCdf(-side * eta * Math.sqrt(a)) + side * rest
}

// [P, Q], one of them as 1 - the other.
function both(a: number, x: number): [number, number] {
  if (!(a > 0 && x >= 0)) return [NaN, NaN]
  if (x === 0) return [0, 1]
  if (x === Infinity) return [1, 0]
  if (a > 25 && Math.abs(x - a) < 0.6 * a) {
    const side = x < a ? -1 : 1
    const value = uniform(a, x, side)
    return side < 0 ? [value, 1 - value] : [1 - value, value]
  }
  if (x < a + 1) {
    const p = series(a, x)
    return [p, 1 - p]
  }
  const q = fraction(a, x)
  return [1 - q, q]
}

/**
 * The regularised lower incomplete gamma function P(a, x): the distribution function of the gamma law of shape a > 0 at x >= 0. NaN elsewhere.
 *
 * Max relative error 7.2e-14 on 200 points vs mpmath, a <= 1e6, P > 1e-300.
 */
export function gammaIncP(a: number, x: number): number {
  return both(a, x)[0]
}

/**
 * The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x).
 *
 * Max relative error 2.1e-13 on 200 points vs mpmath, a <= 1e6, Q > 1e-300; for a below 1 and Q near 0 it is 1 - P, and absolute.
 */
export function gammaIncQ(a: number, x: number): number {
  return both(a, x)[1]
}

// Temme's first two terms for large a, Wilson and Hilferty's cube otherwise, or the first term of the series.
function guess(a: number, p: number): number {
  const z = normalQuantile(p)
  const eta = z / Math.sqrt(a)
  if (a > 25 && Math.abs(eta) < 0.8)
    return a * (1 + horner(numbers, eta + (eta / 36 - 0.3333333333333333) / a, MU))
  const root = 1 - 1 / (9 * a) + eta / 3
  return root > 0.5 ? a * root * root * root : exp((log(p) + logGamma(a + 1)) / a)
}

/**
 * The x with P(a, x) = p: the gamma quantile; 2·gammaIncPInv(n/2, p) is the χ² quantile with n degrees of freedom. NaN outside a > 0, 0 <= p <= 1.
 *
 * Newton on log P over log x for p <= 1/2, on log Q over x above: both are concave (a >= 1), so that the iteration cannot diverge.
 *
 * Max relative error 8.9e-16 on 200 points vs mpmath, a <= 1e6.
 */
export function gammaIncPInv(a: number, p: number): number {
  if (!(a > 0 && p >= 0 && p <= 1)) return NaN
  if (p === 0) return 0
  if (p === 1) return Infinity
  let x = guess(a, p)
  for (let k = 0; k < 200; k++) {
    if (x === 0) return 0
    const [lower, upper] = both(a, x)
    const density = a * mass(a, x)
    let next: number
    if (p <= 0.5) {
      const step = logRatio(p, lower) * (lower / density)
      next = x * exp(Math.max(-40, Math.min(40, step)))
    } else {
      next = x - x * logRatio(1 - p, upper) * (upper / density)
      if (!(next > 0)) next = 0.5 * x
    }
    const done = Math.abs(next - x) <= 1e-10 * x
    x = next
    if (done) return x
  }
  return NaN
}
