import type { Cell, Prediction } from './claim.ts'
import type { Decider } from './kinds/decider.ts'
import { every } from './kinds/every.ts'
import { law } from './kinds/law.ts'
import { limit } from './kinds/limit.ts'
import { mean } from './kinds/mean.ts'
import { probability } from './kinds/probability.ts'
import { quantile } from './kinds/quantile.ts'
import { slope } from './kinds/slope.ts'

/**
 * The state for a prediction about these cells at level α. A measurement that is NaN never supports: it stays
 * undecided.
 */
export function decider(prediction: Prediction, cells: readonly Cell[], alpha: number): Decider {
  const state = ofKind(prediction, cells, alpha)
  let failure: string | undefined
  return {
    add(cell, trials) {
      for (const { trial, measurement } of trials) {
        const value = prediction.of(measurement, cells[cell]!)
        if (typeof value !== 'number' || Number.isNaN(value))
          failure ??= `trial ${trial} of ${cells[cell]!.id} measured NaN`
      }
      if (failure === undefined) state.add(cell, trials)
    },
    look(final) {
      if (failure === undefined) return state.look(final)
      return { verdict: 'undecided', estimate: NaN, interval: [NaN, NaN], byCell: [], note: failure }
    },
  }
}

function ofKind(prediction: Prediction, cells: readonly Cell[], alpha: number): Decider {
  switch (prediction.kind) {
    case 'probability':
      return probability(prediction, cells, alpha)
    case 'mean':
      return mean(prediction, cells, alpha)
    case 'quantile':
      return quantile(prediction, cells, alpha)
    case 'slope':
      return slope(prediction, cells, alpha)
    case 'limit':
      return limit(prediction, cells, alpha)
    case 'law':
      return law(prediction, cells, alpha)
    case 'every':
      return every(prediction, cells)
  }
}
