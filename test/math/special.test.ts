import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as math from '../../src/math/index.ts'
import { absolute, relative, worst } from './golden.ts'

const {
  betaInc,
  betaIncInv,
  erfc,
  gammaIncP,
  gammaIncPInv,
  gammaIncQ,
  logBeta,
  logGamma,
  normalCdf,
  normalQuantile,
} = math

const relativeBounds: [string, (...values: number[]) => number, number][] = [
  ['normalCdf', normalCdf, 1e-15],
  ['normalQuantile', normalQuantile, 1e-15],
  ['logGamma', logGamma, 2e-15],
  ['gammaIncP', gammaIncP, 5e-13],
  ['gammaIncQ', gammaIncQ, 5e-13],
  ['gammaIncPInv', gammaIncPInv, 1e-13],
  ['betaInc', betaInc, 1e-12],
  ['betaIncInv', betaIncInv, 1e-12],
]

test.each(relativeBounds)('%s is within its relative bound of the true value', (name, f, bound) => {
  const { error, at } = worst(name, f, relative)
  expect(error, `at ${at}`).toBeLessThan(bound)
})

test('logBeta is within 1e-9 of the true value up to 1e7, absolutely', () => {
  const { error, at } = worst('logBeta', logBeta, absolute)
  expect(error, `at ${at}`).toBeLessThan(1e-9)
})

test('arguments outside the domain give NaN', () => {
  const results = [
    logGamma(-1),
    logBeta(0, 1),
    normalQuantile(-0.1),
    normalQuantile(1.1),
    normalCdf(NaN),
    gammaIncP(-1, 1),
    gammaIncP(1, -1),
    gammaIncQ(NaN, 1),
    gammaIncPInv(0, 0.5),
    gammaIncPInv(2, 1.5),
    gammaIncPInv(2, NaN),
    betaInc(1, 1, -0.1),
    betaInc(0, 1, 0.5),
    betaIncInv(1, -1, 0.5),
    betaIncInv(1, 1, NaN),
  ]
  expect(results).toEqual(results.map(() => NaN))
})

test('the ends of the ranges', () => {
  expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(0)]).toEqual([0, 1, 0.5])
  expect([normalQuantile(0), normalQuantile(1), normalQuantile(0.5)]).toEqual([-Infinity, Infinity, 0])
  expect([logGamma(0), logGamma(1), logGamma(2), logGamma(Infinity)]).toEqual([Infinity, 0, 0, Infinity])
  expect([gammaIncP(2, 0), gammaIncP(2, Infinity), gammaIncQ(2, 0), gammaIncQ(2, Infinity)]).toEqual([
    0, 1, 1, 0,
  ])
  expect([gammaIncPInv(2, 0), gammaIncPInv(2, 1)]).toEqual([0, Infinity])
  expect([betaInc(2, 3, 0), betaInc(2, 3, 1), betaIncInv(2, 3, 0), betaIncInv(2, 3, 1)]).toEqual([0, 1, 0, 1])
})

const shape = fc.double({ min: 0.3, max: 300, noNaN: true })
const probability = fc.double({ min: 1e-8, max: 1 - 1e-8, noNaN: true })

test('inverses invert', () => {
  fc.assert(
    fc.property(shape, shape, probability, (a, b, p) => {
      const tail = Math.min(p, 1 - p)
      const x = betaIncInv(a, b, p)
      // Near 1 one place of x can move the probability by more than its own rounding.
      expect(betaInc(a, b, x * (1 - 2 ** -51))).toBeLessThanOrEqual(p + 1e-12 * tail + 4e-16)
      expect(betaInc(a, b, Math.min(1, x * (1 + 2 ** -51)))).toBeGreaterThanOrEqual(p - 1e-12 * tail - 4e-16)
      expect(Math.abs(gammaIncP(a, gammaIncPInv(a, p)) - p)).toBeLessThan(1e-12 * tail + 4e-16)
      expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThan(1e-14 * tail + 4e-16)
    }),
  )
})

test('distribution functions rise', () => {
  fc.assert(
    fc.property(
      shape,
      shape,
      probability,
      fc.double({ min: 1e-9, max: 0.1, noNaN: true }),
      (a, b, p, step) => {
        const x = 3 * normalQuantile(p)
        const slack = 1 + 1e-12
        expect(normalCdf(x)).toBeLessThanOrEqual(normalCdf(x + step) * slack)
        expect(gammaIncP(a, p * 2 * a)).toBeLessThanOrEqual(gammaIncP(a, p * 2 * a + step) * slack)
        expect(betaInc(a, b, p)).toBeLessThanOrEqual(betaInc(a, b, Math.min(1, p + step)) * slack)
      },
    ),
  )
})

test('reflections and recurrences', () => {
  fc.assert(
    fc.property(shape, shape, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (a, b, x) => {
      expect(Math.abs(betaInc(a, b, x) + betaInc(b, a, 1 - x) - 1)).toBeLessThan(1e-12)
      expect(Math.abs(gammaIncP(a, a * 2 * x) + gammaIncQ(a, a * 2 * x) - 1)).toBeLessThan(1e-15)
      expect(Math.abs(logGamma(a + 1) - logGamma(a) - math.log(a))).toBeLessThan(
        1e-15 * (10 + logGamma(a + 1)),
      )
      // The difference of log Γ rounds at their size.
      const difference = logGamma(a) + logGamma(b) - logGamma(a + b)
      expect(Math.abs(logBeta(a, b) - difference)).toBeLessThan(1e-15 * (10 + logGamma(a + b)))
    }),
  )
})

test('closed forms: exponential, χ² with one degree, uniform and arcsine laws', () => {
  fc.assert(
    fc.property(probability, (p) => {
      const x = 5 * p
      expect(Math.abs(gammaIncQ(1, x) / math.exp(-x) - 1)).toBeLessThan(1e-14)
      expect(Math.abs(gammaIncQ(0.5, x) / erfc(Math.sqrt(x)) - 1)).toBeLessThan(2e-14)
      expect(Math.abs(betaInc(1, 1, p) / p - 1)).toBeLessThan(1e-14)
      expect(Math.abs(betaInc(1, 3, p) - (1 - (1 - p) ** 3))).toBeLessThan(1e-14)
      // I_x(1/2, 1/2) = 2/π arcsin √x
      expect(Math.abs(math.sinTurns(betaInc(0.5, 0.5, p) / 4) - Math.sqrt(p))).toBeLessThan(1e-14)
    }),
  )
})

test('the incomplete beta function of tiny shapes: I_x(a, 1) = x^a, and quantiles that underflow are 0', () => {
  for (const a of [1e-320, 1e-150, 1e-30, 1e-10, 1e-3]) {
    for (const x of [5e-324, 1e-150, 1e-10, 1e-3, 0.3]) {
      expect(Math.abs(betaInc(a, 1, x) - x ** a)).toBeLessThan(1e-13)
      if (x >= 1e-3) expect(Math.abs(betaInc(1, a, 1 - x) - (1 - x ** a))).toBeLessThan(1e-13)
      for (const b of [0.5, 2, 5.5]) {
        // Increasing in x, decreasing in b.
        expect(betaInc(a, b, x)).toBeLessThanOrEqual(betaInc(a, b, 0.5) + 1e-13)
        expect(betaInc(a, b, x)).toBeLessThanOrEqual(betaInc(a, b + 1, x) + 1e-13)
      }
    }
    if (a <= 1e-10) for (const b of [0.5, 1, 2, 5, 5.5]) expect(betaIncInv(a, b, 0.3)).toBe(0)
  }
})
