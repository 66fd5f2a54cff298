import { numbers, type Arithmetic } from './arithmetic.ts'
import { paired } from './polynomial.ts'

const LOG2_E = 1.4426950408889634

/** What the bodies of exponentials need to know about a precision. */
export interface ExpTable {
  /** Where the result is 0, and where it is ∞. */
  readonly lowest: number
  readonly highest: number
  /** Where e^x - 1 is -1. */
  readonly negligible: number
  /** ln 2 in two parts: the product of the first with any k is exact. */
  readonly ln2High: number
  readonly ln2Low: number
  /** r coth(r/2) = 2 + r² P(r²) for |r| <= ln(2)/2. */
  readonly coth: readonly number[]
}

/** f64; the polynomial is that of fdlibm e_exp.c (minimax). */
const double: ExpTable = {
  lowest: -746,
  highest: 710,
  negligible: -40,
  ln2High: 6.93147180369123816e-1,
  ln2Low: 1.9082149292705877e-10,
  coth: [
    1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5,
    -1.6533902205465251539e-6, 4.13813679705723846039e-8,
  ],
}

/** f32; minimax (test/math/golden/coefficients.py). */
export const expSingle: ExpTable = {
  lowest: -104,
  highest: 89,
  negligible: -20,
  ln2High: 0.693145751953125,
  ln2Low: 1.428606765330187e-6,
  coth: [0.16666626, -0.0027667545],
}

// The integer nearest to x / ln 2.
function powerOf<T>(m: Arithmetic<T>, x: T): T {
  return m.floor(m.add(m.mul(x, m.constant(LOG2_E)), m.constant(0.5)))
}

// exp(x)·2^-k - shift. Subtractions only, so that -0 comes out as -0 where shift and k are 0.
function reduced<T>(m: Arithmetic<T>, x: T, k: T, shift: T, table: ExpTable): T {
  const high = m.sub(x, m.mul(k, m.constant(table.ln2High)))
  const low = m.mul(k, m.constant(table.ln2Low))
  const r = m.sub(high, low)
  const z = m.mul(r, r)
  const c = m.sub(r, m.mul(z, paired(m, z, table.coth)))
  // exp(r) = 1 + r + r c / (2 - c); the exact part of r goes in last.
  const tail = m.sub(low, m.div(m.mul(r, c), m.sub(m.constant(2), c)))
  return m.sub(m.sub(high, shift), tail)
}

/** The body of `exp`: one division. */
export function expIn<T>(m: Arithmetic<T>, x: T, table: ExpTable = double): T {
  // Beyond these 2^k would leave the range that scale2 rounds.
  const y = m.max(m.constant(table.lowest), m.min(m.constant(table.highest), x))
  const k = powerOf(m, y)
  return m.scale2(reduced(m, y, k, m.constant(-1), table), k)
}

/** The body of `expm1`: one division. */
export function expm1In<T>(m: Arithmetic<T>, x: T, table: ExpTable = double): T {
  const y = m.max(m.constant(table.negligible), m.min(m.constant(table.highest), x))
  const k = powerOf(m, y)
  const shift = m.sub(m.scale2(m.constant(1), m.sub(m.constant(0), k)), m.constant(1))
  return m.scale2(reduced(m, y, k, shift, table), k)
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
