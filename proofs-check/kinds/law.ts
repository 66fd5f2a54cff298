import { decide, ksDistance, ksTwoSample, timeUniformDkw } from '../../src/stats/index.ts'
import type { Cell, LawPrediction, Measurement } from '../claim.ts'
import type { Decider } from './decider.ts'
import { merged } from './merged.ts'

/** The sup-distance of two laws, or of a law to a distribution function, by the time-uniform DKW bound. */
export function law(
  prediction: LawPrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { margin, against } = prediction
  const cell = cells[0]!
  let values: Float64Array = new Float64Array(0)
  let others: Float64Array = new Float64Array(0)
  return {
    add(_, trials) {
      const of = trials.map(({ measurement }) => prediction.of(measurement, cell))
      values = merged(values, of)
      if ('sample' in against)
        others = merged(
          others,
          trials.map(({ measurement }) => against.sample(measurement, cell)),
        )
    },
    look() {
      const n = values.length
      const twoSample = 'sample' in against
      const room = twoSample
        ? 2 * timeUniformDkw(n, alpha / 2, cell.block)
        : timeUniformDkw(n, alpha, cell.block)
      const estimate =
        n === 0
          ? NaN
          : twoSample
            ? ksTwoSample(values, others).distance
            : ksDistance(values, (x) => against.cdf(x, cell))
      const lower = Math.max(0, estimate - room)
      const upper = Math.min(1, estimate + room)
      const interval = [lower, upper] as const
      const verdict = decide({ lower, upper }, 0, margin, 'atMost')
      return { verdict, estimate, interval, byCell: [{ cell: cell.id, estimate, interval }] }
    },
  }
}
