import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as math from '../../src/math/index.ts'
import { inUlps, ulp, worst } from './golden.ts'

const { cos, cosTurns, erf, erfc, exp, expm1, log, log1p, pow, sin, sinTurns, tanh } = math

const bounds: [string, (...values: number[]) => number, number][] = [
  ['exp', exp, 1.1],
  ['expm1', expm1, 1.2],
  ['log', log, 0.9],
  ['log1p', log1p, 0.9],
  ['sin', sin, 1.8],
  ['cos', cos, 1.8],
  ['sinTurns', sinTurns, 1.6],
  ['cosTurns', cosTurns, 1.6],
  ['tanh', tanh, 1.4],
  ['erf', erf, 1.5],
  ['erfc', erfc, 4.5],
  ['pow', pow, 1.3],
]

test.each(bounds)(
  '%s is within its bound of the true value, in units of the last place',
  (name, f, bound) => {
    const { error, at } = worst(name, f, inUlps)
    expect(error, `at ${at}`).toBeLessThan(bound)
  },
)

test('the measure of error sees one unit in the last place', () => {
  expect(worst('log', (x) => log(x) + 2 * ulp(log(x)), inUlps).error).toBeGreaterThan(1.5)
})

const unary = { exp, expm1, log, log1p, sin, cos, sinTurns, cosTurns, tanh, erf, erfc }

test.each(Object.entries(unary))('%s(NaN) is NaN', (_, f) => {
  expect(f(NaN)).toBeNaN()
})

test.each(Object.entries({ expm1, log1p, sin, sinTurns, tanh, erf }))('%s keeps the sign of zero', (_, f) => {
  expect(f(0)).toBe(0)
  expect(f(-0)).toBe(-0)
  expect(f(5e-324)).toBeGreaterThanOrEqual(0)
})

test('the ends of the ranges', () => {
  expect([exp(-Infinity), exp(Infinity), exp(0), exp(709.7), exp(709.8), exp(-746)]).toEqual([
    0,
    Infinity,
    1,
    1.6549840276802644e308,
    Infinity,
    0,
  ])
  expect([expm1(-Infinity), expm1(Infinity), expm1(-50)]).toEqual([-1, Infinity, -1])
  expect([log(0), log(-0), log(Infinity), log(1)]).toEqual([-Infinity, -Infinity, Infinity, 0])
  expect([log(-1), log(-Infinity), log(-5e-324), log1p(-1.5), log1p(-Infinity)]).toEqual([
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ])
  expect([log1p(-1), log1p(Infinity), log1p(1e-300)]).toEqual([-Infinity, Infinity, 1e-300])
  expect([tanh(-Infinity), tanh(Infinity), tanh(30)]).toEqual([-1, 1, 1])
  expect([erf(-Infinity), erf(Infinity), erf(7)]).toEqual([-1, 1, 1])
  expect([erfc(-Infinity), erfc(Infinity), erfc(0), erfc(27.5)]).toEqual([2, 0, 1, 0])
  expect([sin(Infinity), cos(-Infinity), sin(2 ** 32), cos(2 ** 32), sinTurns(Infinity)]).toEqual([
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ])
  expect([sinTurns(0.25), sinTurns(0.75), sinTurns(2 ** 40 + 0.25), cosTurns(0), cosTurns(0.5)]).toEqual([
    1, -1, 1, 1, -1,
  ])
})

test('the sign of pow at its special values, as in IEEE 754', () => {
  expect([pow(NaN, 0), pow(1, NaN), pow(-1, Infinity), pow(2, NaN), pow(-2, 0.5)]).toEqual([
    1,
    1,
    1,
    NaN,
    NaN,
  ])
  expect([pow(0, 3), pow(-0, 3), pow(-0, 2), pow(-0, -3), pow(0, -2)]).toEqual([
    0,
    -0,
    0,
    -Infinity,
    Infinity,
  ])
  expect([pow(-Infinity, 3), pow(-Infinity, -3), pow(-Infinity, 2), pow(Infinity, 0.5)]).toEqual([
    -Infinity,
    -0,
    Infinity,
    Infinity,
  ])
  expect([pow(0.5, Infinity), pow(2, -Infinity), pow(2, Infinity), pow(0.5, -Infinity)]).toEqual([
    0,
    0,
    Infinity,
    Infinity,
  ])
  expect([pow(2, -1074), pow(2, 1023), pow(4, 0.5), pow(0.25, -3), pow(2, 1e300)]).toEqual([
    5e-324,
    2 ** 1023,
    2,
    64,
    Infinity,
  ])
})

test('pow overflows to infinity, and takes no nearly whole shift of a power of two for a whole one', () => {
  expect([pow(1.313856805938207e55, 5.637752714433706), pow(0.3927373860636602, -777.8421851267096)]).toEqual(
    [Infinity, Infinity],
  )
  // The exponent falls short of 1/3 by 2^-54/3, so that the power is above 2^-358 by far more than a rounding.
  expect(pow(2 ** -1074, 1 / 3) / 2 ** -358 - 1).toBeCloseTo((1074 * log(2) * 2 ** -54) / 3, 15)
})

test('integer powers that a double holds are exact', () => {
  fc.assert(
    fc.property(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 1, max: 40 }), (x, n) => {
      const power = BigInt(x) ** BigInt(n)
      if (BigInt(Number(power)) === power && Number.isSafeInteger(Number(power)))
        expect(pow(x, n)).toBe(Number(power))
    }),
  )
})

const small = fc.double({ min: -30, max: 30, noNaN: true })

test('odd functions are odd and even ones even, to the bit', () => {
  fc.assert(
    fc.property(small, (x) => {
      expect(tanh(-x)).toBe(-tanh(x))
      expect(erf(-x)).toBe(-erf(x))
      expect(Math.abs(sin(-x) + sin(x))).toBeLessThanOrEqual(ulp(sin(x)))
      expect(Math.abs(cos(-x) - cos(x))).toBeLessThanOrEqual(2 * ulp(cos(x)))
    }),
  )
})

test('identities between the functions hold to rounding', () => {
  fc.assert(
    fc.property(small, (x) => {
      expect(Math.abs(log(exp(x)) - x)).toBeLessThan(3e-16 * (1 + Math.abs(x)))
      expect(Math.abs(sin(x) ** 2 + cos(x) ** 2 - 1)).toBeLessThan(1e-15)
      expect(Math.abs(sinTurns(x) ** 2 + cosTurns(x) ** 2 - 1)).toBeLessThan(1e-15)
      expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThan(3e-16)
      expect(Math.abs(expm1(x) - (exp(x) - 1))).toBeLessThan(5e-16 * (1 + exp(x)))
      expect(Math.abs(log1p(expm1(Math.abs(x))) - Math.abs(x))).toBeLessThan(1e-15 * (1 + Math.abs(x)))
    }),
  )
})

test('beyond 2^20 sin and cos err by at most |x| 2^-52', () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** 20, max: 2 ** 32 - 1, noNaN: true }), (x) => {
      expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThanOrEqual(x * 2 ** -52)
      expect(Math.abs(cos(-x) - Math.cos(x))).toBeLessThanOrEqual(x * 2 ** -52)
    }),
    { numRuns: 1000 },
  )
})
