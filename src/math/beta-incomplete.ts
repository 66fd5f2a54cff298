import { productError, sumError } from './exact.ts'
import { exp, expm1 } from './exp.ts'
import { logBeta, stirlingRest } from './gamma.ts'
import { log, log1p } from './log.ts'
import { logGap, logRatio } from './log-gap.ts'

const SQRT_TWO_PI = 2.5066282746310002
const TERMS = 100000

// Throughout, y = 1 - x is carried beside x, the smaller of the two being the exact one.

// a - (a + b) x, exactly but for the last rounding: how far x is below the mean.
function gapBelowMean(a: number, b: number, x: number, y: number): number {
  if (x > y) return -gapBelowMean(b, a, y, x)
  const sum = a + b
  const product = sum * x
  return a - product - (productError(sum, x, product) + sumError(a, b, sum) * x)
}

// x^a y^b / B(a, b). For large a and b by the distance from the mean (DiDonato and Morris 1992, brcomp), which keeps the digits.
function mass(a: number, b: number, x: number, y: number, gap: number): number {
  if (a < 10 || b < 10) {
    return exp(a * (x < y ? log(x) : log1p(-y)) + b * (x < y ? log1p(-x) : log(y)) - logBeta(a, b))
  }
  const sum = a + b
  const power = a * logGap(-gap / a, (sum * x) / a) + b * logGap(gap / b, (sum * y) / b)
  const rest = stirlingRest(a) + stirlingRest(b) - stirlingRest(sum)
  return (exp(-power - rest) * Math.sqrt((a * b) / sum)) / SQRT_TWO_PI
}

// mass / I_x(a, b) for gap >= 0 by the continued fraction of DiDonato and Morris (1992, bfrac), Lentz's rule; at most about √max(a, b) steps.
function fraction(a: number, b: number, x: number, gap: number): number {
  let c = (a * (gap + 1)) / (a + 1)
  let d = 0
  let product = c
  for (let k = 1; k < TERMS; k++) {
    const step = a + 2 * k - 1
    const numerator = ((a + k - 1) / step) * ((a + b + k - 1) / step) * k * (b - k) * x * x
    const denominator = k + (k * (b - k) * x) / step + ((a + k) * (gap + 1 + k * (2 - x))) / (step + 2)
    d = 1 / (denominator + numerator * d)
    c = denominator + numerator / c
    product *= c * d
    if (Math.abs(c * d - 1) < 3e-16) return product
  }
  return NaN
}

// I_x(a, b) for a <= 1 and b x <= 0.7 by its power series (DiDonato and Morris 1992, bpser), where the fraction may stall.
function series(a: number, b: number, x: number): number {
  let sum = 0
  let factor = 1
  for (let n = 1, term = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    factor *= ((n - b) / n) * x
    term = factor / (a + n)
    sum += term
  }
  return exp(a * log(x) - (logBeta(a, b) + log(a))) * (1 + a * sum)
}

function fromMass(a: number, b: number, x: number, y: number, gap: number, density: number): number {
  if (a <= 1 && x <= y && b * x <= 0.7) return series(a, b, x)
  if (b <= 1 && y <= x && a * y <= 0.7) return 1 - series(b, a, y)
  return gap >= 0 ? density / fraction(a, b, x, gap) : 1 - density / fraction(b, a, y, -gap)
}

/**
 * The regularised incomplete beta function I_x(a, b): the distribution function of the beta law at x. NaN outside a, b > 0, 0 <= x <= 1.
 *
 * Max relative error 1.6e-14 on 200 points vs mpmath, a and b <= 1e7, value > 1e-300.
 */
export function betaInc(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return NaN
  if (x === 0 || x === 1) return x
  const y = 1 - x
  const gap = gapBelowMean(a, b, x, y)
  return fromMass(a, b, x, y, gap, mass(a, b, x, y, gap))
}

// [x, 1 - x] with I_x(a, b) = p for p <= 1/2. Newton on log I over log x, which is concave, so that it converges from the left of x.
function solve(a: number, b: number, p: number): [number, number] {
  let x = a / (a + b)
  let y = b / (a + b)
  let last = x
  for (let k = 0; k < 300; k++) {
    const gap = gapBelowMean(a, b, x, y)
    const density = mass(a, b, x, y, gap)
    const value = fromMass(a, b, x, y, gap, density)
    // A first step from the right may land where I is 0 as a double.
    if (value === 0 && x < last) {
      x = 0.5 * (x + last)
      y = 1 - x
      continue
    }
    if (Number.isNaN(value)) break
    const step = Math.max(-40, (logRatio(p, value) * value * y) / density)
    const change = Math.min(x * expm1(step), 0.5 * y)
    last = x
    x = step < -1 ? x * exp(step) : x + change
    y -= change
    if (Math.abs(change) <= 1e-10 * Math.min(last, y) || x === 0) return [x, y]
  }
  return [NaN, NaN]
}

/**
 * The x with I_x(a, b) = p: the beta quantile. NaN outside a, b > 0, 0 <= p <= 1.
 *
 * Max relative error 7.2e-15 on 200 points vs mpmath, a and b <= 1e7.
 */
export function betaIncInv(a: number, b: number, p: number): number {
  if (!(a > 0 && b > 0 && p >= 0 && p <= 1)) return NaN
  if (p === 0 || p === 1) return p
  return p <= 0.5 ? solve(a, b, p)[0] : solve(b, a, 1 - p)[1]
}
