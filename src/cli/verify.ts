import { exitCode, stringify, verify, type Claim, type SuiteResult } from '../../proofs-check/index.ts'
import { runsAt } from '../../proofs-check/claim.ts'
import { executor as tapeExecutor, setExecutor } from '../run/index.ts'
import type { Maker } from '../report/index.ts'
import type { VerifyRequest } from './arguments.ts'
import { inProcess, inThreads, type Executor } from './executor.ts'
import { fileDestination, folderDestinations, type Destination } from './files.ts'
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

/** Verifies claims, prints the table and writes the files. Returns the exit code. */
export async function verifyCommand(request: VerifyRequest, surroundings: Surroundings): Promise<number> {
  const { suite, terminal, signal } = surroundings
  const claims = suite.filter(({ id }) => request.claims.includes(id))
  const files = destinations(request, surroundings)
  if (request.executor) setExecutor(request.executor)
  const { fallback } = tapeExecutor()
  if (fallback) terminal.error(`verify: ${fallback}; programs are interpreted, which takes longer\n`)
  const executor = await startExecutor(request, surroundings)
  const view = progressView(terminal, judgedAt(claims, request))
  const { seed, budget } = request
  let result: SuiteResult
  try {
    result = await verify(claims, {
      ...{ seed, budget, signal },
      execute: executor.execute,
      onProgress: (progress) => view.update(progress),
      clock: () => performance.now() / 1000,
    })
  } finally {
    view.stop()
    await executor.stop()
  }
  const print = request.json === '-' ? terminal.error : terminal.out
  print(resultTable(result, terminal))
  for (const { destination, text } of files) destination.write(await text(result))
  for (const { shown } of files) if (shown !== undefined) print(`${shown}\n`)
  if (!signal.aborted) return exitCode(result)
  terminal.error('verify: interrupted; what was not decided by then is marked incomplete\n')
  return 130
}

interface Output {
  readonly destination: Destination
  readonly text: (result: SuiteResult) => string | Promise<string>
  /** The line that tells where it is. */
  readonly shown?: string
}

/** Every place that the result goes to, found writable before the first trial. */
function destinations({ json, report }: VerifyRequest, { terminal, maker }: Surroundings): Output[] {
  const asJson = (result: SuiteResult): string => `${stringify(result)}\n`
  const outputs: Output[] = []
  if (json === '-') outputs.push({ destination: { path: '-', write: terminal.out }, text: asJson })
  else if (json !== undefined)
    outputs.push({ destination: fileDestination(json), text: asJson, shown: `JSON: ${json}` })
  if (report !== undefined) {
    const [page, data] = folderDestinations(report, ['index.html', 'result.json'])
    // The page brings a plotting library along: loaded only by those who ask for it.
    const rendered = async (result: SuiteResult): Promise<string> =>
      (await import('../report/index.ts')).renderReport(result, maker)
    outputs.push(
      { destination: page!, text: rendered, shown: `Report: ${page!.path}` },
      { destination: data!, text: asJson },
    )
  }
  return outputs
}

async function startExecutor(
  { workers, executor }: VerifyRequest,
  { suite, terminal, signal, worker }: Surroundings,
): Promise<Executor> {
  if (workers > 1 && worker) {
    try {
      return await inThreads(worker, workers, signal, executor)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      terminal.error(`verify: worker threads did not start (${reason}); running in this one\n`)
    }
  }
  return inProcess(suite, signal)
}

/** How many predictions and controls a budget judges. */
function judgedAt(claims: readonly Claim[], { budget }: VerifyRequest): number {
  return claims.reduce((sum, { predictions, controls }) => {
    const judged = predictions.filter((prediction) => runsAt(prediction.budget, budget)).map(({ id }) => id)
    return sum + judged.length + controls.filter(({ predicts }) => judged.includes(predicts)).length
  }, 0)
}
