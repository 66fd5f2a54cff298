import { expect, test } from 'vitest'
import { normalCdf } from '../../src/math/index.ts'
import { stream, uniform } from '../../src/random/index.ts'
import { clopperPearson, dkw, ksDistance, ksTwoSample, timeUniformDkw } from '../../src/stats/index.ts'
import { dkwCrossing } from '../../src/stats/law.ts'
import golden from './golden/intervals.json' with { type: 'json' }
import { expectAtMost } from './rates.ts'

const same = (u: number): number => u

test.each([
  [20, 6000],
  [200, 3000],
  [2000, 1000],
])('DKW coverage at n = %i', (n, runs) => {
  const source = stream(83, 'dkw', n)
  let missed = 0
  for (let run = 0; run < runs; run++) if (ksDistance(uniform(source, n).sort(), same) > dkw(n, 0.1)) missed++
  expectAtMost(missed, runs, 0.1)
  // and tight: Massart's constant is the best one, so a tenth off the distance would show
  expect(clopperPearson(missed, runs, 1e-6).upper).toBeGreaterThan(0.08)
})

test('the time-uniform distance holds at every n at once in simulation', () => {
  const runs = 300
  const first = 20
  const source = stream(83, 'uniform dkw')
  let missed = 0
  for (let run = 0; run < runs; run++) {
    const u = uniform(source, 2000)
    for (let n = first; n <= 2000; n = Math.ceil(n * 1.1))
      if (ksDistance(u.slice(0, n).sort(), same) > timeUniformDkw(n, 0.3, first)) {
        missed++
        break
      }
  }
  expectAtMost(missed, runs, 0.3)
})

test('the crossing bound of the proof is at most α at the constants used, and not far below', () => {
  for (const alpha of [0.5, 0.3, 0.1, 0.05, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-12]) {
    let least = Infinity
    for (let eta = 1.002; eta < 1.1; eta += 0.0005) least = Math.min(least, dkwCrossing(alpha, eta))
    expect(least).toBeLessThanOrEqual(alpha)
    expect(least).toBeGreaterThan(0.7 * alpha)
  }
})

test('distances shrink with n, and a bound for all n is wider than one for a single n', () => {
  for (let n = 10; n < 1e6; n *= 3) {
    expect(timeUniformDkw(n, 0.01)).toBeGreaterThan(dkw(n, 0.01))
    expect(timeUniformDkw(3 * n, 0.01)).toBeLessThan(timeUniformDkw(n, 0.01))
    expect(timeUniformDkw(n, 0.01, 10)).toBeLessThanOrEqual(timeUniformDkw(n, 0.01))
  }
  expect(timeUniformDkw(9, 0.01, 10)).toBe(1)
  expect(dkw(0, 0.01)).toBe(1)
})

test('Kolmogorov-Smirnov distances and exact p-values are those of SciPy', () => {
  for (const { a, b, distance, pValue, normal } of golden.kolmogorov) {
    const two = ksTwoSample(a, b)
    expect(two.distance).toBeCloseTo(distance, 14)
    expect(two.pValue).toBeCloseTo(pValue, 10)
    expect(ksDistance(Float64Array.from(a).sort(), normalCdf)).toBeCloseTo(normal, 13)
  }
})

test('the p-value is the share of all orders of 4 + 4 values with as large a distance', () => {
  const orders: number[][] = []
  for (let mask = 0; mask < 256; mask++) {
    const ranks = [0, 1, 2, 3, 4, 5, 6, 7]
    const a = ranks.filter((k) => mask & (1 << k))
    if (a.length === 4) orders.push([...a, ...ranks.filter((k) => !(mask & (1 << k)))])
  }
  const results = orders.map((order) => ksTwoSample(order.slice(0, 4), order.slice(4)))
  for (const { distance, pValue } of results)
    expect(pValue).toBeCloseTo(results.filter((other) => other.distance >= distance).length / 70, 12)
})

test('ties count once, and samples of different size or with NaN are refused', () => {
  expect(ksTwoSample([1, 1, 2], [1, 2, 2]).distance).toBeCloseTo(1 / 3, 15)
  expect(ksTwoSample([1, 1], [1, 1])).toEqual({ distance: 0, pValue: 1 })
  expect(() => ksTwoSample([1], [1, 2])).toThrow('expected two samples of one size, got 1 and 2')
  expect(() => ksTwoSample([NaN], [1])).toThrow('NaN')
  expect(() => ksDistance([2, 1], same)).toThrow('ascending')
  expect(() => timeUniformDkw(10, 0.6)).toThrow('at most 0.5')
})
