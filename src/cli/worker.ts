import { runTask, suite, type Claim, type Measurement } from '../../proofs-check/index.ts'
import { setExecutor } from '../run/index.ts'
import type { Order } from './executor.ts'
import { ownClaims } from './own-claims.ts'

/** Tells that this thread has loaded the suite. */
export function ready(): boolean {
  return suite.length > 0
}

const loaded = new Map<string, Promise<readonly Claim[]>>()

/** Runs trials of one cell of the suite, or of a claim of one's own. */
export async function run({ task, tapes, own = [] }: Order): Promise<Measurement[]> {
  if (tapes) setExecutor(tapes)
  const key = own.join('\n')
  if (!loaded.has(key)) loaded.set(key, ownClaims('verify', own))
  return runTask([...(await loaded.get(key)!), ...suite], task)
}
