import { exp } from '../../src/math/index.ts'
import {
  decide,
  sampleQuantile,
  slopeInterval,
  tunedPrior,
  type Prior,
  type Slope,
} from '../../src/stats/index.ts'
import type { Cell, Measurement, SlopePrediction } from '../claim.ts'
import type { Look } from '../result.ts'
import type { Decider } from './decider.ts'
import { merged } from './merged.ts'

/** The exponent of a quantile against the cells' first size: a weighted sum of log quantiles, each at level α/K. */
export function slope(
  prediction: SlopePrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margin, side } = prediction
  const line = powerLaw(prediction, cells, alpha)
  return {
    add: (index, trials) =>
      line.add(
        index,
        trials.map(({ measurement }) => prediction.of(measurement, cells[index]!)),
      ),
    look() {
      const { estimate, interval, lackOfFit, bend, cells: logs } = line.fit()
      const { lower, upper } = interval
      const byCell = logs.map(({ lower, upper }, k) => {
        return {
          cell: cells[k]!.id,
          estimate: line.quantile(k),
          interval: [exp(lower), exp(upper)] as const,
        }
      })
      const verdict = decide({ lower, upper }, target, margin, side)
      return {
        ...{ verdict, estimate, interval: [lower, upper] as const, byCell },
        ...bendOf(bend),
        ...(lackOfFit && { note: noPowerLaw }),
      }
    },
  }
}

export const noPowerLaw = 'no power law passes through the intervals of all cells'

/** The bend of a fit as results hold it. */
export function bendOf(bend: Slope['bend']): Pick<Look, 'bend'> {
  if (bend === undefined) return {}
  const { estimate, interval } = bend
  return { bend: { estimate, interval: [interval.lower, interval.upper] } }
}

/** Quantiles of a growing number of values in every cell, and the power law through them at level α. */
export interface PowerLaw {
  add(cell: number, values: readonly number[]): void
  fit(): Slope
  quantile(cell: number): number
}

export function powerLaw(
  prediction: { readonly level: number; readonly cap: number },
  cells: readonly Cell[],
  alpha: number,
): PowerLaw {
  const sizes = cells.map((cell) => Object.values(cell.sizes)[0]!)
  const prior = slopePrior(prediction, cells, alpha)
  const sorted = cells.map((): Float64Array => new Float64Array(0))
  return {
    add: (cell, values) => void (sorted[cell] = merged(sorted[cell]!, values)),
    fit: () =>
      slopeInterval(
        sizes.map((size, k) => ({ size, values: sorted[k]! })),
        alpha,
        { prior, quantile: prediction.level },
      ),
    quantile: (cell) => sampleQuantile(sorted[cell]!, prediction.level),
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
