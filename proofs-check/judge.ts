import type { Cell, Claim, Prediction } from './claim.ts'
import { decider } from './decide.ts'
import type { Decider } from './kinds/decider.ts'
import type { Look, NumberedTrial, PredictionResult, Verdict } from './result.ts'

/** One prediction being judged: fed in trial order, frozen by the first round that decides it. */
export interface Judge {
  readonly prediction: Prediction
  readonly cells: readonly Cell[]
  readonly alpha: number
  readonly cap: number
  readonly decider: Decider
  look: Look
  open: boolean
  trials: number
  outside: number
}

export function judge(prediction: Prediction, cells: readonly Cell[], alpha: number, cap: number): Judge {
  const fresh = decider(prediction, cells, alpha)
  return {
    prediction,
    cells,
    alpha,
    cap,
    decider: fresh,
    look: fresh.look(false),
    open: true,
    trials: 0,
    outside: 0,
  }
}

/** Whether a trial meets the hypotheses that the prediction needs, and breaks the one `broken` on purpose. */
function admits(
  prediction: Prediction,
  claim: Claim,
  cell: Cell,
  trial: NumberedTrial,
  broken: string | null,
): boolean {
  return claim.hypotheses.every((hypothesis) =>
    hypothesis.id === broken
      ? !hypothesis.holds(cell, trial.measurement)
      : (prediction.needs !== undefined && !prediction.needs.includes(hypothesis.id)) ||
        hypothesis.holds(cell, trial.measurement),
  )
}

/** How many trials of a cell none of its open predictions may judge. */
export function outsideAll(
  open: readonly Judge[],
  claim: Claim,
  cell: Cell,
  trials: readonly NumberedTrial[],
  broken: string | null,
): number {
  const here = open.filter(({ prediction }) => prediction.cells.includes(cell.id))
  return trials.filter((trial) =>
    here.every(({ prediction }) => !admits(prediction, claim, cell, trial, broken)),
  ).length
}

/** Counts one round: the new trials of each of the prediction's cells. */
export function feed(
  state: Judge,
  claim: Claim,
  round: ReadonlyMap<string, readonly NumberedTrial[]>,
  broken: string | null,
): void {
  const { prediction, cells } = state
  cells.forEach((cell, index) => {
    const trials = round.get(cell.id)!
    const inside = trials.filter((trial) => admits(prediction, claim, cell, trial, broken))
    state.decider.add(index, inside)
    state.trials += trials.length
    state.outside += trials.length - inside.length
  })
  const final = state.trials >= state.cap
  state.look = state.decider.look(final)
  state.open = !final && state.look.verdict === 'undecided'
}

export function predictionResult(state: Judge, interrupted: boolean): PredictionResult {
  const { prediction, look } = state
  const verdict: Verdict = state.open && interrupted ? 'incomplete' : look.verdict
  return {
    id: prediction.id,
    says: prediction.says,
    kind: prediction.kind,
    family: prediction.family ?? prediction.id,
    cells: state.cells.map(({ id }) => id),
    target: 'target' in prediction ? prediction.target : 0,
    margin: prediction.kind === 'limit' ? prediction.margins.at(-1)! : prediction.margin,
    side: sideOf(prediction),
    marginReason: prediction.marginReason,
    alpha: state.alpha,
    cap: state.cap,
    trials: state.trials,
    trialsOutsideHypotheses: state.outside,
    ...look,
    verdict,
  }
}

function sideOf(prediction: Prediction): 'two' | 'atLeast' | 'atMost' {
  if (prediction.kind === 'every' || prediction.kind === 'law') return 'atMost'
  return 'side' in prediction && prediction.side !== undefined ? prediction.side : 'two'
}
