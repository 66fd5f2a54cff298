/** Reductions over axes other than the last: a strip of neighbouring results at a time, each with one accumulator, terms ascending. */
import { bytesPerElement } from '../../../array/index.ts'
import { brIf, i32, loop, when, type Local, type Statement } from '../assembler/index.ts'
import { storeAll, storeSome } from './access.ts'
import { ExpressionLanes } from './expressions.ts'
import { inputLane } from './inputs.ts'
import { emitLanes, type LaneCode } from './lanes.ts'
import type { Address } from './loops.ts'
import type { Emitted } from './map.ts'
import type { Reduction } from './reduction.ts'

/** Vectors in a wide strip. */
const STRIP = 4

/** Results from..end along the last kept axis. */
export function emitColumns(
  reduction: Reduction,
  rowPointers: readonly Address[],
  [from, end]: readonly [Address, Address],
): Emitted {
  const { f, step, format, tracks, kept, reduced } = reduction
  const { width } = format
  const axis = kept.length - 1
  const output = tracks.spots[step.inputs.length]!
  const { before, pointers, by } = tracks.moving(f, axis, rowPointers, from)
  const [left, setLeft] = f.let(i32.sub(end, from))
  const combine = step.combine === 'sum' ? format.ops.add : format.ops.max
  const start = format.splat(step.combine === 'sum' ? 0 : -Infinity)

  /** The sums of a strip, and how they are stored. */
  const strip = (
    vectors: number,
    whole: boolean,
  ): { code: LaneCode; inside: readonly Statement[]; sums: Local<'v128'>[] } => {
    const sums = Array.from({ length: vectors }, () => f.local('v128'))
    let code: LaneCode | undefined
    const terms = (inner: readonly Address[]): readonly Statement[] => {
      const lanes = new ExpressionLanes(format.name)
      const holds = (_: number, place: number) => whole || i32.gtU(left.get, i32.const(place))
      const { inputs } = step
      const place = {
        format,
        inputs,
        tracks,
        along: axis,
        first: axis + 1,
        outside: pointers,
        inside: inner,
        holds,
      }
      const values = sums.map((_, copy) =>
        lanes.value(step.expression, (index) => inputLane(lanes, place, index, copy)),
      )
      code = emitLanes(f, values)
      return [...code.levels[2]!, ...sums.map((sum, i) => sum.set(combine(sum.get, code!.values[i]!)))]
    }
    const nest = (at: number, inner: readonly Address[]): readonly Statement[] =>
      at === reduced.length
        ? terms(inner)
        : tracks.along(f, axis + 1 + at, [i32.const(0), i32.const(reduced[at]!)], inner, (own) =>
            nest(at + 1, own),
          )
    const loops = nest(0, pointers)
    const clear = sums.map((sum) => sum.set(start))
    return { code: code!, inside: [...code!.levels[1]!, ...clear, ...loops], sums }
  }

  const target = pointers[output.track]!
  const offset = (copy: number): number => output.offset + copy * width * bytesPerElement[step.dtype]
  const storeWhole = (sums: readonly Local<'v128'>[]): Statement[] =>
    sums.map((sum, copy) => storeAll(step.dtype, target, sum.get, offset(copy)))
  const next = (vectors: number): Statement[] => [
    ...by(vectors * width),
    left.set(i32.sub(left.get, i32.const(vectors * width))),
  ]
  const wide = strip(STRIP, true)
  const narrow = strip(1, false)
  const enough = i32.geU(left.get, i32.const(STRIP * width))
  const inside = [
    ...before,
    setLeft,
    when(enough, [
      loop((again) => [...wide.inside, ...storeWhole(wide.sums), ...next(STRIP), brIf(again, enough)]),
    ]),
    when(left.get, [
      loop((again) => [
        ...narrow.inside,
        when(i32.geU(left.get, i32.const(width)), storeWhole(narrow.sums), [
          ...storeSome(step.dtype, target, narrow.sums[0]!.get, output.offset, left.get),
          // Nothing is left after this.
          left.set(i32.const(width)),
        ]),
        ...next(1),
        brIf(again, left.get),
      ]),
    ]),
  ]
  return { before: [...wide.code.levels[0]!, ...narrow.code.levels[0]!], inside }
}
