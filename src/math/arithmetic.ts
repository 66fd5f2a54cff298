/**
 * The operations from which every elementary function is built. One body, `expIn(m, x)`, serves plain numbers (`numbers`) and anything
 * else that can add and multiply: a tracer of expression graphs, an emitter of SIMD code.
 *
 * `x = scale2(mantissa(x), exponent(x))` holds for every x that is not NaN. NaN in gives NaN out, except in comparisons.
 */
export interface Arithmetic<T> {
  constant(value: number): T
  add(a: T, b: T): T
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  div(a: T, b: T): T
  sqrt(a: T): T
  abs(a: T): T
  floor(a: T): T
  /** NaN when either is NaN; -0 is less than 0 (as `Math.min`). */
  min(a: T, b: T): T
  max(a: T, b: T): T
  /** 1 when a < b, otherwise 0 (also for NaN). */
  less(a: T, b: T): T
  /** 1 when a = b, otherwise 0 (also for NaN; -0 equals 0). */
  equal(a: T, b: T): T
  /** a where condition ≠ 0 (NaN counts as ≠ 0), otherwise b. */
  select(condition: T, a: T, b: T): T
  /** x·2^k for an integer-valued or infinite k, rounded once (also into the subnormal range); k beyond ±2,100 counts as ±2,100. */
  scale2(x: T, k: T): T
  /** ⌊log₂|x|⌋; -∞ at ±0, ∞ at ±∞. */
  exponent(x: T): T
  /** x·2^-exponent(x), of absolute value in [1, 2); ±1 at ±0 and ±∞. */
  mantissa(x: T): T
}

// 2^k for -1022 <= k <= 1023, at index k + 1022.
const powersOfTwo = new Float64Array(2046)
for (let k = 0; k <= 1023; k++) {
  powersOfTwo[1022 + k] = k === 0 ? 1 : powersOfTwo[1021 + k]! * 2
  if (k <= 1022) powersOfTwo[1022 - k] = k === 0 ? 1 : powersOfTwo[1023 - k]! / 2
}

const view = new Float64Array(1)
const words = new Int32Array(view.buffer)
view[0] = -0
const high = words[1] === 0 ? 0 : 1

const TWO_54 = 18014398509481984
const TWO_1023 = powersOfTwo[2045]!
const TWO_MINUS_969 = powersOfTwo[53]!

function exponentOfSpecial(x: number): number {
  if (x === 0) return -Infinity
  if (x !== x) return NaN
  if (x - x !== 0) return Infinity
  return exponent(x * TWO_54) - 54
}

function exponent(x: number): number {
  view[0] = x
  const biased = (words[high]! >>> 20) & 2047
  return biased === 0 || biased === 2047 ? exponentOfSpecial(x) : biased - 1023
}

// At least one step stays in the normal range for every x whose result is not 0, so that only the last product rounds.
function scaleFar(x: number, k: number): number {
  let y = x
  let left = Math.max(-2100, Math.min(2100, k))
  while (left > 1023) {
    y *= TWO_1023
    left -= 1023
  }
  while (left < -1022) {
    y *= TWO_MINUS_969
    left += 969
  }
  return left === left ? y * powersOfTwo[left + 1022]! : NaN
}

function mantissaOfSpecial(x: number): number {
  if (x === 0) return 1 / x > 0 ? 1 : -1
  if (x !== x) return NaN
  if (x - x !== 0) return x > 0 ? 1 : -1
  return scaleFar(x, -exponent(x))
}

/** Plain numbers. Kept one object of one shape, so that the engine inlines it into the bodies. */
export const numbers: Arithmetic<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  sqrt: (a) => Math.sqrt(a),
  abs: (a) => Math.abs(a),
  floor: (a) => Math.floor(a),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  less: (a, b) => (a < b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  select: (condition, a, b) => (condition !== 0 ? a : b),
  scale2: (x, k) => (k >= -1022 && k <= 1023 ? x * powersOfTwo[k + 1022]! : scaleFar(x, k)),
  exponent,
  mantissa: (x) => {
    view[0] = x
    const biased = (words[high]! >>> 20) & 2047
    return biased === 0 || biased >= 2046 ? mantissaOfSpecial(x) : x * powersOfTwo[2045 - biased]!
  },
}
