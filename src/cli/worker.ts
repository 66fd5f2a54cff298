import { runTask, suite, type Measurement, type Task } from '../../proofs-check/index.ts'

/** Tells that this thread has loaded the suite. */
export function ready(): boolean {
  return suite.length > 0
}

/** Runs trials of one cell of the suite. */
export function run(task: Task): Promise<Measurement[]> {
  return runTask(suite, task)
}
