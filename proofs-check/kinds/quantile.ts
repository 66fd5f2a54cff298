import { decide, quantileInterval, sampleQuantile, tunedPrior } from '../../src/stats/index.ts'
import type { Cell, Measurement, QuantilePrediction } from '../claim.ts'
import type { Decider } from './decider.ts'
import { merged } from './merged.ts'

/**
 * The quantile of one level by time-uniform ranks. The difference of two lies between the differences of the ends of
 * their intervals, each at α/2, however the two measurements depend on each other.
 */
export function quantile(
  prediction: QuantilePrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margin, side, level } = prediction
  const cell = cells[0]!
  const own = growing(level, prediction.cap, prediction.against ? alpha / 2 : alpha)
  const others = prediction.against && growing(level, prediction.cap, alpha / 2)
  return {
    add(_, trials) {
      own.add(trials.map(({ measurement }) => prediction.of(measurement, cell)))
      others?.add(trials.map(({ measurement }) => prediction.against!(measurement, cell)))
    },
    look() {
      const { lower, upper, estimate: of } = own.look()
      const against = others?.look() ?? { lower: 0, upper: 0, estimate: 0 }
      const interval = [lower - against.upper, upper - against.lower] as const
      const estimate = of - against.estimate
      const verdict = decide({ lower: interval[0], upper: interval[1] }, target, margin, side)
      return { verdict, estimate, interval, byCell: [{ cell: cell.id, estimate, interval }] }
    },
  }
}

/** A quantile of a growing number of values, with its interval. */
export interface Growing {
  add(values: readonly number[]): void
  look(): { readonly lower: number; readonly upper: number; readonly estimate: number }
}

export function growing(level: number, cap: number, alpha: number): Growing {
  const prior = tunedPrior(level, cap, alpha)
  let sorted: Float64Array = new Float64Array(0)
  return {
    add: (values) => void (sorted = merged(sorted, values)),
    look: () => ({
      ...quantileInterval(sorted, level, alpha, prior),
      estimate: sampleQuantile(sorted, level),
    }),
  }
}
