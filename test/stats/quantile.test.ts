import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stream, uniform } from '../../src/random/index.ts'
import {
  binomialBelow,
  binomialFrom,
  clopperPearson,
  fixedQuantileRanks,
  quantileInterval,
  quantileRanks,
  sampleQuantile,
} from '../../src/stats/index.ts'
import { expectAtMost } from './rates.ts'

/** Laws by their quantile function: continuous, one with atoms, one heavy. */
const laws = [
  { name: 'uniform', of: (u: number) => u },
  { name: 'five atoms', of: (u: number) => Math.floor(5 * u) },
  { name: 'half of the mass at 0', of: (u: number) => Math.max(0, u - 0.5) },
  { name: 'no mean', of: (u: number) => (u < 0.5 ? -1 / (u + 1e-300) : 1 / (1 - u)) },
]

// With 3,000 runs a level of 0.07 would be excluded.
test.each(laws)('time-uniform coverage of quantiles, looked at after every value: $name', ({ name, of }) => {
  const runs = 3000
  const trials = 500
  for (const q of [0.5, 0.9]) {
    const ranks = Array.from({ length: trials + 1 }, (_, n) => quantileRanks(n, q, 0.05))
    const truth = of(q - 1e-12)
    const source = stream(83, name, q)
    let missed = 0
    for (let run = 0; run < runs; run++) {
      const u = uniform(source, trials)
      let upTo = 0
      let below = 0
      for (let n = 1; n <= trials; n++) {
        const x = of(u[n - 1]!)
        if (x <= truth) upTo++
        if (x < truth) below++
        // the order statistic of rank r is ≤ t when at least r values are, and ≥ t when fewer than r are below
        if (upTo < ranks[n]!.lower || below >= ranks[n]!.upper) {
          missed++
          break
        }
      }
    }
    expectAtMost(missed, runs, 0.05)
  }
})

test.each([20, 200, 2000])('coverage of the interval itself at n = %i', (n) => {
  const runs = n === 2000 ? 500 : 3000
  const source = stream(83, 'interval', n)
  for (const { of } of laws) {
    let missed = 0
    let fixed = 0
    for (let run = 0; run < runs; run++) {
      const x = uniform(source, n).map(of).sort()
      const truth = of(0.5 - 1e-12)
      const wide = quantileInterval(x, 0.5, 0.05)
      const exact = quantileInterval(x, 0.5, 0.05, undefined, fixedQuantileRanks)
      if (wide.lower > truth || wide.upper < truth) missed++
      if (exact.lower > truth || exact.upper < truth) fixed++
      expect(exact.lower).toBeGreaterThanOrEqual(wide.lower)
      expect(exact.upper).toBeLessThanOrEqual(wide.upper)
    }
    expectAtMost(missed, runs, 0.05)
    expectAtMost(fixed, runs, 0.05)
  }
})

test('the fixed ranks are the narrowest with α/2 in each tail', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.constantFrom(0.2, 0.01, 1e-6),
      (n, q, alpha) => {
        const { lower, upper } = fixedQuantileRanks(n, q, alpha)
        expect(binomialBelow(n, q, lower)).toBeLessThanOrEqual(alpha / 2)
        expect(binomialBelow(n, q, lower + 1)).toBeGreaterThan(alpha / 2)
        expect(binomialFrom(n, q, upper)).toBeLessThanOrEqual(alpha / 2)
        expect(binomialFrom(n, q, upper - 1)).toBeGreaterThan(alpha / 2)
      },
    ),
  )
})

test('the fixed interval read after every value overshoots its level', () => {
  const runs = 1000
  const source = stream(83, 'peeking')
  const ranks = Array.from({ length: 501 }, (_, n) => fixedQuantileRanks(n, 0.5, 0.05))
  let missed = 0
  for (let run = 0; run < runs; run++) {
    let below = 0
    missed += uniform(source, 500).some((u, k) => {
      if (u < 0.5) below++
      return below < ranks[k + 1]!.lower || below >= ranks[k + 1]!.upper
    })
      ? 1
      : 0
  }
  expect(clopperPearson(missed, runs, 1e-6).lower).toBeGreaterThan(0.1)
})

test('few values say nothing, and the ends are data or infinite', () => {
  expect(quantileInterval([], 0.5, 0.05)).toEqual({ lower: -Infinity, upper: Infinity })
  expect(quantileInterval([1, 2, 3], 0.5, 0.05)).toEqual({ lower: -Infinity, upper: Infinity })
  const x = uniform(stream(83, 'ends'), 100).sort()
  const { lower, upper } = quantileInterval(x, 0.5, 0.05)
  expect(x.includes(lower) && x.includes(upper)).toBe(true)
  // an extreme quantile is bounded on one side only
  expect(quantileInterval(x, 0.999, 0.05).upper).toBe(Infinity)
})

test('the sample quantile interpolates between order statistics', () => {
  expect(sampleQuantile([1, 2, 4, 8], 0.5)).toBe(3)
  expect(sampleQuantile([1, 2, 4], 0.5)).toBe(2)
  expect(sampleQuantile([1, 2, 4], 1)).toBe(4)
  expect(sampleQuantile([], 0.5)).toBeNaN()
})

test('values out of order, NaN and wrong q are refused', () => {
  expect(() => quantileInterval([2, 1], 0.5, 0.05)).toThrow('quantileInterval: expected ascending values')
  expect(() => quantileInterval([1, NaN], 0.5, 0.05)).toThrow('got NaN at index 1')
  expect(() => quantileInterval([NaN], 0.5, 0.05)).toThrow('got NaN at index 0')
  expect(() => quantileRanks(10, 1, 0.05)).toThrow('strictly between 0 and 1')
})
