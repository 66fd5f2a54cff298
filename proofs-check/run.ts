import { budgets, runsAt, type Budget, type Claim } from './claim.ts'
import { checkClaims } from './check.ts'
import type { FigureRecord } from './figure.ts'
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
import { smallest } from './shrink.ts'
import { runStrand, strand, strands, suiteAlpha, type Runner, type Strand } from './strand.ts'
import { named, runTask, type Execute, type Task } from './trial.ts'

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
  /**
   * How much of the claim is behind it: decided predictions count 1, open ones the share of their cap, divided by
   * their number.
   */
  readonly share: number
  /** What this round settled. */
  readonly settled: readonly Settled[]
}

/** A prediction or control that has just been decided, or is undecided at its cap. */
export interface Settled {
  /** Id of the prediction or of the control. */
  readonly id: string
  readonly says: string
  readonly verdict: Verdict
  readonly expected: 'supported' | 'refuted'
}

export interface VerifyOptions {
  readonly seed: number
  readonly budget: Budget
  /**
   * Runs the trials of a task: a worker pool, a journal; in this thread when absent. What needs trials that it does
   * not have stays incomplete.
   */
  readonly execute?: Execute
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
  const later = claim.predictions.filter((prediction) => !predictions.includes(prediction))
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
    ...(later.length > 0 && {
      unjudged: later.map(({ id, says, budget }) => ({ id, says, needs: budget })),
    }),
  }
  return { ...result, ...figuresOf(claim, result) }
}

/** A drawing that fails must not take the verdicts with it: cells of a run that was stopped may be empty. */
function figuresOf(
  claim: Claim,
  result: Omit<ClaimResult, 'figures'>,
): Pick<ClaimResult, 'figures' | 'figuresFailed'> {
  try {
    const figures: readonly FigureRecord[] = claim.figures(result)
    return { figures }
  } catch (error) {
    return { figures: [], figuresFailed: error instanceof Error ? error.message : String(error) }
  }
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
  const result = predictionResult(state)
  if (result.verdict !== 'refuted' || run.signal?.aborted) return result
  const illustration = await illustrate(run, claim, variant, state)
  const counterexample = await smallest(run, claim, variant, state.prediction)
  return { ...result, ...(illustration && { illustration }), ...(counterexample && { counterexample }) }
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
  const refuted = results.find(({ verdict }) => verdict === 'refuted')
  const telling = refuted?.counterexample ?? refuted?.illustration
  return (
    telling?.replay ?? tokenOf({ claim: claim.id, variant: null, cell: claim.cells[0].id, seed, trial: 0 })
  )
}

function runner(lines: readonly Strand[], options: VerifyOptions & Pick<Runner, 'execute'>): Runner {
  const { seed, execute, signal, onProgress } = options
  const judges = lines.flatMap((line) => line.judges)
  const behind = (state: Judge): number => (state.open ? Math.min(1, state.trials / state.cap) : 1)
  const counted: Runner['counted'] = ({ claim, variant }, cells, settled) =>
    onProgress?.({
      ...{ claim: claim.id, variant, cells },
      trials: lines.reduce((sum, line) => sum + trialsOf(line), 0),
      decided: judges.filter((state) => !state.open).length,
      total: judges.length,
      share: judges.reduce((sum, state) => sum + behind(state), 0) / judges.length,
      settled: settled.map(({ prediction, look }) => settledOf(claim, variant, prediction, look.verdict)),
    })
  return { seed, execute, signal, counted }
}

function settledOf(
  claim: Claim,
  variant: string | null,
  { id, says }: { readonly id: string; readonly says: string },
  verdict: Verdict,
): Settled {
  if (variant === null) return { id, says, verdict, expected: claim.expected }
  const control = named(claim.controls, variant, 'control')
  return { id: variant, says: control.says, verdict, expected: 'refuted' }
}

function trialsOf({ books }: Strand): number {
  return [...books.values()].reduce((sum, book) => sum + book.trials, 0)
}

/** Seconds since now by the caller's clock. */
function started({ clock = () => 0 }: VerifyOptions): () => number {
  const start = clock()
  return () => clock() - start
}
