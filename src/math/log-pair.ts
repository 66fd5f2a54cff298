import { numbers } from './arithmetic.ts'
import { productError, sumError } from './exact.ts'
import { horner } from './polynomial.ts'

const LN2_HIGH = 6.93147180369123816e-1
const LN2_LOW = 1.9082149292705877e-10
const THIRD = 0.3333333333333333
const THIRD_LOW = 1.850371707708594e-17
// artanh(s) = s + s³ (1/3 + z/5 + z²/7 + …), z = s²: the coefficients from 1/5 on.
const ARTANH = Array.from({ length: 11 }, (_, i) => 1 / (2 * i + 5))

/** log x for finite x > 0 as a sum [high, low], wrong by about 2^-66 of its size. */
export function logPair(x: number): [number, number] {
  const whole = numbers.mantissa(x)
  const above = whole > 1.4142135623730951 ? 1 : 0
  const k = numbers.exponent(x) + above
  const f = (above === 1 ? 0.5 * whole : whole) - 1
  // s + sLow = f / (2 + f)
  const d = 2 + f
  const s = f / d
  const p = s * d
  const sLow = (f - p - productError(s, d, p) - s * (f - (d - 2))) / d
  // z + zLow = (s + sLow)²
  const z = s * s
  const zLow = productError(s, s, z) + 2 * s * sLow
  // c + cLow = 1/3 + z/5 + …
  const later = z * horner(numbers, z, ARTANH)
  const c = THIRD + later
  const cLow = THIRD - c + later + THIRD_LOW
  const t = z * c
  const tLow = productError(z, c, t) + z * cLow + zLow * c
  const u = s * t
  const uLow = productError(s, t, u) + s * tLow + sLow * t
  const artanh = s + u
  const artanhLow = s - artanh + u + (uLow + sLow)
  const first = k * LN2_HIGH
  const sum = first + 2 * artanh
  const rest = sumError(first, 2 * artanh, sum) + (2 * artanhLow + k * LN2_LOW)
  const high = sum + rest
  return [high, sum - high + rest]
}
