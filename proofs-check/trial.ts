import { stream, type Stream } from '../src/random/index.ts'
import type { Cell, Claim, Control, Measurement } from './claim.ts'

/** A run of consecutive trials of one cell: what a worker is given. */
export interface Task {
  readonly claim: string
  /** Id of a control, or null for the claim itself. */
  readonly variant: string | null
  readonly cell: string
  readonly first: number
  readonly count: number
  readonly seed: number
}

/** What runs a task, wherever; undefined when its trials are not to be had, which ends what needs them. */
export type Execute = (task: Task) => Promise<readonly Measurement[] | undefined>

/** Trials from this number on repeat a refutation; a run counts those below it. */
export const freshTrials: number = 2147483648

/** The one with this id. Throws RangeError naming the ids there are. */
export function named<T extends { readonly id: string }>(list: readonly T[], id: string, what: string): T {
  const found = list.find((item) => item.id === id)
  if (found) return found
  throw new RangeError(`${what}: expected one of ${list.map((item) => item.id).join(', ')}, got ${id}`)
}

const instanceWord = 'instance '

/** The id of a cell that is not declared but made: from a size, or from plain data. */
export function instanceId(instance: unknown): string {
  return instanceWord + JSON.stringify(instance)
}

/** The cell as a control alters it, or as declared. */
export function cellOf(claim: Claim, variant: string | null, id: string): Cell {
  const cell = id.startsWith(instanceWord)
    ? instanceOf(claim, id)
    : named(claim.cells, id, `cell of ${claim.id}`)
  if (variant === null) return cell
  const control: Control<Cell> = named(claim.controls, variant, `control of ${claim.id}`)
  return { ...control.alter(cell), id: cell.id, block: cell.block }
}

function instanceOf(claim: Claim, id: string): Cell {
  let value: unknown
  try {
    value = JSON.parse(id.slice(instanceWord.length))
  } catch {
    // Ends in the error below, like everything that is no instance of this claim.
  }
  if (typeof value === 'number' && value >= 1 && claim.instance) return { ...claim.instance(value), id }
  if (typeof value === 'object' && value !== null && claim.instances)
    return { label: id, sizes: {}, ...value, id, block: 1 }
  throw new RangeError(`cell of ${claim.id}: expected an instance of the claim, got ${id}`)
}

/** Everything that is random in one trial comes from here. */
export function streamOf(
  { claim, variant, cell, seed }: Omit<Task, 'first' | 'count'>,
  trial: number,
): Stream {
  return stream(seed, claim, variant ?? 'claim', cell, trial)
}

/** Trials first … first + count - 1, each from its own stream: the same on every worker, in any order. */
export async function runTask(claims: readonly Claim[], task: Task): Promise<Measurement[]> {
  const claim = named(claims, task.claim, 'claim')
  const cell = cellOf(claim, task.variant, task.cell)
  const measurements: Measurement[] = []
  for (let trial = task.first; trial < task.first + task.count; trial++) {
    try {
      measurements.push(await claim.experiment(cell, streamOf(task, trial)))
    } catch (cause) {
      const where = [claim.id, task.variant, cell.id, `trial ${trial}`]
        .filter((part) => part !== null)
        .join(' / ')
      throw new Error(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
  return measurements
}
