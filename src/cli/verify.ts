import {
  exitCode,
  journalHeader,
  journalled,
  runsAt,
  sharded,
  stringify,
  verify,
  type Budget,
  type Claim,
  type Execute,
  type SuiteResult,
} from '../../proofs-check/index.ts'
import { executor as tapeExecutor, setExecutor } from '../run/index.ts'
import type { Maker } from '../report/index.ts'
import type { RunRequest, VerifyRequest } from './arguments.ts'
import { inProcess, inThreads, type Executor } from './executor.ts'
import { fileDestination, folderDestinations, type Destination } from './files.ts'
import { openJournal } from './journal-file.ts'
import { checkTogether } from './own-claims.ts'
import { progressView } from './progress.ts'
import { resultTable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** What a command needs from outside. */
export interface Surroundings {
  readonly suite: readonly Claim[]
  readonly terminal: Terminal
  readonly maker: Maker
  /** Fires when the user interrupts. */
  readonly signal: AbortSignal
  /** The program of a worker thread; without one, trials run in this thread. */
  readonly worker?: URL
}

/** Verifies claims, `own` among them, prints the table and writes the files. Returns the exit code. */
export async function verifyCommand(
  request: VerifyRequest,
  own: readonly Claim[],
  surroundings: Surroundings,
): Promise<number> {
  const { suite, maker, terminal, signal } = surroundings
  const { seed, budget, shard, resume = false } = request
  const claims = [...suite.filter(({ id }) => request.claims.includes(id)), ...own]
  checkTogether('verify', claims)
  const outputs = destinations('verify', request, surroundings)
  const part = shard ? `${shard.index}/${shard.of}` : null
  const header = journalHeader(claims, { version: maker.version, seed, budget, shard: part })
  const journal =
    request.journal === undefined ? undefined : openJournal('verify', request.journal, header, resume)
  const found = journal?.places.size ?? 0
  if (found > 0) terminal.error(`verify: ${found} blocks of trials found in ${request.journal}\n`)
  const wrap = (execute: Execute): Execute => {
    const kept = journal ? journalled(execute, journal) : execute
    return shard ? sharded(kept, shard) : kept
  }
  const settings = { ...request, command: 'verify', claims, seed, budget, wrap }
  try {
    const result = await runClaims(settings, surroundings)
    if (shard && journal) {
      terminal.out(`Shard ${part}: ${journal.places.size} blocks of trials in ${journal.file}\n`)
      return signal.aborted ? interrupted('verify', surroundings) : 0
    }
    return await finish(settings, result, outputs, surroundings)
  } finally {
    journal?.close()
  }
}

/** A run: its claims, and what stands between it and the executor. */
export interface RunSettings extends RunRequest {
  readonly command: string
  readonly claims: readonly Claim[]
  readonly seed: number
  readonly budget: Budget
  wrap(execute: Execute): Execute
}

/** Runs claims with progress on standard error. */
export async function runClaims(settings: RunSettings, surroundings: Surroundings): Promise<SuiteResult> {
  const { command, claims, seed, budget } = settings
  const { terminal, signal } = surroundings
  if (settings.executor) setExecutor(settings.executor)
  const { fallback } = tapeExecutor()
  if (fallback) terminal.error(`${command}: ${fallback}; programs are interpreted, which takes longer\n`)
  const executor = await startExecutor(settings, surroundings)
  const view = progressView(terminal, judgedAt(claims, budget), command)
  try {
    return await verify(claims, {
      ...{ seed, budget, signal },
      execute: settings.wrap(executor.execute),
      onProgress: (progress) => view.update(progress),
      clock: () => performance.now() / 1000,
    })
  } finally {
    view.stop()
    await executor.stop()
  }
}

/** Prints the table and writes the files. Returns the exit code. */
export async function finish(
  { command, json }: RunSettings,
  result: SuiteResult,
  outputs: readonly Output[],
  surroundings: Surroundings,
): Promise<number> {
  const { terminal, signal } = surroundings
  const print = json === '-' ? terminal.error : terminal.out
  print(resultTable(result, terminal))
  for (const { destination, text } of outputs) destination.write(await text(result))
  for (const { shown } of outputs) if (shown !== undefined) print(`${shown}\n`)
  return signal.aborted ? interrupted(command, surroundings) : exitCode(result)
}

function interrupted(command: string, { terminal }: Surroundings): number {
  terminal.error(`${command}: interrupted; what was not decided by then is marked incomplete\n`)
  return 130
}

export interface Output {
  readonly destination: Destination
  readonly text: (result: SuiteResult) => string | Promise<string>
  /** The line that tells where it is. */
  readonly shown?: string
}

/** Every place that the result goes to, found writable before the first trial. */
export function destinations(
  command: string,
  { json, report, own }: RunRequest,
  { terminal, maker, suite }: Surroundings,
): Output[] {
  const asJson = (result: SuiteResult): string => `${stringify(result)}\n`
  const outputs: Output[] = []
  if (json === '-') outputs.push({ destination: { path: '-', write: terminal.out }, text: asJson })
  else if (json !== undefined)
    outputs.push({ destination: fileDestination(json, command), text: asJson, shown: `JSON: ${json}` })
  if (report !== undefined) {
    const [page, data] = folderDestinations(report, ['index.html', 'result.json'], command)
    // The page brings a plotting library along: loaded only by those who ask for it.
    const rendered = async (result: SuiteResult): Promise<string> => {
      const ids = result.claims.map(({ id }) => id).filter((id) => suite.every((claim) => claim.id !== id))
      const { renderReport } = await import('../report/index.ts')
      return renderReport(result, { ...maker, ...(own && { own: { files: own, claims: ids } }) })
    }
    outputs.push(
      { destination: page!, text: rendered, shown: `Report: ${page!.path}` },
      { destination: data!, text: asJson },
    )
  }
  return outputs
}

async function startExecutor(
  { command, claims, workers, executor, own }: RunSettings,
  { terminal, signal, worker }: Surroundings,
): Promise<Executor> {
  if (workers > 1 && worker) {
    try {
      const settings = { ...(executor && { tapes: executor }), ...(own && { own }) }
      return await inThreads(worker, workers, signal, settings)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      terminal.error(`${command}: worker threads did not start (${reason}); running in this one\n`)
    }
  }
  return inProcess(claims, signal)
}

/** How many predictions and controls a budget judges. */
function judgedAt(claims: readonly Claim[], budget: Budget): number {
  return claims.reduce((sum, { predictions, controls }) => {
    const judged = predictions.filter((prediction) => runsAt(prediction.budget, budget)).map(({ id }) => id)
    return sum + judged.length + controls.filter(({ predicts }) => judged.includes(predicts)).length
  }, 0)
}
