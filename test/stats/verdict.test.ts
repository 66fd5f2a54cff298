import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stream, uniform } from '../../src/random/index.ts'
import { betaMixture, decide, decideLimit, designProportion, tunedPrior } from '../../src/stats/index.ts'
import type { Cell, Interval, Verdict } from '../../src/stats/index.ts'
import { expectAtMost, firstExits, mixtureTable } from './rates.ts'

const number = fc.double({ min: -10, max: 10, noNaN: true })
const span = fc.tuple(number, number).map(([a, b]) => ({ lower: Math.min(a, b), upper: Math.max(a, b) }))
const margin = fc.double({ min: 0.01, max: 3, noNaN: true })

test('a verdict is the position of the interval: every point inside, none inside, or both kinds', () => {
  fc.assert(
    fc.property(
      span,
      number,
      margin,
      fc.constantFrom('two', 'atLeast', 'atMost'),
      (interval, target, delta, side) => {
        const holds = (x: number): boolean =>
          (side === 'atMost' || x >= target - delta) && (side === 'atLeast' || x <= target + delta)
        const nearest = Math.min(interval.upper, Math.max(interval.lower, target))
        const verdict = decide(interval, target, delta, side as 'two')
        const all = holds(interval.lower) && holds(interval.upper)
        expect(verdict).toBe(all ? 'supported' : holds(nearest) ? 'undecided' : 'refuted')
      },
    ),
  )
})

test('touching the region is not missing it', () => {
  expect(decide({ lower: 1, upper: 2 }, 0, 1)).toBe('undecided')
  expect(decide({ lower: -1, upper: 1 }, 0, 1)).toBe('supported')
  expect(decide({ lower: 0, upper: Infinity }, 0, 1, 'atLeast')).toBe('supported')
  expect(decide({ lower: -Infinity, upper: Infinity }, 0, 1)).toBe('undecided')
})

test('NaN anywhere and empty intervals are undecided', () => {
  for (const side of ['two', 'atLeast', 'atMost'] as const) {
    expect(decide({ lower: NaN, upper: 0 }, 0, 1, side)).toBe('undecided')
    expect(decide({ lower: 0, upper: NaN }, 0, 1, side)).toBe('undecided')
    expect(decide({ lower: 5, upper: NaN }, 0, 1, side)).toBe('undecided')
    expect(decide({ lower: 0, upper: 0 }, NaN, 1, side)).toBe('undecided')
    expect(decide({ lower: 0, upper: 0 }, 0, NaN, side)).toBe('undecided')
    expect(decide({ lower: 0.5, upper: -0.5 }, 0, 1, side)).toBe('undecided')
    expect(decide({ lower: 9, upper: 8 }, 0, 1, side)).toBe('undecided')
  }
  expect(() => decide({ lower: 0, upper: 0 }, 0, -1)).toThrow('region: expected a margin of at least 0')
})

const around = (centre: number, half: number): Interval => ({ lower: centre - half, upper: centre + half })
const limit = (centres: number[], half: number, margins: number[]): Verdict =>
  decideLimit(centres.map((c, k): Cell => ({ interval: around(c, half), target: 1, margin: margins[k]! })))

test('the limit rule', () => {
  const margins = [0.4, 0.2, 0.1]
  expect(limit([1.3, 1.1, 1], 0.05, margins)).toBe('supported')
  // the largest cell misses its margin, and is not nearer than the one before
  expect(limit([1.5, 1.5, 1.5], 0.05, margins)).toBe('refuted')
  expect(limit([1.5, 1.3, 1.5], 0.05, margins)).toBe('refuted')
  // it misses, but comes nearer beyond the intervals: too slow a rate is not called a refutation
  expect(limit([1.9, 1.6, 1.3], 0.05, margins)).toBe('undecided')
  // nearer, but not beyond the intervals
  expect(limit([1.5, 1.5, 1.45], 0.05, margins)).toBe('refuted')
  // the gap is a distance: on the other side of the target it counts the same
  expect(limit([1, 0.5, 1.5], 0.05, margins)).toBe('refuted')
  // a smaller cell fails alone
  expect(limit([1.9, 1.1, 1], 0.05, margins)).toBe('undecided')
  expect(limit([1, 1, NaN], 0.05, margins)).toBe('undecided')
  expect(limit([1, NaN, 1.5], 0.05, margins)).toBe('undecided')
})

test('a limit needs shrinking margins, the last at most half of the first', () => {
  expect(() => limit([1], 0.05, [0.1])).toThrow('decideLimit: expected at least two cells, got 1')
  expect(() => limit([1, 1], 0.05, [0.1, 0.1])).toThrow('expected shrinking margins')
  expect(() => limit([1, 1], 0.05, [0.1, 0.06])).toThrow('at most half of 0.1, got 0.06')
  expect(() => limit([1, 1], 0.05, [0.1, NaN])).toThrow(RangeError)
})

// Ten predictions share α = 0.2 by weight. In each the truth lies on the edge of the region, where a false refutation is likeliest, and a hair
// outside of another region, where a false support is. 3,000 families would exclude a level of 0.24.
test('with weights that sum to 1, any false verdict has probability at most α although every trial is peeked at', () => {
  const alpha = 0.2
  const families = 3000
  const trials = 400
  const weights = [0.3, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05, 0.04, 0.03, 0.03]
  const truths = [0.5, 0.3, 0.9, 0.68, 0.1, 0.95, 0.5, 0.2, 0.8, 0.68]
  const wrong = new Uint8Array(families)
  weights.forEach((weight, k) => {
    const p = truths[k]!
    // leaving the counts kept against p: above means refuted if the region ends at p, supported if it begins there
    const table = mixtureTable(trials, p, alpha * weight, tunedPrior(p, trials, alpha * weight))
    firstExits(stream(87, k), p, families, table).forEach((exit, family) => {
      if (exit < Infinity) wrong[family] = 1
    })
  })
  expectAtMost(
    wrong.reduce((sum, flag) => sum + flag, 0),
    families,
    alpha,
  )
})

test('at the designed cap the declared truth is undecided no more often than declared', () => {
  const runs = 3000
  const plan = { target: 0.68, truth: 0.69, margin: 0.08, alpha: 0.01, undecided: 0.05, block: 16 }
  const { trials, prior } = designProportion(plan)
  const source = stream(87, 'cap')
  let undecided = 0
  let refuted = 0
  for (let run = 0; run < runs; run++) {
    const hits = uniform(source, trials).reduce((sum, u) => sum + (u < plan.truth ? 1 : 0), 0)
    const verdict = decide(betaMixture(hits, trials, plan.alpha, prior), plan.target, plan.margin)
    if (verdict === 'undecided') undecided++
    if (verdict === 'refuted') refuted++
  }
  expectAtMost(undecided, runs, plan.undecided)
  expect(undecided).toBeGreaterThan((runs * plan.undecided) / 2)
  expectAtMost(refuted, runs, plan.alpha)
})
