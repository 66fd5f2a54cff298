import type { Cell, EveryPrediction, Measurement } from '../claim.ts'
import type { Decider } from './decider.ts'

/**
 * `of ≤ margin` for every instance: one counterexample refutes, none by the cap supports "no counterexample
 * in N".
 */
export function every(prediction: EveryPrediction<Cell, Measurement>, cells: readonly Cell[]): Decider {
  const largest = cells.map(() => -Infinity)
  let trials = 0
  return {
    add(index, numbered) {
      for (const { measurement } of numbered)
        largest[index] = Math.max(largest[index]!, prediction.of(measurement, cells[index]!))
      trials += numbered.length
    },
    look(final) {
      const estimate = Math.max(...largest)
      const refuted = estimate > prediction.margin
      const verdict = refuted ? 'refuted' : final && trials > 0 ? 'supported' : 'undecided'
      const note = refuted
        ? 'a counterexample'
        : `no counterexample in ${trials} instances: their share is at most ${(3 / trials).toPrecision(2)} (95%)`
      const byCell = largest.map((value, k) => ({
        cell: cells[k]!.id,
        estimate: value,
        interval: [0, value] as const,
      }))
      return { verdict, estimate, interval: [0, estimate], byCell, note }
    },
  }
}
