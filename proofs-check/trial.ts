import { stream } from '../src/random/index.ts'
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

/** Trials from this number on repeat a refutation; a run counts those below it. */
export const freshTrials: number = 2147483648

/** The one with this id. Throws RangeError naming the ids there are. */
export function named<T extends { readonly id: string }>(list: readonly T[], id: string, what: string): T {
  const found = list.find((item) => item.id === id)
  if (found) return found
  throw new RangeError(`${what}: expected one of ${list.map((item) => item.id).join(', ')}, got ${id}`)
}

/** The cell as a control alters it, or as declared. */
export function cellOf(claim: Claim, variant: string | null, id: string): Cell {
  const cell = named(claim.cells, id, `cell of ${claim.id}`)
  if (variant === null) return cell
  const control: Control<Cell> = named(claim.controls, variant, `control of ${claim.id}`)
  return { ...control.alter(cell), id: cell.id, block: cell.block }
}

/** Trials first … first + count - 1, each from its own stream: the same on every worker, in any order. */
export async function runTask(claims: readonly Claim[], task: Task): Promise<Measurement[]> {
  const claim = named(claims, task.claim, 'claim')
  const cell = cellOf(claim, task.variant, task.cell)
  const measurements: Measurement[] = []
  for (let trial = task.first; trial < task.first + task.count; trial++) {
    const source = stream(task.seed, claim.id, task.variant ?? 'claim', cell.id, trial)
    try {
      measurements.push(await claim.experiment(cell, source))
    } catch (cause) {
      const where = [claim.id, task.variant, cell.id, `trial ${trial}`]
        .filter((part) => part !== null)
        .join(' / ')
      throw new Error(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
  return measurements
}
