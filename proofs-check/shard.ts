import { hash32 } from './checksum.ts'
import { freshTrials, type Execute } from './trial.ts'

/** Part `index`, from 1, of a run that is split into `of` parts. */
export interface Shard {
  readonly index: number
  readonly of: number
}

/**
 * The blocks of every cell are dealt out in turn: of `of` consecutive ones each shard computes one. A shard decides
 * nothing. To know when to stop it lets its own block stand in for those of the others, so that it goes about as far as
 * the whole run will; what that falls short of is computed by whoever merges the journals.
 */
export function sharded(execute: Execute, { index, of }: Shard): Execute {
  return (task) => {
    const start = task.first >= freshTrials ? freshTrials : 0
    const number = (task.first - start) / task.count
    // Cells begin with different shards: many stop within a few blocks.
    const turn = hash32([task.claim, task.variant, task.cell].join(' ')) % of
    const own = number - (number % of) + ((index - 1 + turn) % of)
    return execute({ ...task, first: start + own * task.count })
  }
}
