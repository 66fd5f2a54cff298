import type { Cell, Measurement, Prediction } from './claim.ts'
import type { Decider } from './kinds/decider.ts'
import { every } from './kinds/every.ts'
import { law } from './kinds/law.ts'
import { limit } from './kinds/limit.ts'
import { mean } from './kinds/mean.ts'
import { probability } from './kinds/probability.ts'
import { quantile } from './kinds/quantile.ts'
import { sandwich } from './kinds/sandwich.ts'
import { slope } from './kinds/slope.ts'
import type { Look } from './result.ts'

/**
 * The state for a prediction about these cells at level α. A measurement that is NaN never supports: it stays
 * undecided. So does one whose trials met a declared situation too seldom.
 */
export function decider(prediction: Prediction, cells: readonly Cell[], alpha: number): Decider {
  const state = ofKind(prediction, cells, alpha)
  const met = (prediction.cover ?? []).map((cover) => ({ cover, count: 0 }))
  let trialsSoFar = 0
  let failure: string | undefined
  return {
    add(index, trials) {
      const cell = cells[index]!
      for (const { trial, measurement } of trials) {
        const wrong = failureOf(prediction, measurement, cell)
        if (wrong !== undefined) failure ??= `trial ${trial} of ${cell.id} ${wrong}`
        for (const one of met) if (one.cover.holds(measurement, cell)) one.count += 1
      }
      trialsSoFar += trials.length
      if (failure === undefined) state.add(index, trials)
    },
    look(final) {
      if (failure !== undefined)
        return { verdict: 'undecided', estimate: NaN, interval: [NaN, NaN], byCell: [], note: failure }
      const look = state.look(final)
      const cover = met.map(({ cover: { says, least = 0 }, count }) => {
        return { says, least, share: trialsSoFar === 0 ? 0 : count / trialsSoFar }
      })
      return cover.length === 0 ? look : covered({ ...look, cover })
    },
  }
}

function covered(look: Look): Look {
  const short = look.cover!.find(({ share, least }) => !(share >= least))
  if (short === undefined || look.verdict !== 'supported') return look
  const { says, share, least } = short
  const note = `${says}: expected in a share of at least ${least} of the trials, met in ${share.toPrecision(2)}`
  return { ...look, verdict: 'undecided', note }
}

/** What is wrong with a measurement, in words that follow the trial's name. */
function failureOf(prediction: Prediction, measurement: Measurement, cell: Cell): string | undefined {
  const values = [prediction.of(measurement, cell)]
  if (prediction.kind === 'sandwich') values.unshift(prediction.lower(measurement, cell))
  if (prediction.kind === 'quantile' && prediction.against) values.push(prediction.against(measurement, cell))
  if (values.some((value) => typeof value !== 'number' || Number.isNaN(value))) return 'measured NaN'
  if (prediction.kind === 'sandwich' && values[0]! > values[1]!)
    return `measured a lower end ${values[0]} above the upper end ${values[1]}`
  return undefined
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
    case 'sandwich':
      return sandwich(prediction, cells, alpha)
    case 'limit':
      return limit(prediction, cells, alpha)
    case 'law':
      return law(prediction, cells, alpha)
    case 'every':
      return every(prediction, cells)
  }
}
