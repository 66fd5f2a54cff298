import { expect } from 'vitest'
import { clopperPearson, mixtureCounts } from '../../src/stats/index.ts'
import type { CountRange, Prior } from '../../src/stats/index.ts'
import type { Stream } from '../../src/random/index.ts'
import { uniform } from '../../src/random/index.ts'

/** A simulated rate passes unless its exact interval at 10⁻⁶ excludes the declared one. */
export function expectRate(hits: number, runs: number, rate: number): void {
  const { lower, upper } = clopperPearson(hits, runs, 1e-6)
  expect(lower, `${hits} in ${runs}`).toBeLessThanOrEqual(rate)
  expect(upper, `${hits} in ${runs}`).toBeGreaterThanOrEqual(rate)
}

/** The same for a level: only an excess is a failure. */
export function expectAtMost(hits: number, runs: number, level: number): void {
  expect(clopperPearson(hits, runs, 1e-6).lower, `${hits} in ${runs}`).toBeLessThanOrEqual(level)
}

/** The first n in 1 … length at which a Bernoulli(p) tally leaves the ranges (index n), for each of `runs` runs; Infinity if never. */
export function firstExits(source: Stream, p: number, runs: number, ranges: readonly CountRange[]): number[] {
  const trials = ranges.length - 1
  return Array.from({ length: runs }, () => {
    const draws = uniform(source, trials)
    let tally = 0
    for (let n = 1; n <= trials; n++) {
      if (draws[n - 1]! < p) tally++
      if (tally < ranges[n]!.least || tally > ranges[n]!.most) return n
    }
    return Infinity
  })
}

/** The ranges of counts that the mixture keeps against p, for n = 0 … trials. */
export function mixtureTable(trials: number, p: number, alpha: number, prior?: Prior): CountRange[] {
  return Array.from({ length: trials + 1 }, (_, n) => mixtureCounts(n, p, alpha, prior))
}
