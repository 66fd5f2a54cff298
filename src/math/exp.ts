import { numbers, type Arithmetic } from './arithmetic.ts'
import { horner } from './polynomial.ts'

const LOG2_E = 1.4426950408889634
// ln 2 in two parts: the first has 32 bits, so that its product with |k| < 2^20 is exact.
const LN2_HIGH = 6.93147180369123816e-1
const LN2_LOW = 1.9082149292705877e-10

// r coth(r/2) = 2 + r² P(r²) for |r| <= ln(2)/2 (minimax; fdlibm e_exp.c).
const COTH = [
  1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.6533902205465251539e-6,
  4.13813679705723846039e-8,
]

// The integer nearest to x / ln 2.
function powerOf<T>(m: Arithmetic<T>, x: T): T {
  return m.floor(m.add(m.mul(x, m.constant(LOG2_E)), m.constant(0.5)))
}

// exp(x)·2^-k - shift. Subtractions only, so that -0 comes out as -0 where shift and k are 0.
function reduced<T>(m: Arithmetic<T>, x: T, k: T, shift: T): T {
  const high = m.sub(x, m.mul(k, m.constant(LN2_HIGH)))
  const low = m.mul(k, m.constant(LN2_LOW))
  const r = m.sub(high, low)
  const z = m.mul(r, r)
  const c = m.sub(r, m.mul(z, horner(m, z, COTH)))
  // exp(r) = 1 + r + r c / (2 - c); the exact part of r goes in last.
  const tail = m.sub(low, m.div(m.mul(r, c), m.sub(m.constant(2), c)))
  return m.sub(m.sub(high, shift), tail)
}

/** The body of `exp`: one division. */
export function expIn<T>(m: Arithmetic<T>, x: T): T {
  // Beyond these the result is 0 and infinite, and 2^k would leave the range that scale2 rounds.
  const y = m.max(m.constant(-746), m.min(m.constant(710), x))
  const k = powerOf(m, y)
  return m.scale2(reduced(m, y, k, m.constant(-1)), k)
}

/** The body of `expm1`: one division. */
export function expm1In<T>(m: Arithmetic<T>, x: T): T {
  const y = m.max(m.constant(-40), m.min(m.constant(710), x))
  const k = powerOf(m, y)
  const shift = m.sub(m.scale2(m.constant(1), m.sub(m.constant(0), k)), m.constant(1))
  return m.scale2(reduced(m, y, k, shift), k)
}

/**
 * eˣ, also where it is subnormal; 0 at -∞, ∞ from 709.79 on.
 *
 * Max 0.99 ulp on 8,000 points vs mpmath.
 */
export function exp(x: number): number {
  return expIn(numbers, x)
}

/**
 * eˣ - 1, accurate near 0; keeps the sign of zero.
 *
 * Max 1.02 ulp on 8,000 points vs mpmath.
 */
export function expm1(x: number): number {
  return expm1In(numbers, x)
}
