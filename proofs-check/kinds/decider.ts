import type { Look, NumberedTrial } from '../result.ts'

/**
 * The sequential state of one prediction. Only numbered trials are evidence; replayed and shrunk ones have
 * other types.
 */
export interface Decider {
  /** Counts the next trials of the prediction's cell of this index, in trial order. */
  add(cell: number, trials: readonly NumberedTrial[]): void
  /** What the trials so far say; `final` when no more will come. */
  look(final: boolean): Look
}
