import { BettingMean, betaMixture, decideLimit, tunedPrior } from '../../src/stats/index.ts'
import type { Cell, LimitPrediction, Measurement } from '../claim.ts'
import type { NumberedTrial } from '../result.ts'
import type { Decider } from './decider.ts'
import { growing, type Growing } from './quantile.ts'
import { tally } from './tally.ts'

type Limit = LimitPrediction<Cell, Measurement>

/**
 * A probability, a mean (with `range`) or a quantile (with `level`) → target over growing cells with shrinking margins,
 * each cell at α/K.
 */
export function limit(prediction: Limit, cells: readonly Cell[], alpha: number): Decider {
  const { target, margins, cap } = prediction
  const level = alpha / cells.length
  const round = cells.reduce((sum, { block }) => sum + block, 0)
  const states = cells.map((cell) => one(prediction, cell, level, (cap * cell.block) / round))
  return {
    add: (index, trials) => states[index]!.add(trials),
    look() {
      const looks = states.map((state) => state.look())
      const verdict = decideLimit(looks.map((interval, k) => ({ interval, target, margin: margins[k]! })))
      const byCell = looks.map(({ lower, upper, estimate }, k) => {
        return { cell: cells[k]!.id, estimate, interval: [lower, upper] as const }
      })
      const { estimate, interval } = byCell.at(-1)!
      return { verdict, estimate, interval, byCell }
    },
  }
}

interface One {
  add(trials: readonly NumberedTrial[]): void
  readonly look: Growing['look']
}

/** One cell at its level, with the trials that it has when the prediction is at its cap. */
function one(prediction: Limit, cell: Cell, alpha: number, trials: number): One {
  const { target, range, level } = prediction
  const values = (numbered: readonly NumberedTrial[]): number[] =>
    numbered.map(({ measurement }) => prediction.of(measurement, cell))
  if (range !== undefined) {
    const capital = new BettingMean({ low: range[0], high: range[1], alpha })
    let sum = 0
    return {
      add(numbered) {
        for (const value of values(numbered)) {
          capital.push(value)
          sum += value
        }
      },
      look: () => ({ ...capital.interval(), estimate: sum / capital.count }),
    }
  }
  if (level !== undefined) {
    const state = growing(level, trials, alpha)
    return { add: (numbered) => state.add(values(numbered)), look: state.look }
  }
  const count = tally(prediction)
  const prior = tunedPrior(target, trials, alpha)
  return {
    add: (numbered) => count.add(cell, numbered),
    look: () => ({
      ...betaMixture(count.successes, count.trials, alpha, prior),
      estimate: count.successes / count.trials,
    }),
  }
}
