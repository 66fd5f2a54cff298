import { betaMixture, decide, tunedPrior } from '../../src/stats/index.ts'
import type { Cell, Measurement, ProbabilityPrediction } from '../claim.ts'
import type { Decider } from './decider.ts'
import { tally } from './tally.ts'

/** P(of = 1) by the beta-mixture confidence sequence, its prior centred at the target before any data. */
export function probability(
  prediction: ProbabilityPrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margin, side } = prediction
  const count = tally(prediction)
  const prior = tunedPrior(target, prediction.cap, alpha)
  return {
    add: (index, trials) => count.add(cells[index]!, trials),
    look() {
      const interval = betaMixture(count.successes, count.trials, alpha, prior)
      const estimate = count.successes / count.trials
      const verdict = decide(interval, target, margin, side)
      const pair = [interval.lower, interval.upper] as const
      return { verdict, estimate, interval: pair, byCell: [{ cell: cells[0]!.id, estimate, interval: pair }] }
    },
  }
}
