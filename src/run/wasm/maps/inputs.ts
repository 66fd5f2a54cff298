import { bytesPerElement } from '../../../array/index.ts'
import type { View } from '../../plan/steps.ts'
import type { Code } from '../assembler/index.ts'
import { inputRange, loadApart, loadNext, loadSame } from './access.ts'
import type { ExpressionLanes } from './expressions.ts'
import type { Format } from './format.ts'
import type { Lane, Level } from './lanes.ts'
import { plus, type Address, type Tracks } from './loops.ts'

/** Inner loops in which vectors are computed. */
export interface VectorLoop {
  readonly format: Format
  readonly inputs: readonly View[]
  readonly tracks: Tracks
  /** The axis along which a vector's numbers lie, and the first axis of the inner loops. */
  readonly along: number
  readonly first: number
  /** Pointers before the inner loops, and in them. */
  readonly outside: readonly Address[]
  readonly inside: readonly Address[]
  /** Whether a place of a vector of some copy holds an element; by default all do. */
  readonly holds?: (copy: number, place: number) => Code<'i32'> | boolean
}

/** The vector of an input in one of the copies of a loop's body, which lie side by side. */
export function inputLane(lanes: ExpressionLanes, loop: VectorLoop, index: number, copy: number): Lane {
  const { format, inputs, tracks, along, first, holds = () => true } = loop
  const { dtype } = inputs[index]!
  const { track, offset } = tracks.spots[index]!
  const { strides } = tracks.list[track]!
  const still = (from: number): boolean => strides.slice(from).every((stride) => stride === 0)
  const level: Level = still(0) ? 0 : still(first) ? 1 : 2
  const pointer = (level < 2 ? loop.outside : loop.inside)[track]!
  const stride = strides[along]!
  const skip = copy * format.width * stride
  const load = (): Code<'v128'> => {
    if (stride === 0) return loadSame(dtype, format, pointer, offset)
    if (stride === bytesPerElement[dtype]) return loadNext(dtype, format, pointer, offset + skip)
    return loadApart(dtype, format, plus(pointer, skip), offset, stride, (place) => holds(copy, place))
  }
  return lanes.graph.leaf(`x${index}.${stride === 0 ? 0 : copy}`, load(), level, inputRange(dtype))
}
