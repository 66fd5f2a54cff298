import { expect, test } from 'vitest'
import { clopperPearson } from '../../src/stats/index.ts'
import { errorRates } from '../../proofs-check/error-rates.ts'
import { alpha, measured, simulated, situations } from './edges.ts'

test('the stored rates are those of these situations, and no kind errs more often than its level', () => {
  expect(errorRates.alpha).toBe(alpha)
  expect(errorRates.rates.map(({ kind }) => kind)).toEqual(Object.keys(situations))
  for (const { kind, runs, supportedOutside, refutedInside, undecidedAtTarget } of errorRates.rates) {
    expect(runs).toBeGreaterThanOrEqual(500)
    for (const errors of [supportedOutside, refutedInside])
      expect(clopperPearson(errors, runs, 1e-6).lower, kind).toBeLessThanOrEqual(alpha)
    expect(undecidedAtTarget, kind).toBeLessThanOrEqual(0.01 * runs)
  }
})

test('a simulation repeats itself to the bit, and runs are of their own', () => {
  expect(measured('probability', 5)).toEqual(measured('probability', 5))
  const verdicts = Array.from({ length: 12 }, (_, run) => simulated('probability', 0.6, run))
  expect(new Set(verdicts).size).toBeGreaterThan(1)
})

test.each(Object.keys(situations))('%s: far inside it is supported, far outside refuted', (kind) => {
  expect(simulated(kind, 0, 0)).toBe('supported')
  expect(simulated(kind, -3, 0)).toBe('refuted')
})
