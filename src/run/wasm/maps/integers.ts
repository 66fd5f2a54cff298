/** Reductions of i32: any order gives the same sum modulo 2^32. */
import { i32, i32x4, select } from '../assembler/index.ts'
import { ExpressionLanes } from './expressions.ts'
import { inputLane, type VectorLoop } from './inputs.ts'
import { emitLanes, type LaneCode } from './lanes.ts'
import type { Address } from './loops.ts'
import type { Emitted } from './map.ts'
import { overReduced, type Reduction } from './reduction.ts'

const SMALLEST = -2147483648

/** One result, a term at a time. */
export function emitIntegers(reduction: Reduction, pointers: readonly Address[]): Emitted {
  const { f, step, format, tracks, kept, reduced } = reduction
  const result = f.local('i32')
  const term = f.local('i32')
  let code: LaneCode | undefined
  const loops = overReduced(reduction, reduced.length, pointers, (inside) => {
    const lanes = new ExpressionLanes('f64')
    const place: VectorLoop = {
      format,
      inputs: step.inputs,
      tracks,
      along: kept.length + reduced.length - 1,
      first: kept.length,
      outside: pointers,
      inside,
      holds: (_, at) => at === 0,
    }
    const value = lanes.value(step.expression, (index) => inputLane(lanes, place, index, 0))
    code = emitLanes(f, [lanes.integers(value)])
    const larger = select(i32.gtS(term.get, result.get), term.get, result.get)
    return [
      ...code.levels[2]!,
      term.set(i32x4.extractLane(code.values[0]!, 0)),
      result.set(step.combine === 'sum' ? i32.add(result.get, term.get) : larger),
    ]
  })
  const { track, offset } = tracks.spots[step.inputs.length]!
  return {
    before: code!.levels[0]!,
    inside: [
      ...code!.levels[1]!,
      result.set(i32.const(step.combine === 'sum' ? 0 : SMALLEST)),
      ...loops,
      i32.store(pointers[track]!, result.get, offset),
    ],
  }
}
