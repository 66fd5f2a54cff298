/**
 * Reductions of an expression, in the order of order.ts. Along the last axis LANES terms at a time, each in a lane of its own; along other
 * axes one accumulator per result, neighbouring results in one vector. A maximum is the same in any order.
 */
import { sizeOf, type Shape } from '../../../array/index.ts'
import { constant } from '../../../tape/expression.ts'
import { LANES, reducesInLanes } from '../../order.ts'
import { collapse } from '../../plan/collapse.ts'
import type { ReduceStep, View } from '../../plan/steps.ts'
import { i32, type ModuleBuilder, type Statement } from '../assembler/index.ts'
import { formatOf } from './access.ts'
import { emitColumns } from './columns.ts'
import { emitIntegers } from './integers.ts'
import { Tracks, type Address } from './loops.ts'
import { chunkOf, emitMap, placed, type Emitted, type MapFunction } from './map.ts'
import type { Reduction } from './reduction.ts'
import { emitInLanes, emitTermByTerm } from './rows.ts'

export function emitReduce(
  module: ModuleBuilder,
  name: string,
  step: ReduceStep,
  place: (view: View) => number,
): MapFunction {
  const { shape, axes, output } = step
  if (sizeOf(axes.map((axis) => shape[axis]!)) === 0) return emitStart(module, name, step, place)
  const keptAxes = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const along = (views: readonly View[], list: readonly number[]): number[][] =>
    views.map(({ strides }) => list.map((axis) => strides[axis]!))
  const kept = collapse(output.shape, [...along(step.inputs, keptAxes), [...output.strides]])
  const reduced = collapse(
    axes.map((axis) => shape[axis]!),
    along(step.inputs, axes),
  )
  const none = (loops: { shape: number[]; strides: number[][] }): void => {
    if (loops.shape.length > 0) return
    loops.shape.push(1)
    loops.strides.forEach((list) => list.push(0))
  }
  none(kept)
  none(reduced)
  const views = [...step.inputs, output]
  const strides = views.map((_, i) => [
    ...kept.strides[i]!,
    ...(reduced.strides[i] ?? reduced.shape.map(() => 0)),
  ])
  const tracks = new Tracks(placed(views, strides, place))
  const last = kept.shape.length - 1
  const inColumns = step.dtype !== 'i32' && !reducesInLanes(shape, axes)
  const call = module.define(name, ['i32', 'i32', 'i32'], 'void', (f, base, from, to) => {
    if (sizeOf(kept.shape) === 0) return []
    const reduction: Reduction = {
      f,
      step,
      format: formatOf(step.dtype),
      tracks,
      kept: kept.shape,
      reduced: reduced.shape,
    }
    const start: Statement[] = []
    const take = ({ before, inside }: Emitted): readonly Statement[] => {
      start.push(...before)
      return inside
    }
    const one =
      step.dtype === 'i32' ? emitIntegers : termByTerm(step, reduced.shape) ? emitTermByTerm : emitInLanes
    const nest = (axis: number, pointers: readonly Address[]): readonly Statement[] => {
      const range =
        axis === 0 ? ([from.get, to.get] as const) : ([i32.const(0), i32.const(kept.shape[axis]!)] as const)
      if (axis === last && inColumns) return take(emitColumns(reduction, pointers, range))
      const inner = (own: readonly Address[]): readonly Statement[] =>
        axis === last ? take(one(reduction, own)) : nest(axis + 1, own)
      return tracks.along(f, axis, range, pointers, inner)
    }
    const loops = nest(0, tracks.from(base.get))
    return [...start, ...loops]
  })
  const outer = kept.shape[0]!
  return { call, outer, chunk: chunkOf(outer, sizeOf(kept.shape.slice(1)) * sizeOf(reduced.shape)) }
}

/** Lanes count on from one row of terms to the next, which vectors can do only where every row fills all lanes. */
function termByTerm({ combine, shape, axes }: ReduceStep, reduced: Shape): boolean {
  return (
    combine === 'sum' && reducesInLanes(shape, axes) && reduced.length > 1 && reduced.at(-1)! % LANES !== 0
  )
}

/** Of no terms: the start values. */
function emitStart(
  module: ModuleBuilder,
  name: string,
  { combine, dtype, output }: ReduceStep,
  place: (view: View) => number,
): MapFunction {
  const expression = constant(combine === 'sum' ? 0 : -Infinity)
  const { shape } = output
  return emitMap(
    module,
    name,
    { kind: 'map', dtype, shape, inputs: [], outputs: [{ expression, into: output }] },
    place,
  )
}
