import { fileURLToPath } from 'node:url'
import { Tinypool } from 'tinypool'
import { runTask, type Claim, type Measurement, type Task } from '../../proofs-check/index.ts'
import type { ExecutorName } from '../run/index.ts'

/** What runs the trials of a claim: threads, or this one. Its results depend on the task alone. */
export interface Executor {
  readonly workers: number
  execute(task: Task): Promise<readonly Measurement[]>
  stop(): Promise<void>
}

/** What a thread is given. */
export interface Order {
  readonly task: Task
  /** What is to run tapes there, if it matters. */
  readonly tapes?: ExecutorName
  /** Files with claims that are not of the suite. */
  readonly own?: readonly string[]
}

/** Runs trials in this thread, and lets signals and timers in between them. */
export function inProcess(claims: readonly Claim[], signal: AbortSignal): Executor {
  return {
    workers: 1,
    async execute(task) {
      const measurements: Measurement[] = []
      let rested = -Infinity
      for (const { first } of slices(task, task.count)) {
        if (performance.now() - rested > 20) {
          await new Promise((resolve) => setImmediate(resolve))
          rested = performance.now()
        }
        signal.throwIfAborted()
        measurements.push(...(await runTask(claims, { ...task, first, count: 1 })))
      }
      return measurements
    },
    stop: () => Promise.resolve(),
  }
}

/** Starts a pool of threads that each run `file`, with every order's settings. Rejects when they cannot start. */
export async function inThreads(
  file: URL,
  workers: number,
  signal: AbortSignal,
  settings: Omit<Order, 'task'> = {},
): Promise<Executor> {
  const filename = fileURLToPath(file)
  // The program is named with each task, not to the pool: then one that cannot be loaded is a task that
  // rejects, not a thread that dies.
  const pool = new Tinypool({ minThreads: workers, maxThreads: workers })
  const stop = (): Promise<void> => pool.destroy()
  try {
    await pool.run(null, { filename, name: 'ready' })
  } catch (error) {
    await stop()
    throw error
  }
  // Trials in flight are of no use after an interruption.
  signal.addEventListener('abort', () => void stop(), { once: true })
  return {
    workers,
    async execute(task) {
      signal.throwIfAborted()
      const parts = slices(task, workers).map(
        (slice) =>
          pool.run({ ...settings, task: slice } satisfies Order, {
            filename,
            name: 'run',
          }) as Promise<Measurement[]>,
      )
      return (await Promise.all(parts)).flat()
    },
    stop,
  }
}

/** Cuts a task into at most `parts` consecutive ones, so that the last open cell keeps every thread busy. */
export function slices(task: Task, parts: number): Task[] {
  const edges = Array.from({ length: parts + 1 }, (_, i) => task.first + Math.floor((i * task.count) / parts))
  return edges
    .slice(1)
    .map((end, i) => ({ ...task, first: edges[i]!, count: end - edges[i]! }))
    .filter(({ count }) => count > 0)
}
