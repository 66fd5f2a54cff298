import { betaMixture, decideLimit, tunedPrior } from '../../src/stats/index.ts'
import type { Cell, LimitPrediction, Measurement } from '../claim.ts'
import type { Decider } from './decider.ts'
import { tally } from './tally.ts'

/** P(of = 1) → target over growing cells with shrinking margins, each cell at α/K. */
export function limit(
  prediction: LimitPrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margins } = prediction
  const counts = cells.map(() => tally(prediction))
  const level = alpha / cells.length
  const round = cells.reduce((sum, { block }) => sum + block, 0)
  const priors = cells.map(({ block }) => tunedPrior(target, (prediction.cap * block) / round, level))
  return {
    add: (index, trials) => counts[index]!.add(cells[index]!, trials),
    look() {
      const intervals = counts.map(({ successes, trials }, k) =>
        betaMixture(successes, trials, level, priors[k]!),
      )
      const verdict = decideLimit(intervals.map((interval, k) => ({ interval, target, margin: margins[k]! })))
      const byCell = counts.map(({ successes, trials }, k) => {
        const { lower, upper } = intervals[k]!
        return { cell: cells[k]!.id, estimate: successes / trials, interval: [lower, upper] as const }
      })
      const { estimate, interval } = byCell.at(-1)!
      return { verdict, estimate, interval, byCell }
    },
  }
}
