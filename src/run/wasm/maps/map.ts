/** Fused maps: loops over the outer axes, and along the innermost one a vector at a time. */
import { bytesPerElement, sizeOf } from '../../../array/index.ts'
import { collapse } from '../../plan/collapse.ts'
import type { MapStep, View } from '../../plan/steps.ts'
import {
  block,
  brIf,
  i32,
  loop,
  v128,
  when,
  type Callable,
  type FunctionBuilder,
  type ModuleBuilder,
  type Statement,
} from '../assembler/index.ts'
import { formatOf, storeAll, storeSome } from './access.ts'
import { ExpressionLanes } from './expressions.ts'
import { inputLane, type VectorLoop } from './inputs.ts'
import { emitLanes, lanesBelow, type Lane, type Vector } from './lanes.ts'
import { Tracks, type Address } from './loops.ts'

/** A loop as a function of its own. */
export interface MapFunction {
  /** (base, from, to): runs a part of the outermost axis. */
  readonly call: Callable<'void'>
  /** Size of the outermost axis; of a reduction, of the outermost one that is kept. */
  readonly outer: number
  /** How many of its indices make a good call: V8 goes over to optimised code between calls only. */
  readonly chunk: number
}

/** Statements, and others that they need to have run once before all loops. */
export interface Emitted {
  readonly before: readonly Statement[]
  readonly inside: readonly Statement[]
}

/** Elements that a call should work on. */
const WORK = 8192
/** Vectors that a pass of the main loop computes side by side, so that they need not wait for each other; fewer of long expressions. */
const VECTORS = 4
const LONGEST = 400

/** Views in terms of bytes. */
export function placed(
  views: readonly View[],
  strides: readonly (readonly number[])[],
  place: (view: View) => number,
): { strides: number[]; place: number }[] {
  return views.map((view, i) => ({
    strides: strides[i]!.map((stride) => stride * bytesPerElement[view.dtype]),
    place: place(view),
  }))
}

/** A number of outer indices, of `each` elements, that make about WORK elements, in whole vectors. */
export function chunkOf(outer: number, each: number): number {
  const count = Math.max(1, Math.floor(WORK / Math.max(1, each)))
  return count < 16 ? count : Math.min(Math.max(outer, 1), count - (count % 16))
}

export function emitMap(
  module: ModuleBuilder,
  name: string,
  step: MapStep,
  place: (view: View) => number,
): MapFunction {
  const outputs = step.outputs.map(({ into }) => into)
  const views = [...step.inputs, ...outputs]
  const axes = collapse(
    step.shape,
    views.map(({ strides }) => strides),
  )
  if (axes.shape.length === 0) {
    axes.shape.push(1)
    axes.strides.forEach((list, i) => list.push(i < step.inputs.length ? 0 : 1))
  }
  const last = axes.shape.length - 1
  const tracks = new Tracks(placed(views, axes.strides, place))
  const call = module.define(name, ['i32', 'i32', 'i32'], 'void', (f, base, from, to) => {
    if (sizeOf(axes.shape) === 0) return []
    const start: Statement[] = []
    const nest = (axis: number, pointers: readonly Address[]): readonly Statement[] => {
      const outermost = axis === 0
      const first = outermost ? from.get : i32.const(0)
      const end = outermost ? to.get : i32.const(axes.shape[axis]!)
      if (axis < last) return tracks.along(f, axis, [first, end], pointers, (own) => nest(axis + 1, own))
      const row = { axis, pointers, ...(outermost && { from: first }), count: i32.sub(end, first) }
      const { before, inside } = emitRow(f, step, tracks, row)
      start.push(...before)
      return inside
    }
    const loops = nest(0, tracks.from(base.get))
    return [...start, ...loops]
  })
  const outer = axes.shape[0]!
  return { call, outer, chunk: chunkOf(outer, sizeOf(axes.shape.slice(1))) }
}

