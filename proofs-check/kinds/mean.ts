import { BettingMean, decide } from '../../src/stats/index.ts'
import type { Cell, MeanPrediction, Measurement } from '../claim.ts'
import type { Decider } from './decider.ts'

/** E(of) of a bounded measurement by betting. */
export function mean(
  prediction: MeanPrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margin, side, range, bet } = prediction
  const [low, high] = range
  const capital = new BettingMean(bet === undefined ? { low, high, alpha } : { low, high, alpha, bet })
  let sum = 0
  return {
    add(index, trials) {
      for (const { measurement } of trials) {
        const value = prediction.of(measurement, cells[index]!)
        capital.push(value)
        sum += value
      }
    },
    look() {
      const { lower, upper } = capital.interval()
      const estimate = sum / capital.count
      const interval = [lower, upper] as const
      const verdict = decide({ lower, upper }, target, margin, side)
      return { verdict, estimate, interval, byCell: [{ cell: cells[0]!.id, estimate, interval }] }
    },
  }
}
