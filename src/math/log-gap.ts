import { numbers } from './arithmetic.ts'
import { log, log1p } from './log.ts'
import { horner } from './polynomial.ts'

// 1/3, 1/5, …: the series of artanh, long enough for s² <= 1/9.
const ARTANH = Array.from({ length: 17 }, (_, i) => 1 / (2 * i + 3))

/**
 * e - log(1 + e) with full relative accuracy, e > -1: the exponent by which binomial, Poisson and gamma densities fall off their mode.
 *
 * @param ratio 1 + e, known better than by that sum where e is near -1.
 */
export function logGap(e: number, ratio: number): number {
  if (e < -0.8) return e - log(ratio)
  if (e < -0.5 || !(e < 0.8)) return e - log1p(e)
  // With s = e/(2 + e): e - 2 artanh s = e s - 2 s³ (1/3 + s²/5 + …), where nothing cancels.
  const s = e / (2 + e)
  const z = s * s
  return s * (e - 2 * z * horner(numbers, z, ARTANH))
}

/** log(a / b) for positive a and b, also where the two are close, or far apart. */
export function logRatio(a: number, b: number): number {
  return Math.abs(a - b) < 0.5 * b ? log1p((a - b) / b) : log(a) - log(b)
}
