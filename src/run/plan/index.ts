/**
 * The plan: what to do for a tape, made once and carried out often.
 *
 *     tape → graph (graph.ts) → steps (lower.ts, views.ts) → fewer steps (inline.ts, share.ts, updates.ts, epilogue.ts) → places in memory (arena.ts) → plan
 */
import type { Tape } from '../../tape/index.ts'
import { place } from './arena.ts'
import type { Draft } from './draft.ts'
import { attachEpilogues } from './epilogue.ts'
import { Expressions } from './expressions.ts'
import { graphOf } from './graph.ts'
import { inlineMaps } from './inline.ts'
import { MOST_VIEWS } from './loop-steps.ts'
import { lower } from './lower.ts'
import { shareLoops } from './share.ts'
import type { Plan } from './steps.ts'
import { delayUpdates } from './updates.ts'

export { reads, writes, type Draft, type Value } from './draft.ts'
export { collapse } from './collapse.ts'
export { explain } from './explain.ts'
export type {
  Buffer,
  GatherStep,
  HostStep,
  MapStep,
  Matrices,
  MatmulStep,
  MovePiece,
  MoveStep,
  Plan,
  ReduceStep,
  Step,
  Summary,
  View,
} from './steps.ts'

export interface PlanOptions {
  /** Positions of arguments whose memory results of the same type may take over. */
  readonly donate?: readonly number[]
}

export function plan(tape: Tape, options: PlanOptions = {}): Plan {
  const draft = draftOf(tape, options)
  shareLoops(draft)
  delayUpdates(draft)
  attachEpilogues(draft)
  return place(draft)
}

export interface DraftOptions extends PlanOptions {
  /** Arrays that a loop made of others may read and write. */
  readonly mostViews?: number
}

/** Steps for values without places yet, one result each: what executors with a memory of their own start from, too. */
export function draftOf(tape: Tape, { donate = [], mostViews = MOST_VIEWS }: DraftOptions = {}): Draft {
  const draft = lower(graphOf(tape), new Expressions(), donate)
  inlineMaps(draft, mostViews)
  return draft
}
