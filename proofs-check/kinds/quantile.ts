import { decide, quantileInterval, sampleQuantile, tunedPrior } from '../../src/stats/index.ts'
import type { Cell, Measurement, QuantilePrediction } from '../claim.ts'
import type { Decider } from './decider.ts'
import { merged } from './merged.ts'

/** The quantile of one level by time-uniform ranks. */
export function quantile(
  prediction: QuantilePrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margin, side, level } = prediction
  const prior = tunedPrior(level, prediction.cap, alpha)
  let sorted: Float64Array = new Float64Array(0)
  return {
    add(index, trials) {
      sorted = merged(
        sorted,
        trials.map(({ measurement }) => prediction.of(measurement, cells[index]!)),
      )
    },
    look() {
      const { lower, upper } = quantileInterval(sorted, level, alpha, prior)
      const estimate = sampleQuantile(sorted, level)
      const interval = [lower, upper] as const
      const verdict = decide({ lower, upper }, target, margin, side)
      return { verdict, estimate, interval, byCell: [{ cell: cells[0]!.id, estimate, interval }] }
    },
  }
}
