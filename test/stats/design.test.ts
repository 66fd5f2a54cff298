import { expect, test } from 'vitest'
import { erf, exp, log } from '../../src/math/index.ts'
import { normal, stream, uniform } from '../../src/random/index.ts'
import {
  BettingMean,
  betaMixture,
  clopperPearson,
  decide,
  designMean,
  designProportion,
  designQuantile,
  designSlope,
  detectable,
  proportionMiss,
  quantileInterval,
  quantileMiss,
  slopeInterval,
  tunedPrior,
} from '../../src/stats/index.ts'
import { expectAtMost, expectRate } from './rates.ts'

const halfNormalMedian = 0.6744897501960817
const halfNormal = (x: number): number => (x > 0 ? erf(x / Math.SQRT2) : 0)

test.each([
  { target: 0.5, truth: 0.5, margin: 0.07, n: 1000, side: 'two' },
  { target: 0.68, truth: 0.7, margin: 0.08, n: 1000, side: 'two' },
  { target: 0.9, truth: 0.93, margin: 0.01, n: 600, side: 'atLeast' },
  { target: 0, truth: 0.001, margin: 0.01, n: 700, side: 'atMost' },
] as const)('simulated power is the formula within 2 points: $target ± $margin, $side', (plan) => {
  const { target, truth, margin, n, side } = plan
  const runs = 8000
  const alpha = 0.01
  const prior = tunedPrior(target, n, alpha)
  const formula = 1 - proportionMiss({ ...plan, alpha }, n, prior)
  const source = stream(84, target)
  const verdicts = Array.from({ length: n + 1 }, (_, hits) =>
    decide(betaMixture(hits, n, alpha, prior), target, margin, side),
  )
  let supported = 0
  for (let run = 0; run < runs; run++) {
    let hits = 0
    for (const u of uniform(source, n)) if (u < truth) hits++
    if (verdicts[hits] === 'supported') supported++
  }
  expect(formula).toBeGreaterThan(0.1)
  expect(formula).toBeLessThan(0.99)
  expect(Math.abs(supported / runs - formula)).toBeLessThan(0.02)
  expectRate(supported, runs, formula)
})

test('simulated power of a median is the formula within 2 points', () => {
  const runs = 6000
  const n = 600
  const prior = tunedPrior(0.5, n, 0.01)
  const ends = { lower: 0.8 * halfNormalMedian, upper: 1.2 * halfNormalMedian }
  const plan = { q: 0.5, below: halfNormal(ends.lower), above: halfNormal(ends.upper), alpha: 0.01 }
  const formula = 1 - quantileMiss(plan, n, prior)
  const source = stream(84, 'median')
  let supported = 0
  for (let run = 0; run < runs; run++) {
    const { lower, upper } = quantileInterval(normal(source, n).map(Math.abs).sort(), 0.5, 0.01, prior)
    if (lower >= ends.lower && upper <= ends.upper) supported++
  }
  expect(formula).toBeGreaterThan(0.1)
  expect(formula).toBeLessThan(0.99)
  expect(Math.abs(supported / runs - formula)).toBeLessThan(0.02)
})

test('the cap is a multiple of the block, enough, and one tenth less is not', () => {
  for (const plan of [
    { target: 0.6827, margin: 0.02, alpha: 1e-5, block: 256 },
    { target: 0.6827, truth: 0.6907, margin: 0.02, alpha: 1e-5, block: 256 },
    { target: 0.9973, margin: 0.02, alpha: 1e-5, block: 10 },
    { target: 0, margin: 0.02, alpha: 1e-5 },
    { target: 1, truth: 0.995, margin: 0.02, alpha: 1e-5 },
  ]) {
    const { trials, prior } = designProportion(plan)
    expect(trials % (plan.block ?? 1)).toBe(0)
    expect(proportionMiss(plan, trials, prior)).toBeLessThanOrEqual(1e-5)
    const less = Math.floor(0.9 * trials)
    expect(proportionMiss(plan, less, tunedPrior(plan.target, less, plan.alpha))).toBeGreaterThan(1e-5)
  }
})

test('the detectable margin at the cap is the margin that the cap was made for', () => {
  const { trials } = designProportion({ target: 0.3, margin: 0.05, alpha: 1e-4 })
  const margin = detectable(trials, 0.3, 1e-4)
  expect(margin).toBeLessThanOrEqual(0.05)
  expect(margin).toBeGreaterThan(0.0495)
  expect(detectable(4 * trials, 0.3, 1e-4)).toBeCloseTo(margin / 2, 3)
})

