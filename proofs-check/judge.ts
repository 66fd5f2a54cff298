import { expm1, log } from '../src/math/index.ts'
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
  /** Its memory, until it is decided. */
  decider: Decider | undefined
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
export function admits(
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
  const { prediction, cells, decider } = state
  if (decider === undefined) return
  cells.forEach((cell, index) => {
    const trials = round.get(cell.id)!
    const inside = trials.filter((trial) => admits(prediction, claim, cell, trial, broken))
    decider.add(index, inside)
    state.trials += trials.length
    state.outside += trials.length - inside.length
  })
  const final = state.trials >= state.cap
  state.look = decider.look(final)
  state.open = !final && state.look.verdict === 'undecided'
  if (!state.open) state.decider = undefined
}

/** What came out; a prediction that is still open was stopped. */
export function predictionResult(state: Judge): PredictionResult {
  const { prediction, look } = state
  const verdict: Verdict = state.open ? 'incomplete' : look.verdict
  const seen = detectable(state)
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
    ...(Number.isFinite(seen) && { detectable: seen }),
  }
}

/**
 * A truth that is refuted lies at least the margin and half an interval away from the target; a share of
 * counterexamples that all of n trials miss has probability α at 1 - α^(1/n).
 */
function detectable({ prediction, look, alpha, trials, outside }: Judge): number {
  if (prediction.kind === 'every') return trials > outside ? -expm1(log(alpha) / (trials - outside)) : NaN
  const [low, high] = look.interval
  const margin = prediction.kind === 'limit' ? prediction.margins.at(-1)! : prediction.margin
  return margin + Math.max(high - look.estimate, look.estimate - low)
}

function sideOf(prediction: Prediction): 'two' | 'atLeast' | 'atMost' {
  if (prediction.kind === 'every' || prediction.kind === 'law') return 'atMost'
  return 'side' in prediction && prediction.side !== undefined ? prediction.side : 'two'
}
