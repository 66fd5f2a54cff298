import fc from 'fast-check'
import { expect, test } from 'vitest'
import { log, pow } from '../../src/math/index.ts'
import { normal, stream, uniform } from '../../src/random/index.ts'
import type { Stream } from '../../src/random/index.ts'
import {
  bendWeights,
  fixedQuantileRanks,
  lineExists,
  quantileInterval,
  quantileRanks,
  slopeInterval,
  slopeWeights,
  tunedPrior,
} from '../../src/stats/index.ts'
import type { Ranks, SizedValues } from '../../src/stats/index.ts'
import { expectAtMost } from './rates.ts'

const sizes = [256, 1024, 4096, 16384, 65536]

/** The linear model: the relative distance |z|/√d to the boundary of a random half-space, times a factor by cell. */
function linear(source: Stream, n: number, factor: (k: number) => number = () => 1): SizedValues[] {
  return sizes.map((size, k) => ({
    size,
    values: normal(source, n).map((z) => (factor(k) * Math.abs(z)) / Math.sqrt(size)),
  }))
}

test('the exponent -1/2 of the linear model is recovered', () => {
  const n = 20000
  const { estimate, interval, lackOfFit } = slopeInterval(linear(stream(85, 'linear'), n), 1e-3, {
    prior: tunedPrior(0.5, n, 2e-4),
  })
  expect(Math.abs(estimate + 0.5)).toBeLessThan(0.01)
  expect(interval.lower).toBeGreaterThan(-0.53)
  expect(interval.upper).toBeLessThan(-0.47)
  expect(lackOfFit).toBe(false)
})

test('a planted curvature of 5% is flagged', () => {
  const n = 60000
  const prior = tunedPrior(0.5, n, 2e-4)
  const bent = (k: number): number => 1 + 0.05 * (1 - ((k - 2) * (k - 2)) / 2)
  expect(slopeInterval(linear(stream(85, 'bent'), n, bent), 1e-3, { prior }).lackOfFit).toBe(true)
  expect(slopeInterval(linear(stream(85, 'straight'), n), 1e-3, { prior }).lackOfFit).toBe(false)
})

// Three looks at 20,000 runs: a level of 0.21 would be excluded.
test('coverage and false alarms of the fit are not above their level in 20,000 runs, looked at three times', () => {
  const runs = 20000
  const source = stream(85, 'coverage')
  // the ranks depend on n alone
  const looks = new Map([15, 30, 60].map((n) => [n, quantileRanks(n, 0.5, 0.2 / 3)]))
  const ranks = (n: number): Ranks => looks.get(n)!
  let missed = 0
  let alarms = 0
  for (let run = 0; run < runs; run++) {
    const draws = uniform(source, 3 * 60)
    let out = false
    let alarm = false
    for (const n of looks.keys()) {
      const data = [1, 4, 16].map((size, k) => ({
        size,
        values: draws.subarray(60 * k, 60 * k + n).map((u) => (u + 0.1) / Math.sqrt(size)),
      }))
      const { interval, lackOfFit } = slopeInterval(data, 0.2, { ranks })
      if (interval.lower > -0.5 || interval.upper < -0.5) out = true
      if (lackOfFit) alarm = true
    }
    if (out) missed++
    if (alarm) alarms++
  }
  expectAtMost(missed, runs, 0.2)
  expectAtMost(alarms, runs, 0.2)
})

test('weights give the least-squares slope: exact on a power law, blind to a factor', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 2, maxLength: 8 }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (powers, exponent, factor) => {
        const list = powers.map((k) => 2 ** (k / 2))
        const data = list.map((size) => ({ size, values: [factor * pow(size, exponent)] }))
        expect(slopeInterval(data, 0.05).estimate).toBeCloseTo(exponent, 8)
        expect(slopeWeights(list).reduce((sum, w) => sum + w, 0)).toBeCloseTo(0, 9)
      },
    ),
  )
})

