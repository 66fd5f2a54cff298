import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp, log, pow } from '../../src/math/index.ts'
import { stream } from '../../src/random/index.ts'
import {
  betaMixture,
  binomialBelow,
  binomialFrom,
  clopperPearson,
  fixedCounts,
  jeffreys,
  logEvidence,
  mixtureCounts,
  tunedPrior,
} from '../../src/stats/index.ts'
import golden from './golden/intervals.json' with { type: 'json' }
import { expectAtMost, firstExits, mixtureTable } from './rates.ts'

const tally = fc
  .integer({ min: 1, max: 3000 })
  .chain((n) => fc.record({ n: fc.constant(n), s: fc.integer({ min: 0, max: n }) }))
const level = fc.constantFrom(0.5, 0.05, 1e-3, 1e-6, 1e-10)
const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true })
const prior = fc.constantFrom(jeffreys, { a: 1, b: 1 }, { a: 30, b: 70 }, tunedPrior(0.9, 500, 1e-3))

test('Clopper-Pearson intervals are those of SciPy to 1e-12, 0 and n included', () => {
  for (const [s, n, alpha, lower, upper] of golden.clopperPearson as number[][]) {
    const interval = clopperPearson(s!, n!, alpha!)
    expect(Math.abs(interval.lower - lower!), `${s} of ${n} at ${alpha}`).toBeLessThan(1e-12)
    expect(Math.abs(interval.upper - upper!), `${s} of ${n} at ${alpha}`).toBeLessThan(1e-12)
  }
})

test('binomial tails are those of SciPy to 1e-10, relatively', () => {
  for (const [n, p, k, below, from] of golden.binomial as number[][]) {
    expect(Math.abs(binomialBelow(n!, p!, k!) - below!)).toBeLessThanOrEqual(1e-10 * below!)
    expect(Math.abs(binomialFrom(n!, p!, k!) - from!)).toBeLessThanOrEqual(1e-10 * from!)
  }
})

test('the mixture is a fair bet: its mean under p is 1 at every n', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), probability, prior, (n, p, bet) => {
      let mean = 0
      let choices = 1
      for (let s = 0; s <= n; s++) {
        mean += choices * pow(p, s) * pow(1 - p, n - s) * exp(logEvidence(s, n, p, bet))
        choices *= (n - s) / (s + 1)
      }
      expect(mean).toBeCloseTo(1, 10)
    }),
  )
})

test('each end of the mixture interval has the e-value 1/α, and the observed share lies between them', () => {
  fc.assert(
    fc.property(tally, level, prior, ({ n, s }, alpha, bet) => {
      const { lower, upper } = betaMixture(s, n, alpha, bet)
      expect(lower).toBeLessThanOrEqual(s / n)
      expect(upper).toBeGreaterThanOrEqual(s / n)
      // 1e-15 in p moves the e-value by that times its slope
      if (s === 0) expect(lower).toBe(0)
      else if (lower > 1e-6)
        expect(Math.abs(logEvidence(s, n, lower, bet) + log(alpha))).toBeLessThan(1e-9 + (1e-13 * n) / lower)
      if (s === n) expect(upper).toBe(1)
      else if (upper < 1 - 1e-6)
        expect(Math.abs(logEvidence(s, n, upper, bet) + log(alpha))).toBeLessThan(
          1e-9 + (1e-13 * n) / (1 - upper),
        )
    }),
  )
  expect(betaMixture(0, 0, 0.05)).toEqual({ lower: 0, upper: 1 })
})

test('counts kept against p and probabilities kept after a count are the same relation', () => {
  fc.assert(
    fc.property(tally, level, prior, probability, ({ n, s }, alpha, bet, p) => {
      const { least, most } = mixtureCounts(n, p, alpha, bet)
      const { lower, upper } = betaMixture(s, n, alpha, bet)
      expect(s >= least && s <= most).toBe(p > lower && p < upper)
      const fixed = fixedCounts(n, p, alpha)
      const exact = clopperPearson(s, n, alpha)
      expect(s >= fixed.least && s <= fixed.most).toBe(p >= exact.lower && p <= exact.upper)
    }),
    { numRuns: 300 },
  )
})

test('a prior tuned to the truth gives a narrower interval there than the default', () => {
  const width = ({ lower, upper }: { lower: number; upper: number }): number => upper - lower
  const tuned = betaMixture(6827, 10000, 1e-5, tunedPrior(0.6827, 10000, 1e-5))
  expect(width(tuned)).toBeLessThan(0.93 * width(betaMixture(6827, 10000, 1e-5)))
  expect(width(tuned)).toBeGreaterThan(width(clopperPearson(6827, 10000, 1e-5)))
})

// With 4,000 runs a level of 0.07 would be excluded.
test('under the null, peeking after every trial keeps false refutations at their level; Clopper-Pearson does not', () => {
  const trials = 2000
  const runs = 4000
  const alpha = 0.05
  for (const p of [0.5, 0.92]) {
    const exits = firstExits(stream(80, 'null', p), p, runs, mixtureTable(trials, p, alpha))
    expectAtMost(exits.filter((n) => n < Infinity).length, runs, alpha)
  }
  const fixed = Array.from({ length: trials + 1 }, (_, n) => fixedCounts(n, 0.92, alpha))
  const misses = firstExits(stream(80, 'peeking'), 0.92, runs, fixed).filter((n) => n < Infinity).length
  expect(clopperPearson(misses, runs, 1e-6).lower).toBeGreaterThan(4 * alpha)
})

test('0.92 and 0.95 are told apart by n = 2000 in at least 95% of runs, either way round', () => {
  const runs = 4000
  for (const [truth, claimed] of [
    [0.92, 0.95],
    [0.95, 0.92],
  ] as const) {
    const exits = firstExits(stream(80, 'power', truth), truth, runs, mixtureTable(2000, claimed, 0.05))
    const told = exits.filter((n) => n < Infinity).length
    expect(clopperPearson(told, runs, 1e-6).lower).toBeGreaterThan(0.95)
  }
})

test('counts, levels and priors out of range are refused by name', () => {
  expect(() => betaMixture(3, 2, 0.05)).toThrow('betaMixture: expected at most 2 successes, got 3')
  expect(() => clopperPearson(1.5, 2, 0.05)).toThrow('clopperPearson: expected successes to be an integer')
  expect(() => betaMixture(1, 2, 0)).toThrow('betaMixture: expected a level between 0 and 1, got 0')
  expect(() => betaMixture(1, 2, NaN)).toThrow(RangeError)
  expect(() => betaMixture(1, 2, 0.1, { a: 0, b: 1 })).toThrow('expected prior.a to be positive')
  expect(() => logEvidence(1, 2, 1.1)).toThrow('logEvidence: expected p to be a probability, got 1.1')
  expect(logEvidence(1, 2, 0)).toBe(Infinity)
})