/** Elements that lie along the innermost axis. */
interface Row {
  readonly axis: number
  /** Of the row's beginning. */
  readonly pointers: readonly Address[]
  /** Which elements; all of them begin at 0. */
  readonly from?: Address
  readonly count: Address
}

/** The loop over a row, and what is computed once before all loops. */
function emitRow(f: FunctionBuilder, step: MapStep, tracks: Tracks, row: Row): Emitted {
  const { axis, pointers, from, count } = row
  const format = formatOf(step.dtype)
  const { width } = format
  const moving = tracks.moving(f, axis, pointers, from)
  const [left, setLeft] = f.let(count)

  /** Results of some vectors, in the order of the outputs; `whole`: none of them goes beyond the end. */
  const results = (lanes: ExpressionLanes, vectors: number, whole: boolean): Lane[] => {
    const place: VectorLoop = {
      format,
      inputs: step.inputs,
      tracks,
      along: axis,
      first: axis,
      outside: pointers,
      inside: moving.pointers,
      holds: (_, at) => whole || i32.gtU(left.get, i32.const(at)),
    }
    return Array.from({ length: vectors }, (_, copy) =>
      step.outputs.map(({ expression }) => {
        const value = lanes.value(expression, (index) => inputLane(lanes, place, index, copy))
        return step.dtype === 'i32' ? lanes.integers(value) : value
      }),
    ).flat()
  }

  const stores = (
    values: readonly Vector[],
    store: (at: Address, value: Vector, offset: number) => Statement[],
  ): Statement[] =>
    values.flatMap((value, i) => {
      const copy = Math.floor(i / step.outputs.length)
      const { track, offset } = tracks.spots[step.inputs.length + (i % step.outputs.length)]!
      const skip = copy * width * bytesPerElement[step.dtype]
      return store(moving.pointers[track]!, value, offset + skip)
    })
  const storeWhole = (values: readonly Vector[]): Statement[] =>
    stores(values, (at, value, offset) => [storeAll(step.dtype, at, value, offset)])

  const next = (number: number): Statement[] => [
    ...moving.by(number * width),
    left.set(i32.sub(left.get, i32.const(number * width))),
  ]

  /** Whole vectors, as many in a pass as pay. Where the numbers are not such as its code assumes, it leaves the rest to the other loop. */
  const mainLoop = (): Emitted => {
    const lanes = new ExpressionLanes(format.name, true)
    const work = lanesBelow(results(lanes, 1, true)).filter(({ level }) => level === 2).length
    const vectors = Math.min(VECTORS, Math.floor(LONGEST / work))
    if (vectors < 2) return { before: [], inside: [] }
    const values = results(lanes, vectors, true)
    const assumption = lanes.assumption()
    const code = emitLanes(f, values, vectors, assumption)
    const enough = i32.geU(left.get, i32.const(vectors * width))
    const passes = block((exit) => [
      brIf(exit, i32.eqz(enough)),
      loop((again) => [
        ...code.levels[2]!,
        ...(code.last ? [brIf(exit, v128.anyTrue(v128.not(code.last)))] : []),
        ...storeWhole(code.values),
        ...next(vectors),
        brIf(again, enough),
      ]),
    ])
    return { before: code.levels[0]!, inside: [...code.levels[1]!, passes] }
  }

  const restLoop = (): Emitted => {
    const code = emitLanes(f, results(new ExpressionLanes(format.name), 1, false))
    const passes = loop((again) => [
      ...code.levels[2]!,
      when(i32.geU(left.get, i32.const(width)), storeWhole(code.values), [
        ...stores(code.values, (at, value, offset) => storeSome(step.dtype, at, value, offset, left.get)),
        // Nothing is left after this.
        left.set(i32.const(width)),
      ]),
      ...next(1),
      brIf(again, left.get),
    ])
    return { before: code.levels[0]!, inside: [when(left.get, [...code.levels[1]!, passes])] }
  }

  const [main, rest] = [mainLoop(), restLoop()]
  return {
    before: [...main.before, ...rest.before],
    inside: [...moving.before, setLeft, ...main.inside, ...rest.inside],
  }
}
