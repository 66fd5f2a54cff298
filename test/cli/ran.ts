import type { Claim } from '../../proofs-check/index.ts'
import { runCommand } from '../../src/cli/command.ts'
import { toyClaim } from '../proofs-check/toys.ts'
import { recorded, type Recorded } from './terminal.ts'

export interface Ran extends Recorded {
  readonly code: number
}

const maker = { version: '1.2.3', runtime: 'Node 20' }

/** The command line in this process, with what it printed. */
export async function run(
  args: readonly string[],
  suite: readonly Claim[] = [toyClaim()],
  changes: object = {},
): Promise<Ran> {
  const terminal = recorded()
  const surroundings = { suite, terminal, maker, signal: new AbortController().signal, ...changes }
  return { ...terminal, code: await runCommand(args, surroundings) }
}

/** The JSON with everything that may differ between two runs taken out. */
export function timeless(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => (key === 'seconds' ? 0 : value))
}