test('the cap of a mean leaves no more undecided than declared, for a skewed law', () => {
  const variance = 0.9 * 0.1 * 0.25
  const plan = {
    low: 0,
    high: 1,
    target: 0.06,
    truth: 0.05,
    margin: 0.05,
    variance,
    alpha: 0.01,
    undecided: 0.1,
  }
  const { trials, bet } = designMean(plan)
  const missing = (sequence: BettingMean): number =>
    decide(sequence.interval(), plan.target, plan.margin) === 'supported' ? 0 : 1
  const runs = 1000
  const source = stream(84, 'mean')
  let missed = 0
  let early = 0
  for (let run = 0; run < runs; run++) {
    const sequence = new BettingMean({ low: 0, high: 1, alpha: 0.01, bet })
    uniform(source, trials).forEach((u, k) => {
      if (k === Math.floor(0.6 * trials)) early += missing(sequence)
      sequence.push(u < 0.1 ? 0.5 : 0)
    })
    missed += missing(sequence)
  }
  expectAtMost(missed, runs, 0.1)
  // Markov's inequality costs trials, but not twice as many
  expect(clopperPearson(early, runs, 1e-6).lower).toBeGreaterThan(0.1)
})

test('the cap of a mean does not depend on the units or on the direction', () => {
  const plan = { low: 0, high: 1, target: 0.06, truth: 0.05, margin: 0.03, variance: 0.02, alpha: 1e-4 }
  const reflected = { ...plan, target: 0.94, truth: 0.95 }
  const scaled = { ...plan, low: -1, high: 3, target: -0.76, truth: -0.8, margin: 0.12, variance: 0.32 }
  expect(designMean(reflected).trials).toBe(designMean(plan).trials)
  expect(designMean(scaled).trials).toBe(designMean(plan).trials)
  expect(designMean({ ...plan, truth: 0.07 }).trials).toBeGreaterThan(
    designMean({ ...plan, truth: 0.06 }).trials,
  )
  expect(designMean(plan).trials).toBeGreaterThan(designMean({ ...plan, truth: 0.06 }).trials)
})

test('the cap of a slope leaves no more undecided than declared, and nearly as much', () => {
  const sizes = [16, 64, 256]
  const law = (t: number): number => halfNormal(halfNormalMedian * exp(t))
  const plan = { sizes, margin: 0.12, alpha: 0.05, law, undecided: 0.1 }
  const { trials, prior } = designSlope(plan)
  const runs = 1000
  const source = stream(84, 'slope')
  let missed = 0
  for (let run = 0; run < runs; run++) {
    const data = sizes.map((size) => ({
      size,
      values: normal(source, trials).map((z) => Math.abs(z) / Math.sqrt(size)),
    }))
    if (decide(slopeInterval(data, 0.05, { prior }).interval, -0.5, 0.12) !== 'supported') missed++
  }
  expectAtMost(missed, runs, 0.1)
  expect(missed).toBeGreaterThan(runs * 0.03)
  // cell by cell, without adding the cells' fluctuations as independent, it would take more
  const half = plan.margin / (2 / log(16))
  const single = designQuantile({
    q: 0.5,
    below: law(-half),
    above: law(half),
    alpha: 0.05 / 3,
    undecided: 0.1 / 3,
  })
  expect(trials).toBeLessThan(single.trials)
})

test('what no number of trials can settle is refused by name', () => {
  expect(() => designProportion({ target: 0.5, truth: 0.6, margin: 0.1, alpha: 1e-3 })).toThrow(
    'designProportion: expected a truth inside',
  )
  expect(() => designProportion({ target: 0.5, margin: 0, alpha: 1e-3 })).toThrow('margin to be positive')
  expect(() => designProportion({ target: 0.5, margin: 0.1, alpha: 1e-3, block: 0 })).toThrow('block')
  expect(() => designQuantile({ q: 0.5, below: 0.5, above: 0.6, alpha: 1e-3 })).toThrow(
    'designQuantile: expected a truth',
  )
  expect(() =>
    designMean({ low: 0, high: 1, target: 0.1, margin: 0.05, variance: 0.2, alpha: 1e-3 }),
  ).toThrow('variance of at most')
  expect(() => designSlope({ sizes: [1, 2], margin: 0.1, bias: 0.1, alpha: 0.1, law: halfNormal })).toThrow(
    'margin - bias',
  )
})
