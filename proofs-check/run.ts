import { budgets, runsAt, type Budget, type Claim, type Measurement } from './claim.ts'
import { checkClaims } from './check.ts'
import { illustrate } from './illustration.ts'
import { predictionResult, type Judge } from './judge.ts'
import { cellResult } from './ledger.ts'
import { tokenOf } from './replay.ts'
import {
  schema,
  type ClaimResult,
  type ControlResult,
  type PredictionResult,
  type SuiteResult,
  type Verdict,
} from './result.ts'
import { runStrand, strand, strands, suiteAlpha, type Runner, type Strand } from './strand.ts'
import { named, runTask, type Task } from './trial.ts'

/** Where a run is: told after every round. */
export interface Progress {
  readonly claim: string
  /** Id of a control, or null for the claim itself. */
  readonly variant: string | null
  /** Cells of the round that has just been counted. */
  readonly cells: readonly string[]
  /** Trials of the claim so far, controls included. */
  readonly trials: number
  /** Predictions and controls of the claim that are decided or at their caps, and how many there are. */
  readonly decided: number
  readonly total: number
}

export interface VerifyOptions {
  readonly seed: number
  readonly budget: Budget
  /** Runs the trials of a task: a worker pool; in this thread when absent. */
  readonly execute?: (task: Task) => Promise<readonly Measurement[]>
  /** Ends the run; what is not decided by then is incomplete. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /**
   * Seconds on a steady clock, for `seconds` in the result, which is 0 without it: nothing else depends on
   * time.
   */
  readonly clock?: () => number
}

/**
 * Runs claims until every prediction is decided or at its cap. The result depends on claims, seed and budget only
 * (`seconds` aside): not on the number of workers nor on the order in which tasks end.
 */
export async function verify(claims: readonly Claim[], options: VerifyOptions): Promise<SuiteResult> {
  checkClaims(claims)
  if (!budgets.includes(options.budget)) {
    throw new RangeError(`verify: expected a budget of ${budgets.join(', ')}, got ${String(options.budget)}`)
  }
  const { seed, budget } = options
  const stopwatch = started(options)
  const execute = options.execute ?? ((task: Task) => runTask(claims, task))
  const results = await Promise.all(claims.map((claim) => verifyClaim(claim, { ...options, execute })))
  return { schema, seed, budget, alpha: suiteAlpha, seconds: stopwatch(), claims: results }
}

async function verifyClaim(
  claim: Claim,
  options: VerifyOptions & Pick<Runner, 'execute'>,
): Promise<ClaimResult> {
  const stopwatch = started(options)
  const predictions = claim.predictions.filter((prediction) => runsAt(prediction.budget, options.budget))
  const main = strands(claim, predictions)
  const broken = claim.controls
    .filter((control) => predictions.some(({ id }) => id === control.predicts))
    .map((control) => strand(claim, control.id, [named(claim.predictions, control.predicts, 'prediction')]))
  const run = runner([...main, ...broken], options)
  await Promise.all([...main, ...broken].map((line) => runStrand(run, line)))

  const judges = main.flatMap((line) => line.judges)
  const inOrder = predictions.map(({ id }) => judges.find(({ prediction }) => prediction.id === id)!)
  const results = await Promise.all(inOrder.map((state) => resultOf(run, claim, null, state)))
  const controls = await Promise.all(broken.map((line) => controlResult(run, line)))
  const books = claim.cells.flatMap(({ id }) => main.flatMap((line) => line.books.get(id) ?? []))
  const { id, title, source, statement, symbols, shows, expected } = claim
  const result = {
    ...{ id, title, source, statement, symbols, shows },
    hypotheses: claim.hypotheses.map(({ id, says }) => ({ id, says })),
    expected,
    verdict: conjunction(results.map(({ verdict }) => verdict)),
    alpha: suiteAlpha * claim.weight,
    predictions: results,
    controls,
    cells: books.map(cellResult),
    trials: [...main, ...broken].reduce((sum, line) => sum + trialsOf(line), 0),
    trialsOutsideHypotheses: books.reduce((sum, book) => sum + book.outside, 0),
    seconds: stopwatch(),
    replay: replayOf(claim, results, options.seed),
  }
  return { ...result, figures: claim.figures(result) }
}

/** Refuted when one prediction is, supported when all are, else undecided; incomplete when the run was stopped. */
export function conjunction(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('refuted')) return 'refuted'
  if (verdicts.includes('incomplete')) return 'incomplete'
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'supported')
    ? 'supported'
    : 'undecided'
}

async function resultOf(
  run: Runner,
  claim: Claim,
  variant: string | null,
  state: Judge,
): Promise<PredictionResult> {
  const result = predictionResult(state, run.signal?.aborted ?? false)
  if (result.verdict !== 'refuted' || run.signal?.aborted) return result
  const illustration = await illustrate(run, claim, variant, state)
  return illustration === undefined ? result : { ...result, illustration }
}

async function controlResult(run: Runner, line: Strand): Promise<ControlResult> {
  const { id, says, breaks, predicts, value } = named(line.claim.controls, line.variant!, 'control')
  const result = await resultOf(run, line.claim, id, line.judges[0]!)
  return {
    ...result,
    id,
    says,
    breaks,
    predicts,
    value,
    cellResults: [...line.books.values()].map(cellResult),
  }
}

/** The token of the first refutation's illustration, or of the claim's first trial. */
function replayOf(claim: Claim, results: readonly PredictionResult[], seed: number): string {
  const telling = results.find(({ illustration }) => illustration !== undefined)?.illustration
  return (
    telling?.replay ?? tokenOf({ claim: claim.id, variant: null, cell: claim.cells[0].id, seed, trial: 0 })
  )
}

function runner(lines: readonly Strand[], options: VerifyOptions & Pick<Runner, 'execute'>): Runner {
  const { seed, execute, signal, onProgress } = options
  const judges = lines.flatMap((line) => line.judges)
  const counted = ({ claim, variant }: Strand, cells: readonly string[]): void =>
    onProgress?.({
      ...{ claim: claim.id, variant, cells },
      trials: lines.reduce((sum, line) => sum + trialsOf(line), 0),
      decided: judges.filter((state) => !state.open).length,
      total: judges.length,
    })
  return { seed, execute, signal, counted }
}

function trialsOf({ books }: Strand): number {
  return [...books.values()].reduce((sum, book) => sum + book.trials, 0)
}

/** Seconds since now by the caller's clock. */
function started({ clock = () => 0 }: VerifyOptions): () => number {
  const start = clock()
  return () => clock() - start
}
