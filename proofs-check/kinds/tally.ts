import type { Cell, Prediction } from '../claim.ts'
import type { NumberedTrial } from '../result.ts'

/** A count of successes among numbered trials. */
export interface Tally {
  successes: number
  trials: number
  add(cell: Cell, trials: readonly NumberedTrial[]): void
}

/** Counts the trials with of = 1. Throws RangeError for a value that is neither 0 nor 1. */
export function tally(prediction: Prediction): Tally {
  return {
    successes: 0,
    trials: 0,
    add(cell, trials) {
      for (const { trial, measurement } of trials) {
        const value = prediction.of(measurement, cell)
        if (value !== 0 && value !== 1)
          throw new RangeError(
            `${prediction.id}: expected 0 or 1 from trial ${trial} of ${cell.id}, got ${value}`,
          )
        this.successes += value
        this.trials += 1
      }
    },
  }
}
