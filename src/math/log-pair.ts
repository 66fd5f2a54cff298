import { numbers, type Arithmetic } from './arithmetic.ts'
import { productErrorIn, sumErrorIn } from './exact.ts'
import { horner } from './polynomial.ts'

const ROOT_TWO = 1.4142135623730951
const LN2_HIGH = 6.93147180369123816e-1
const LN2_LOW = 1.9082149292705877e-10
const THIRD = 0.3333333333333333
const THIRD_LOW = 1.850371707708594e-17
// artanh(s) = s + s³ (1/3 + z/5 + z²/7 + …), z = s²: the coefficients from 1/5 on.
const ARTANH = Array.from({ length: 11 }, (_, i) => 1 / (2 * i + 5))

/** The body of `logPair`. */
export function logPairIn<T>(m: Arithmetic<T>, x: T): [T, T] {
  const one = m.constant(1)
  const two = m.constant(2)
  const whole = m.mantissa(x)
  const above = m.less(m.constant(ROOT_TWO), whole)
  const k = m.add(m.exponent(x), above)
  const f = m.sub(m.mul(whole, m.sub(one, m.mul(m.constant(0.5), above))), one)
  // s + sLow = f / (2 + f)
  const d = m.add(two, f)
  const s = m.div(f, d)
  const p = m.mul(s, d)
  const left = m.sub(m.sub(f, p), productErrorIn(m, s, d, p))
  const sLow = m.div(m.sub(left, m.mul(s, m.sub(f, m.sub(d, two)))), d)
  // z + zLow = (s + sLow)²
  const z = m.mul(s, s)
  const zLow = m.add(productErrorIn(m, s, s, z), m.mul(m.mul(two, s), sLow))
  // c + cLow = 1/3 + z/5 + …
  const later = m.mul(z, horner(m, z, ARTANH))
  const c = m.add(m.constant(THIRD), later)
  const cLow = m.add(m.add(m.sub(m.constant(THIRD), c), later), m.constant(THIRD_LOW))
  const t = m.mul(z, c)
  const tLow = m.add(m.add(productErrorIn(m, z, c, t), m.mul(z, cLow)), m.mul(zLow, c))
  const u = m.mul(s, t)
  const uLow = m.add(m.add(productErrorIn(m, s, t, u), m.mul(s, tLow)), m.mul(sLow, t))
  const artanh = m.add(s, u)
  const artanhLow = m.add(m.add(m.sub(s, artanh), u), m.add(uLow, sLow))
  const first = m.mul(k, m.constant(LN2_HIGH))
  const second = m.mul(two, artanh)
  const sum = m.add(first, second)
  const low = m.add(m.mul(two, artanhLow), m.mul(k, m.constant(LN2_LOW)))
  const rest = m.add(sumErrorIn(m, first, second, sum), low)
  const high = m.add(sum, rest)
  return [high, m.add(m.sub(sum, high), rest)]
}

/** log x for finite x > 0 as a sum [high, low], wrong by about 2^-66 of its size. */
export function logPair(x: number): [number, number] {
  return logPairIn(numbers, x)
}
