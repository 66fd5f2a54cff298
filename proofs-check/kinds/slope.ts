import { exp } from '../../src/math/index.ts'
import { decide, sampleQuantile, slopeInterval, tunedPrior, type Prior } from '../../src/stats/index.ts'
import type { Cell, Measurement, SlopePrediction } from '../claim.ts'
import type { Decider } from './decider.ts'
import { merged } from './merged.ts'

/** The exponent of a quantile against the cells' first size: a weighted sum of log quantiles, each at level α/K. */
export function slope(
  prediction: SlopePrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margin, side, level } = prediction
  const sizes = cells.map((cell) => Object.values(cell.sizes)[0]!)
  const prior = slopePrior(prediction, cells, alpha)
  const sorted = cells.map((): Float64Array => new Float64Array(0))
  return {
    add(index, trials) {
      const values = trials.map(({ measurement }) => prediction.of(measurement, cells[index]!))
      sorted[index] = merged(sorted[index]!, values)
    },
    look() {
      const data = sizes.map((size, k) => ({ size, values: sorted[k]! }))
      const {
        estimate,
        interval,
        lackOfFit,
        cells: logs,
      } = slopeInterval(data, alpha, { prior, quantile: level })
      const { lower, upper } = interval
      const byCell = logs.map(({ lower, upper }, k) => {
        return {
          cell: cells[k]!.id,
          estimate: sampleQuantile(sorted[k]!, level),
          interval: [exp(lower), exp(upper)] as const,
        }
      })
      const verdict = decide({ lower, upper }, target, margin, side)
      const look = { verdict, estimate, interval: [lower, upper] as const, byCell }
      return lackOfFit ? { ...look, note: 'no power law passes through the intervals of all cells' } : look
    },
  }
}

/**
 * The prior of all cells, tuned to the trials of the largest one at the cap: it is the dearest and runs the
 * fewest.
 */
export function slopePrior(
  { level, cap }: { readonly level: number; readonly cap: number },
  cells: readonly Pick<Cell, 'block'>[],
  alpha: number,
): Prior {
  const round = cells.reduce((sum, { block }) => sum + block, 0)
  return tunedPrior(level, (cap * cells.at(-1)!.block) / round, alpha / cells.length)
}
