import { runTask, suite, type Measurement } from '../../proofs-check/index.ts'
import { setExecutor } from '../run/index.ts'
import type { Order } from './executor.ts'

/** Tells that this thread has loaded the suite. */
export function ready(): boolean {
  return suite.length > 0
}

/** Runs trials of one cell of the suite. */
export function run({ task, tapes }: Order): Promise<Measurement[]> {
  if (tapes) setExecutor(tapes)
  return runTask(suite, task)
}
