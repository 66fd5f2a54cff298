/**
 * Loops over strided views. Views with the same strides move together: they share one pointer, and each has its own constant
 * offset from it, which loads and stores take along for nothing.
 */
import { i32, type Code, type FunctionBuilder, type Statement } from '../assembler/index.ts'

export type Address = Code<'i32'>

/** Strides in bytes along the axes of the loops, and bytes from the base to element 0. */
export interface Placed {
  readonly strides: readonly number[]
  readonly place: number
}

/** A pointer: how it moves, and where it starts. */
interface Track {
  readonly strides: readonly number[]
  readonly start: number
}

/** An element's address: a pointer and what is to be added to it. */
export interface Spot {
  readonly track: number
  readonly offset: number
}

export class Tracks {
  readonly list: Track[] = []
  readonly spots: readonly Spot[]

  constructor(views: readonly Placed[]) {
    const known = new Map<string, number>()
    this.spots = views.map(({ strides, place }) => {
      // An offset is never negative and is added last, so a pointer that walks backwards has to start where its view does.
      const start = strides.some((stride) => stride < 0) ? place : 0
      const key = `${strides.join()}+${start}`
      const track = known.get(key) ?? this.list.push({ strides, start }) - 1
      known.set(key, track)
      return { track, offset: place - start }
    })
  }

  /** The pointers before all loops. */
  from(base: Address): Address[] {
    return this.list.map(({ start }) => plus(base, start))
  }

  stride(track: number, axis: number): number {
    return this.list[track]!.strides[axis]!
  }

  /** Variables for pointers that move along an axis, set to `pointers` and moved on by `start` indices; the others stay as they are. */
  moving(f: FunctionBuilder, axis: number, pointers: readonly Address[], start?: Address): Moving {
    const before: Statement[] = []
    const locals = pointers.map((pointer, track) => {
      const stride = this.stride(track, axis)
      if (stride === 0) return undefined
      const from = start ? i32.add(pointer, i32.mul(start, i32.const(stride))) : pointer
      const [local, set] = f.let(from)
      before.push(set)
      return local
    })
    return {
      before,
      pointers: pointers.map((pointer, track) => locals[track]?.get ?? pointer),
      by: (count) =>
        locals.flatMap((local, track) =>
          local ? [local.set(plus(local.get, count * this.stride(track, axis)))] : [],
        ),
    }
  }

  /** `inside` for every index from..end along an axis. */
  along(
    f: FunctionBuilder,
    axis: number,
    [from, end]: readonly [Address, Address],
    pointers: readonly Address[],
    inside: (pointers: readonly Address[]) => readonly Statement[],
  ): Statement[] {
    const { before, pointers: own, by } = this.moving(f, axis, pointers, from)
    return [...before, f.count(from, end, 1, () => [...inside(own), ...by(1)])]
  }
}

export interface Moving {
  readonly before: readonly Statement[]
  readonly pointers: readonly Address[]
  /** Moves the pointers on by this many indices. */
  readonly by: (count: number) => Statement[]
}

export function plus(address: Address, bytes: number): Address {
  return bytes === 0 ? address : i32.add(address, i32.const(bytes))
}
