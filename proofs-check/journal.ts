import { checksum } from './checksum.ts'
import type { Budget, Claim, Measurement } from './claim.ts'
import { schema } from './result.ts'
import type { Execute, Task } from './trial.ts'

/*
 * A journal is lines of text, each a checksum, a space and JSON. The first says of which run it is, every other one
 * holds the measurements of one block of trials. As blocks are numbered and decisions are made in order, a run that
 * finds some of its blocks in a journal decides as if it had computed them.
 */

/** Everything that the measurements of a run depend on: blocks of another run are refused. */
export interface JournalHeader {
  readonly journal: 1
  /** Version of the package. */
  readonly version: string
  readonly schema: number
  /** Fingerprint of the claims: their declared numbers and the text of their functions. */
  readonly suite: string
  readonly claims: readonly string[]
  readonly seed: number
  readonly budget: Budget
  /** `i/n` of a run that is split, null otherwise: parts of one run differ in this alone. */
  readonly shard: string | null
}

/** The header of a run of these claims. */
export function journalHeader(
  claims: readonly Claim[],
  run: Pick<JournalHeader, 'version' | 'seed' | 'budget' | 'shard'>,
): JournalHeader {
  return { journal: 1, schema, suite: fingerprint(claims), claims: claims.map(({ id }) => id), ...run }
}

/** Two claims with one fingerprint declare the same and have the same functions, as far as those are written there. */
export function fingerprint(claims: readonly Claim[]): string {
  return checksum(
    JSON.stringify(claims, (_, value: unknown) =>
      typeof value === 'function' || (typeof value === 'number' && !Number.isFinite(value))
        ? String(value)
        : value,
    ),
  )
}

/** What keeps a journal with the header `found` from being this run's, in words; undefined when nothing does. */
export function differenceOf(found: JournalHeader, wanted: JournalHeader): string | undefined {
  const names = ['version', 'schema', 'seed', 'budget', 'claims', 'shard', 'suite'] as const
  const name = names.find((field) => String(found[field]) !== String(wanted[field]))
  if (name === undefined) return undefined
  if (name === 'suite') return 'expected a journal of these claims, got one of claims that were changed since'
  const shown = (header: JournalHeader): string => String(header[name] ?? 'none').replaceAll(',', ', ')
  return `expected a journal of ${name} ${shown(wanted)}, got one of ${name} ${shown(found)}`
}

/** A line of a journal, without its end. */
export function writeLine(body: object): string {
  const text = JSON.stringify(body)
  return `${checksum(text)} ${text}`
}

/** What a line holds. RangeError when its checksum is not that of its text. */
export function readLine(line: string): unknown {
  const [sum, text] = [line.slice(0, 16), line.slice(17)]
  if (line[16] !== ' ' || sum !== checksum(text))
    throw new RangeError('expected a line whose checksum is that of its text')
  return JSON.parse(text)
}

/** The header in a journal's first line. RangeError for other text, or for a newer journal. */
export function readHeader(line: string): JournalHeader {
  const value = readLine(line) as Partial<JournalHeader> | null
  if (typeof value?.journal !== 'number') throw new RangeError('expected the header of a journal')
  if (value.journal > 1)
    throw new RangeError('expected a journal of format 1; a newer glassjaw wrote this one')
  return value as JournalHeader
}

/** One block: which trials, and what was measured in them. */
export interface Block {
  readonly task: Task
  readonly measurements: readonly Measurement[]
}

/** The line of a block: names once, then a row of numbers for every trial. */
export function writeBlock({ task, measurements }: Block): string {
  const { claim, variant, cell, first, count } = task
  const names = [...new Set(measurements.flatMap((measurement) => Object.keys(measurement)))]
  const rows = measurements.map((measurement) => names.map((name) => written(measurement, name)))
  return writeLine({ claim, variant, cell, first, count, names, rows })
}

/** The block in a line, of a run with this seed. RangeError for a line that is damaged or no block. */
export function readBlock(line: string, seed: number): Block {
  const { claim, variant, cell, first, count, names, rows } = readLine(line) as Omit<Task, 'seed'> & {
    readonly names: readonly string[]
    readonly rows: readonly (readonly Written[])[]
  }
  if (!Array.isArray(rows) || rows.length !== count)
    throw new RangeError('expected the measurements of a block')
  const measurements = rows.map((row) =>
    Object.fromEntries(
      names.flatMap((name, k) => {
        const value = row[k] ?? null
        return value === null ? [] : [[name, typeof value === 'string' ? Number(value) : value] as const]
      }),
    ),
  )
  return { task: { claim, variant, cell, first, count, seed }, measurements }
}

/** What JSON has no number for is text; null is a name that this trial did not measure. */
type Written = number | 'NaN' | 'Infinity' | '-Infinity' | '-0' | null

function written(measurement: Measurement, name: string): Written {
  const value = Object.hasOwn(measurement, name) ? measurement[name] : undefined
  if (value === undefined) return null
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : (String(value) as Written)
}

/** The name of a block among those of its run. */
export function blockKey({ claim, variant, cell, first, count }: Task): string {
  return JSON.stringify([claim, variant, cell, first, count])
}

/** Takes blocks from a journal, and writes those down that it has to compute. */
export function journalled(
  execute: Execute,
  journal: {
    find(task: Task): readonly Measurement[] | undefined
    record(block: Block): void
  },
): Execute {
  return async (task) => {
    const known = journal.find(task)
    if (known) return known
    const measurements = await execute(task)
    if (measurements) journal.record({ task, measurements })
    return measurements
  }
}
