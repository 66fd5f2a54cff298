import fc from 'fast-check'
import { expect, test } from 'vitest'
import { log, sinTurns } from '../../src/math/index.ts'
import { stream, uniform } from '../../src/random/index.ts'
import { BettingMean } from '../../src/stats/index.ts'
import { expectAtMost } from './rates.ts'

/** A law on [0, 1] as a function of a uniform number and the mean of the values before. */
interface HardLaw {
  readonly name: string
  readonly mean: number
  readonly draw: (u: number, before: number) => number
}

const laws: HardLaw[] = [
  { name: 'a rare atom at the far end', mean: 0.02, draw: (u) => (u < 0.02 ? 1 : 0) },
  { name: 'a fair coin, the largest variance', mean: 0.5, draw: (u) => (u < 0.5 ? 1 : 0) },
  { name: 'the arcsine law', mean: 0.5, draw: (u) => sinTurns(u / 4) * sinTurns(u / 4) },
  {
    name: 'tiny variance and one rare jump',
    mean: 0.41 * 0.99 + 0.01,
    draw: (u) => (u < 0.01 ? 1 : 0.4 + 0.02 * u - 0.0001),
  },
  {
    // the spread answers to the past: a martingale difference, not independent
    name: 'spread that follows the past',
    mean: 0.5,
    draw: (u, before) => 0.5 + (before > 0.5 ? 0.5 : 0.01) * (u < 0.5 ? 1 : -1),
  },
]
// the mean of 0.4 + 0.02u - 0.0001 over u in [0.01, 1] is 0.41
test('the mean stated for the skewed law is its mean', () => {
  const { draw, mean } = laws[3]!
  let sum = 0
  for (let k = 0; k < 1e5; k++) sum += draw((k + 0.5) / 1e5, 0)
  expect(sum / 1e5).toBeCloseTo(mean, 8)
})

// With 2,000 repeats a level of 0.08 would be excluded.
test.each(laws)('time-uniform coverage: $name', ({ name, mean, draw }) => {
  const repeats = 2000
  const trials = 200
  const alpha = 0.05
  const threshold = -log(alpha)
  const source = stream(81, name)
  let missed = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    const sequence = new BettingMean({ low: 0, high: 1, alpha })
    const u = uniform(source, trials)
    let sum = 0
    let out = false
    for (let n = 0; n < trials && !out; n++) {
      const x = draw(u[n]!, n === 0 ? 0 : sum / n)
      sum += x
      sequence.push(x)
      out = sequence.logEvidence(mean) >= threshold
    }
    if (out) missed++
  }
  expectAtMost(missed, repeats, alpha)
})

function after(values: readonly number[], low: number, high: number, alpha: number): BettingMean {
  const sequence = new BettingMean({ low, high, alpha })
  for (const x of values) sequence.push(x)
  return sequence
}

const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 150 })

test('the interval is the set of means whose evidence is below log(1/α)', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (data, mean) => {
      const sequence = after(data, 0, 1, 0.05)
      const { lower, upper } = sequence.interval()
      const far = Math.min(Math.abs(mean - lower), Math.abs(mean - upper)) > 1e-8
      if (far) expect(sequence.logEvidence(mean) < -log(0.05)).toBe(mean > lower && mean < upper)
    }),
  )
})

test('reflection and change of units move the interval with the data', () => {
  fc.assert(
    fc.property(values, (data) => {
      const { lower, upper } = after(data, 0, 1, 0.01).interval()
      const reflected = after(
        data.map((x) => 1 - x),
        0,
        1,
        0.01,
      ).interval()
      expect(reflected.lower).toBeCloseTo(1 - upper, 7)
      expect(reflected.upper).toBeCloseTo(1 - lower, 7)
      const moved = after(
        data.map((x) => 4 * x - 1),
        -1,
        3,
        0.01,
      ).interval()
      expect(moved.lower).toBeCloseTo(4 * lower - 1, 6)
      expect(moved.upper).toBeCloseTo(4 * upper - 1, 6)
    }),
  )
})

test('small variance gives a short interval, and no value gives the support', () => {
  expect(new BettingMean({ low: -2, high: 5, alpha: 0.05 }).interval()).toEqual({ lower: -2, upper: 5 })
  const u = uniform(stream(81, 'width'), 2000)
  const wide = after([...u], 0, 1, 0.05).interval()
  const short = after(
    [...u].map((x) => 0.45 + x / 10),
    0,
    1,
    0.05,
  ).interval()
  expect(wide.upper - wide.lower).toBeLessThan(0.06)
  expect(short.upper - short.lower).toBeLessThan(0.01)
})

test('values outside the support, NaN and wrong options are refused', () => {
  const sequence = new BettingMean({ low: 0, high: 1, alpha: 0.05 })
  expect(() => sequence.push(1.01)).toThrow('BettingMean.push: expected a value in [0, 1], got 1.01')
  expect(() => sequence.push(NaN)).toThrow(RangeError)
  expect(sequence.count).toBe(0)
  expect(() => sequence.logEvidence(2)).toThrow('expected a mean in [0, 1], got 2')
  expect(() => new BettingMean({ low: 1, high: 1, alpha: 0.05 })).toThrow(
    'expected high - low to be positive',
  )
  expect(() => new BettingMean({ low: 0, high: 1, alpha: 2 })).toThrow('expected a level')
})
