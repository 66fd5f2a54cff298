/**
 * Functions that cells call, as source: a bundler that shortens names would shorten theirs, and cells could not find them any more. GPU.js translates
 * them for its mode; in JavaScript they are ordinary functions, exact in f32 and in f64.
 */

/** ⌊i/n⌋ for whole numbers 0 <= i < 2²⁴ and n >= 1: a GPU's division may be off by a few units in the last place. */
const quotient = `function quotient(i, n) {
  let q = Math.floor(i / n)
  const rest = i - q * n
  if (rest < 0) {
    q = q - 1
  }
  if (rest >= n) {
    q = q + 1
  }
  return q
}`

/** 2^k for a whole number k of absolute value below 256, by exact products. Written out: as a loop, an exponential takes three times as long in WebAssembly. */
const powerOfTwo = `function powerOfTwo(k) {
  let left = Math.abs(k)
  let step64 = 18446744073709551616
  let step32 = 4294967296
  let step16 = 65536
  let step8 = 256
  let step4 = 16
  let step2 = 4
  let step1 = 2
  if (k < 0) {
    step64 = 5.421010862427522e-20
    step32 = 2.3283064365386963e-10
    step16 = 0.0000152587890625
    step8 = 0.00390625
    step4 = 0.0625
    step2 = 0.25
    step1 = 0.5
  }
  let power = 1
  if (left >= 128) {
    power = power * step64 * step64
    left = left - 128
  }
  if (left >= 64) {
    power = power * step64
    left = left - 64
  }
  if (left >= 32) {
    power = power * step32
    left = left - 32
  }
  if (left >= 16) {
    power = power * step16
    left = left - 16
  }
  if (left >= 8) {
    power = power * step8
    left = left - 8
  }
  if (left >= 4) {
    power = power * step4
    left = left - 4
  }
  if (left >= 2) {
    power = power * step2
    left = left - 2
  }
  if (left >= 1) {
    power = power * step1
  }
  return power
}`

/** x·2^k for a whole or infinite k, in two steps, so that neither leaves the range before the result does. */
const scaled = `function scaled(x, k) {
  const bounded = Math.max(-300, Math.min(300, k))
  const half = Math.floor(bounded / 2)
  return x * powerOfTwo(half) * powerOfTwo(bounded - half)
}`

/** ⌊log₂ x⌋ for a normal f32 x > 0. */
const exponentOf = `function exponentOf(x) {
  let y = x
  let e = 0
  if (y < 1) {
    e = -127
    y = y * 18446744073709551616 * 9223372036854775808
  }
  if (y >= 18446744073709551616) {
    y = y * 5.421010862427522e-20
    e = e + 64
  }
  if (y >= 4294967296) {
    y = y * 2.3283064365386963e-10
    e = e + 32
  }
  if (y >= 65536) {
    y = y * 0.0000152587890625
    e = e + 16
  }
  if (y >= 256) {
    y = y * 0.00390625
    e = e + 8
  }
  if (y >= 16) {
    y = y * 0.0625
    e = e + 4
  }
  if (y >= 4) {
    y = y * 0.25
    e = e + 2
  }
  if (y >= 2) {
    e = e + 1
  }
  return e
}`

export type HelperName = 'quotient' | 'powerOfTwo' | 'scaled' | 'exponentOf'

interface Helper {
  readonly source: string
  readonly calls: readonly HelperName[]
}

export const helpers: Readonly<Record<HelperName, Helper>> = {
  quotient: { source: quotient, calls: [] },
  powerOfTwo: { source: powerOfTwo, calls: [] },
  scaled: { source: scaled, calls: ['powerOfTwo'] },
  exponentOf: { source: exponentOf, calls: [] },
}
