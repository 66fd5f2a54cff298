/** What the emitters of reductions have in common. */
import type { Shape } from '../../../array/index.ts'
import type { ReduceStep } from '../../plan/steps.ts'
import { i32, type FunctionBuilder, type Statement } from '../assembler/index.ts'
import type { Format } from './format.ts'
import type { Address, Tracks } from './loops.ts'

/** A reduction inside of a function: the loops over kept axes come first, those over reduced ones follow. */
export interface Reduction {
  readonly f: FunctionBuilder
  readonly step: ReduceStep
  readonly format: Format
  readonly tracks: Tracks
  readonly kept: Shape
  readonly reduced: Shape
}

/** Loops over the first reduced axes. */
export function overReduced(
  { f, tracks, kept, reduced }: Reduction,
  count: number,
  pointers: readonly Address[],
  inside: (pointers: readonly Address[]) => readonly Statement[],
): readonly Statement[] {
  const nest = (at: number, inner: readonly Address[]): readonly Statement[] =>
    at === count
      ? inside(inner)
      : tracks.along(f, kept.length + at, [i32.const(0), i32.const(reduced[at]!)], inner, (own) =>
          nest(at + 1, own),
        )
  return nest(0, pointers)
}
