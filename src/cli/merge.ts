import {
  blockKey,
  differenceOf,
  journalHeader,
  journalled,
  type Block,
  type Claim,
  type Execute,
  type Task,
} from '../../proofs-check/index.ts'
import type { MergeRequest } from './arguments.ts'
import { readJournal, type JournalFile } from './journal-file.ts'
import { checkTogether } from './own-claims.ts'
import { UsageError } from './usage.ts'
import { destinations, finish, runClaims, type Surroundings } from './verify.ts'

/** Puts journals of one run together and decides in order. Returns the exit code. */
export async function mergeCommand(
  request: MergeRequest,
  own: readonly Claim[],
  surroundings: Surroundings,
): Promise<number> {
  const { suite, maker, terminal } = surroundings
  const journals = request.journals.map((file) => readJournal('merge', file))
  const [{ header: first }] = journals as [JournalFile, ...JournalFile[]]
  const claims = first.claims.map((id) => claimNamed([...own, ...suite], id))
  checkTogether('merge', claims)
  const { seed, budget } = first
  const { version } = maker
  for (const { file, header } of journals) {
    const wanted = journalHeader(claims, { version, seed, budget, shard: header.shard })
    const difference = differenceOf(header, wanted)
    if (difference !== undefined) throw new UsageError(`merge: ${difference}, in ${file}`)
  }
  agree(journals)
  const outputs = destinations('merge', request, surroundings)
  const missing: Task[] = []
  const find = (task: Task): ReturnType<JournalFile['find']> => {
    const key = blockKey(task)
    return journals.find(({ places }) => places.has(key))?.find(task)
  }
  const record = ({ task }: Block): void => void missing.push(task)
  const wrap = (execute: Execute): Execute =>
    journalled(
      async (task) => {
        if (request.complete) return execute(task)
        missing.push(task)
        return undefined
      },
      { find, record },
    )
  const settings = { ...request, command: 'merge', claims, seed, budget, wrap }
  try {
    const result = await runClaims(settings, surroundings)
    const code = await finish(settings, result, outputs, surroundings)
    terminal.error(closing(missing, request.complete))
    return code
  } finally {
    for (const journal of journals) journal.close()
  }
}

function closing(missing: readonly Task[], complete: boolean): string {
  if (missing.length === 0) return 'merge: no block was missing\n'
  if (complete) return `merge: ${missing.length} blocks were missing and have been computed\n`
  const { claim, variant, cell, first } = missing[0]!
  const where = [claim, variant, cell, `trial ${first}`].filter((part) => part !== null).join(' / ')
  return (
    `merge: ${missing.length} blocks are missing, the first at ${where}; what needs them is incomplete\n` +
    'hint: --complete computes them\n'
  )
}

function claimNamed(claims: readonly Claim[], id: string): Claim {
  const found = claims.find((claim) => claim.id === id)
  if (found) return found
  throw new UsageError(
    `merge: expected the claims of the journals, got none called ${JSON.stringify(id)}\n` +
      'hint: name the file of a claim of your own beside the journals',
  )
}

/** Two machines that measured different numbers in the same trials are nothing to go on from. */
function agree(journals: readonly JournalFile[]): void {
  for (const [index, { file, places }] of journals.entries())
    for (const other of journals.slice(0, index))
      for (const [key, { line, sum }] of other.places) {
        const place = places.get(key)
        if (place && place.sum !== sum)
          throw new UsageError(
            `merge: expected the same measurements of the same trials, got others in line ${line} of ${other.file} than in line ${place.line} of ${file}`,
          )
      }
}
