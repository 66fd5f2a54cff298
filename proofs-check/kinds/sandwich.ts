import { decide } from '../../src/stats/index.ts'
import { exp } from '../../src/math/index.ts'
import type { Cell, Measurement, SandwichPrediction } from '../claim.ts'
import type { Decider } from './decider.ts'
import { bendOf, noPowerLaw, powerLaw } from './slope.ts'

/**
 * The exponents of both ends of a bracket, each at α/2: supported when both are, refuted when one is. The interval is
 * the hull of both.
 */
export function sandwich(
  prediction: SandwichPrediction<Cell, Measurement>,
  cells: readonly Cell[],
  alpha: number,
): Decider {
  const { target, margin, side } = prediction
  const ends = [prediction.lower, prediction.of].map((measured) => {
    return { measured, line: powerLaw(prediction, cells, alpha / 2) }
  })
  return {
    add(index, trials) {
      for (const { measured, line } of ends)
        line.add(
          index,
          trials.map(({ measurement }) => measured.call(prediction, measurement, cells[index]!)),
        )
    },
    look() {
      const [low, high] = ends.map(({ line }) => line.fit()) as [Fit, Fit]
      const verdicts = [low, high].map(({ interval }) => decide(interval, target, margin, side))
      const verdict = verdicts.includes('refuted')
        ? 'refuted'
        : verdicts.includes('undecided')
          ? 'undecided'
          : 'supported'
      const byCell = cells.map(({ id }, k) => {
        const [below, above] = ends.map(({ line }) => line.quantile(k)) as [number, number]
        const interval = [exp(low.cells[k]!.lower), exp(high.cells[k]!.upper)] as const
        return { cell: id, estimate: Math.sqrt(below * above), interval }
      })
      const shown = (name: string, { estimate, interval: { lower, upper } }: Fit): string =>
        `${name} ${estimate.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`
      const parts = [
        `exponents: ${shown('lower end', low)}, ${shown('upper end', high)}`,
        ...(low.lackOfFit || high.lackOfFit ? [noPowerLaw] : []),
      ]
      return {
        ...{ verdict, byCell, estimate: (low.estimate + high.estimate) / 2 },
        interval: [
          Math.min(low.interval.lower, high.interval.lower),
          Math.max(low.interval.upper, high.interval.upper),
        ],
        note: parts.join('; '),
        ...bendOf(high.bend),
      }
    },
  }
}

type Fit = ReturnType<ReturnType<typeof powerLaw>['fit']>