test('a line exists exactly when a fine search over slopes finds one', () => {
  const cell = fc.record({
    middle: fc.double({ min: 0, max: 4, noNaN: true }),
    half: fc.double({ min: 0.1, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), (list) => {
      const cells = list.map(({ middle, half }) => ({ lower: middle - half, upper: middle + half }))
      let slack = -Infinity
      for (let slope = -8; slope <= 8; slope += 0.002) {
        const floor = Math.max(...cells.map(({ lower }, k) => lower - slope * k))
        const ceiling = Math.min(...cells.map(({ upper }, k) => upper - slope * k))
        slack = Math.max(slack, ceiling - floor)
      }
      // the search errs by its step times the length of the abscissa
      if (Math.abs(slack) > 0.02)
        expect(
          lineExists(
            cells.map((_, k) => k),
            cells,
          ),
        ).toBe(slack > 0)
    }),
    { numRuns: 60 },
  )
})

test('cells with too few values leave the slope open and are no lack of fit', () => {
  const data = [1, 10, 100].map((size) => ({ size, values: [1 / size] }))
  const { interval, lackOfFit, estimate } = slopeInterval(data, 0.05)
  expect(interval).toEqual({ lower: -Infinity, upper: Infinity })
  expect(lackOfFit).toBe(false)
  expect(estimate).toBeCloseTo(-1, 12)
  // the middle one of three sizes carries no weight, even without an interval
  const many = Array.from({ length: 50 }, (_, k) => 1 + k / 50)
  const open = slopeInterval(
    [
      { size: 1, values: many },
      { size: 10, values: [1] },
      { size: 100, values: many },
    ],
    0.05,
  )
  expect(open.interval.upper).toBeLessThan(Infinity)
  expect(
    lineExists(
      [0, 1],
      [
        { lower: -Infinity, upper: -Infinity },
        { lower: -Infinity, upper: 3 },
      ],
    ),
  ).toBe(true)
})

test('each of K cells has the interval of its quantile at α/K, and the slope adds their ends by weight', () => {
  const data = linear(stream(85, 'cells'), 500)
  const { cells, interval } = slopeInterval(data, 0.05, { quantile: 0.25 })
  const weights = slopeWeights(sizes)
  let reach = 0
  data.forEach(({ values }, k) => {
    const { lower, upper } = quantileInterval(Float64Array.from(values).sort(), 0.25, 0.05 / sizes.length)
    expect(cells[k]).toEqual({ lower: log(lower), upper: log(upper) })
    reach += Math.abs(weights[k]!) * (cells[k]!.upper - cells[k]!.lower)
  })
  expect(interval.upper - interval.lower).toBeCloseTo(reach, 12)
})

test('another rule for the ranks narrows the interval at declared looks', () => {
  const data = linear(stream(85, 'looks'), 4000)
  const uniformly = slopeInterval(data, 1e-4).interval
  const looks = slopeInterval(data, 1e-4 / 3, { ranks: fixedQuantileRanks }).interval
  expect(looks.upper - looks.lower).toBeLessThan(uniformly.upper - uniformly.lower)
})

test('negative values and a single size are refused', () => {
  expect(() =>
    slopeInterval(
      [
        { size: 1, values: [-1] },
        { size: 2, values: [1] },
      ],
      0.05,
    ),
  ).toThrow('values of at least 0, got -1')
  expect(() =>
    slopeInterval(
      [
        { size: 2, values: [1] },
        { size: 2, values: [1] },
      ],
      0.05,
    ),
  ).toThrow('two different sizes')
  expect(() => slopeWeights([0, 1])).toThrow('size to be positive')
})

test('the bend is the change of the local exponent, exact for parabolas, and zero for power laws', () => {
  const sizes = [16, 64, 100, 1024]
  const logs = sizes.map(Math.log)
  const of = (f: (x: number) => number): number =>
    bendWeights(sizes)!.reduce((sum, weight, k) => sum + weight * f(logs[k]!), 0)
  expect(of(() => 1)).toBeCloseTo(0, 12)
  expect(of((x) => x)).toBeCloseTo(0, 11)
  expect(of((x) => 3 - 0.5 * x + 0.07 * x * x)).toBeCloseTo(2 * 0.07 * Math.log(1024 / 16), 11)
  expect(bendWeights([1, 2, 2])).toBeUndefined()
  expect(
    slopeInterval(
      [
        { size: 1, values: [1] },
        { size: 2, values: [1] },
      ],
      0.05,
    ),
  ).not.toHaveProperty('bend')
})

test('the interval of the bend holds that of a power law, and excludes 0 for a strong one', () => {
  const values = (size: number, bend: number): number[] => {
    const x = Math.log(size)
    return [...uniform(stream(86, 'bend', size), 4000)].map((u) => (1 + u) * Math.exp(-x / 2 + bend * x * x))
  }
  const bendOf = (bend: number) =>
    slopeInterval(
      [16, 64, 256].map((size) => ({ size, values: values(size, bend) })),
      1e-4,
    ).bend!.interval
  const straight = bendOf(0)
  expect(straight.lower).toBeLessThan(0)
  expect(straight.upper).toBeGreaterThan(0)
  const bent = bendOf(0.1)
  expect(bent.lower).toBeGreaterThan(0)
  expect(bent.lower).toBeLessThan(0.2 * Math.log(16))
  expect(bent.upper).toBeGreaterThan(0.2 * Math.log(16))
})
