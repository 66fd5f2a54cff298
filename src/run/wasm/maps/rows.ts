/** Sums over the last axis in LANES lanes, and maxima. */
import { LANES } from '../../order.ts'
import {
  brIf,
  i32,
  loop,
  memoryFill,
  shuffle32,
  v128,
  type Local,
  type Statement,
} from '../assembler/index.ts'
import { storeFirst } from './access.ts'
import { ExpressionLanes } from './expressions.ts'
import { inputLane, type VectorLoop } from './inputs.ts'
import { emitLanes, type LaneCode, type Vector } from './lanes.ts'
import type { Address } from './loops.ts'
import type { Emitted } from './map.ts'
import { overReduced, type Reduction } from './reduction.ts'

/** One result from vectors of terms. Lanes that a last vector leaves without a term get one that changes nothing: a lane is never -0. */
export function emitInLanes(reduction: Reduction, pointers: readonly Address[]): Emitted {
  const { f, step, format, tracks, kept, reduced } = reduction
  const { width } = format
  const lanes = Array.from({ length: LANES / width }, () => f.local('v128'))
  const combine = combiner(reduction)
  const start = format.splat(step.combine === 'sum' ? 0 : -Infinity)
  const axis = kept.length + reduced.length - 1
  const terms = reduced.at(-1)!
  const rest = terms % LANES
  const codes: LaneCode[] = []

  /** Adds the next terms to their lanes. */
  const pass = (inside: readonly Address[], count: number): readonly Statement[] => {
    const used = lanes.slice(0, Math.ceil(count / width))
    const code = valuesOf(
      reduction,
      pointers,
      inside,
      axis,
      used.length,
      (copy, place) => copy * width + place < count,
    )
    codes.push(code)
    const masked = (value: Vector, copy: number): Vector => {
      const present = count - copy * width
      return present >= width ? value : v128.bitselect(value, start, firstPlaces(present * format.bytes))
    }
    return [
      ...code.levels[2]!,
      ...used.map((lane, copy) => lane.set(combine(lane.get, masked(code.values[copy]!, copy)))),
    ]
  }
  const row = (inner: readonly Address[]): readonly Statement[] => {
    const moving = tracks.moving(f, axis, inner)
    const passes = Math.floor(terms / LANES)
    const [left, setLeft] = f.let(i32.const(passes))
    const main = loop((again) => [
      ...pass(moving.pointers, LANES),
      ...moving.by(LANES),
      brIf(again, left.tee(i32.sub(left.get, i32.const(1)))),
    ])
    return [
      ...moving.before,
      ...(passes > 0 ? [setLeft, main] : []),
      ...(rest > 0 ? pass(moving.pointers, rest) : []),
    ]
  }
  const loops = overReduced(reduction, reduced.length - 1, pointers, row)
  return {
    before: codes.flatMap(({ levels }) => levels[0]!),
    inside: [
      ...codes.flatMap(({ levels }) => levels[1]!),
      ...lanes.map((lane) => lane.set(start)),
      ...loops,
      ...finish(reduction, lanes, pointers),
    ],
  }
}

/** In memory that no arena uses: the lanes of a sum whose rows begin in any lane. */
const SCRATCH = 32768

/** One term at a time, each added in memory to the lane whose turn it is. */
export function emitTermByTerm(reduction: Reduction, pointers: readonly Address[]): Emitted {
  const { f, format, kept, reduced } = reduction
  const { bytes, width } = format
  const size = LANES * bytes
  const [at, setAt] = f.let(i32.const(0))
  const combine = combiner(reduction)
  let code: LaneCode | undefined
  const loops = overReduced(reduction, reduced.length, pointers, (inner) => {
    const axis = kept.length + reduced.length - 1
    code = valuesOf(reduction, pointers, inner, axis, 1, (_, place) => place === 0)
    const sum = combine(v128.load64Zero(at.get, SCRATCH), code.values[0]!)
    return [
      ...code.levels[2]!,
      storeFirst(reduction.step.dtype, at.get, sum, SCRATCH),
      at.set(i32.and(i32.add(at.get, i32.const(bytes)), i32.const(size - 1))),
    ]
  })
  const lanes = Array.from({ length: LANES / width }, (_, i) => f.let(v128.load(i32.const(SCRATCH), 16 * i)))
  return {
    before: code!.levels[0]!,
    inside: [
      ...code!.levels[1]!,
      setAt,
      memoryFill(i32.const(SCRATCH), i32.const(0), i32.const(size)),
      ...loops,
      ...lanes.map(([, set]) => set),
      ...finish(
        reduction,
        lanes.map(([lane]) => lane),
        pointers,
      ),
    ],
  }
}

function combiner({ step, format }: Reduction): (a: Vector, b: Vector) => Vector {
  return step.combine === 'sum' ? format.ops.add : format.ops.max
}

/** All ones in the first bytes. */
function firstPlaces(bytes: number): Vector {
  return v128.const(Array.from({ length: 16 }, (_, i) => (i < bytes ? 255 : 0)))
}

/** The expression in some neighbouring vectors of terms. */
function valuesOf(
  { f, step, format, tracks, kept }: Reduction,
  outside: readonly Address[],
  inside: readonly Address[],
  along: number,
  vectors: number,
  holds: (copy: number, place: number) => boolean,
): LaneCode {
  const lanes = new ExpressionLanes(format.name)
  const place: VectorLoop = {
    format,
    inputs: step.inputs,
    tracks,
    along,
    first: kept.length,
    outside,
    inside,
    holds,
  }
  const values = Array.from({ length: vectors }, (_, copy) =>
    lanes.value(step.expression, (index) => inputLane(lanes, place, index, copy)),
  )
  return emitLanes(f, values)
}

/** Combines the lanes pairwise, halves folded onto each other, and stores the result. */
function finish(
  reduction: Reduction,
  lanes: readonly Local<'v128'>[],
  pointers: readonly Address[],
): Statement[] {
  const { step, format, tracks } = reduction
  const combine = combiner(reduction)
  const [sum] = lanes as [Local<'v128'>]
  const folds: Statement[] = []
  for (let half = lanes.length / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) {
      folds.push(lanes[i]!.set(combine(lanes[i]!.get, lanes[i + half]!.get)))
    }
  }
  for (let half = 2; half >= 4 / format.width; half /= 2) {
    folds.push(
      sum.set(combine(sum.get, shuffle32(sum.get, sum.get, half === 2 ? [2, 3, 2, 3] : [1, 1, 1, 1]))),
    )
  }
  const { track, offset } = tracks.spots[step.inputs.length]!
  return [...folds, storeFirst(step.dtype, pointers[track]!, sum.get, offset)]
}
