import type { Claim, Measurement, Prediction } from './claim.ts'
import { feed, judge, outsideAll, type Judge } from './judge.ts'
import { enter, ledger, type Ledger } from './ledger.ts'
import type { NumberedTrial } from './result.ts'
import { cellOf, named, type Execute, type Task } from './trial.ts'

/** The suite's error probability, family-wise. */
export const suiteAlpha = 0.001

/** Predictions that share cells, and therefore rounds. */
export interface Strand {
  readonly claim: Claim
  /** Id of a control, or null for the claim itself. */
  readonly variant: string | null
  readonly judges: readonly Judge[]
  readonly books: ReadonlyMap<string, Ledger>
  /** Number of the first trial. */
  readonly first: number
}

/** What a strand needs of its run. */
export interface Runner {
  readonly seed: number
  readonly execute: Execute
  readonly signal: AbortSignal | undefined
  /** Called after every round with the cells that it counted and the predictions that it settled. */
  readonly counted: (strand: Strand, cells: readonly string[], settled: readonly Judge[]) => void
}

/** The predictions as strands: those that share a cell, directly or through others, together. */
export function strands(claim: Claim, predictions: readonly Prediction[]): Strand[] {
  let groups: Prediction[][] = []
  for (const prediction of predictions) {
    const joined = groups.filter((group) =>
      group.some(({ cells }) => cells.some((id) => prediction.cells.includes(id))),
    )
    groups = [...groups.filter((group) => !joined.includes(group)), [...joined.flat(), prediction]]
  }
  // Declared order inside a strand, whatever order the joining left.
  return groups.map((group) =>
    strand(
      claim,
      null,
      predictions.filter((prediction) => group.includes(prediction)),
    ),
  )
}

/** One strand; a control judges its prediction with its own weight and cap, fresh trials begin at `first`. */
export function strand(
  claim: Claim,
  variant: string | null,
  predictions: readonly Prediction[],
  first: number = 0,
): Strand {
  const control = variant === null ? undefined : named(claim.controls, variant, `control of ${claim.id}`)
  const judges = predictions.map((prediction) => {
    const { weight, cap } = control ?? prediction
    const cells = prediction.cells.map((id) => cellOf(claim, variant, id))
    return judge(prediction, cells, suiteAlpha * claim.weight * weight, cap)
  })
  const books = new Map(judges.flatMap(({ cells }) => cells.map((cell) => [cell.id, ledger(cell)])))
  return { claim, variant, judges, books, first }
}

/**
 * Rounds until nothing is open: a block of trials in every cell still needed, then the predictions in
 * declared order. Ends with something open when the run is stopped, or its trials are not to be had.
 */
export async function runStrand(run: Runner, line: Strand): Promise<void> {
  const { claim, variant, judges, books, first } = line
  const broken = variant === null ? null : named(claim.controls, variant, `control of ${claim.id}`).breaks
  for (;;) {
    const open = judges.filter((state) => state.open)
    const active = [...books.values()].filter(({ cell }) =>
      open.some(({ prediction }) => prediction.cells.includes(cell.id)),
    )
    if (active.length === 0 || run.signal?.aborted) return
    const measured = await block(run, line, active)
    if (measured === undefined) return
    const round = new Map<string, readonly NumberedTrial[]>()
    active.forEach((book, index) => {
      const measurements = measured[index]!
      const start = first + book.trials
      const trials = measurements.map((measurement, i): NumberedTrial => ({
        origin: 'numbered',
        trial: start + i,
        measurement,
      }))
      round.set(book.cell.id, trials)
      enter(book, measurements, outsideAll(open, claim, book.cell, trials, broken))
    })
    for (const state of open) feed(state, claim, round, broken)
    run.counted(
      line,
      [...round.keys()],
      open.filter((state) => !state.open),
    )
  }
}

/** The next block of every active cell, or undefined when the run was stopped meanwhile or one is not to be had. */
async function block(
  run: Runner,
  line: Strand,
  active: readonly Ledger[],
): Promise<(readonly Measurement[])[] | undefined> {
  const { claim, variant, first } = line
  const tasks = active.map(({ cell, trials }): Task => {
    return {
      claim: claim.id,
      variant,
      cell: cell.id,
      first: first + trials,
      count: cell.block,
      seed: run.seed,
    }
  })
  try {
    const measured = await Promise.all(tasks.map(run.execute))
    const there = measured.filter((measurements) => measurements !== undefined)
    if (there.length < measured.length) return undefined
    there.forEach(({ length }, index) => {
      const { cell, count } = tasks[index]!
      if (length !== count)
        throw new RangeError(`verify: expected ${count} measurements of ${cell}, got ${length}`)
    })
    return there
  } catch (error) {
    if (run.signal?.aborted) return undefined
    throw error
  }
}
