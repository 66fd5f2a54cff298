/**
 * Places for all values in one block of memory. A value lives from the step that makes it to the last one that reads it;
 * values that never live at the same time share memory, and a map writes its result over an input that is not read again.
 */
import { bytesPerElement, sameShape, sizeOf } from '../../array/index.ts'
import { matmulWorkspace } from '../wasm/kernels/workspace.ts'
import { reads, readsWhole, renamed, writes, type Draft } from './draft.ts'
import type { Buffer, MapStep, Plan, Step, View } from './steps.ts'

const ALIGNMENT = 64
/** How far a vector that is read at the last element reaches beyond it, at most. */
const OVERREAD = 12

/** Memory for one value, or for several that take it over from each other. */
interface Room {
  readonly bytes: number
  readonly role: Buffer['role']
  /** The first and the last step during which it is taken. */
  readonly from: number
  to: number
  at: number
}

export function place(draft: Draft): Plan {
  const steps = draft.steps.filter((step) => step !== undefined)
  const { rooms, roomOf, inPlace } = new Housing(draft, steps).result()
  const workspaces = steps.map((step, at) => {
    const bytes = step.kind === 'matmul' ? matmulWorkspace(step) : 0
    return bytes === 0 ? undefined : rooms.push(newRoom(bytes, 'temporary', at, at)) - 1
  })
  const bytes = layOut(rooms)
  const name = (value: number): number => roomOf[value]!
  const move = (view: View): View => ({ ...view, buffer: name(view.buffer) })
  return {
    buffers: rooms.map(({ at, bytes, role }) => ({ at, bytes, role })),
    steps: steps.map((step, at) => {
      const workspace = workspaces[at]
      return workspace === undefined ? renamed(step, name) : { ...renamed(step, name), workspace }
    }),
    arguments: draft.arguments.map(move),
    constants: draft.constants.map(({ value, view }) => ({ value, view: move(view) })),
    results: draft.results.map(move),
    bytes,
    summary: { ...draft.counts, inPlace },
  }
}

function newRoom(bytes: number, role: Buffer['role'], from: number, to: number): Room {
  return { bytes: Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT, role, from, to, at: 0 }
}

/** Decides which values take over the memory of others. */
class Housing {
  readonly #draft: Draft
  readonly #steps: readonly Step[]
  readonly #rooms: Room[] = []
  readonly #roomOf: number[] = []
  /** Of every value the last step that needs it. */
  readonly #last: number[]
  /** By value: the argument whose memory a result takes over. */
  readonly #heirs = new Map<number, number>()
  #empty: number | undefined
  #inPlace = 0

  constructor(draft: Draft, steps: readonly Step[]) {
    this.#draft = draft
    this.#steps = steps
    const { values, results, donated } = draft
    this.#last = values.map(({ role }, value) => (role === 'made' || donated.has(value) ? -1 : Infinity))
    steps.forEach((step, at) => {
      for (const value of reads(step)) this.#last[value] = Math.max(this.#last[value]!, at)
      for (const { buffer } of writes(step)) this.#last[buffer] = Math.max(this.#last[buffer]!, at)
    })
    for (const { buffer } of results) this.#last[buffer] = Infinity
    if (donated.size > 0) this.#bequeath()
  }

  result(): { rooms: Room[]; roomOf: readonly number[]; inPlace: number } {
    this.#draft.values.forEach(({ role, shape }, value) => {
      if (role !== 'made') this.#settle(value, role, -1)
      else if (sizeOf(shape) === 0) this.#roomOf[value] = this.#emptyRoom()
    })
    this.#steps.forEach((step, at) => {
      const taken = new Set<number>()
      for (const { buffer: value } of writes(step)) {
        if (this.#roomOf[value] !== undefined) continue
        const former = this.#heirs.get(value) ?? this.#predecessor(step, at, value, taken)
        if (former === undefined) this.#settle(value, this.#isResult(value) ? 'result' : 'temporary', at)
        else {
          taken.add(former)
          const room = this.#roomOf[former]!
          this.#roomOf[value] = room
          this.#rooms[room]!.to = Math.max(this.#rooms[room]!.to, this.#last[value]!)
          if (this.#isResult(value) && this.#rooms[room]!.role === 'temporary')
            this.#rooms[room] = { ...this.#rooms[room]!, role: 'result' }
          this.#inPlace++
        }
      }
    })
    return { rooms: this.#rooms, roomOf: this.#roomOf, inPlace: this.#inPlace }
  }

  /** Where everything lies that has no elements. */
  #emptyRoom(): number {
    return (this.#empty ??= this.#rooms.push(newRoom(0, 'temporary', -1, Infinity)) - 1)
  }

  #isResult(value: number): boolean {
    return this.#last[value] === Infinity
  }

  #settle(value: number, role: Buffer['role'], from: number): void {
    const { dtype, shape } = this.#draft.values[value]!
    const to = role === 'argument' ? Infinity : this.#last[value]!
    const bytes = sizeOf(shape) * bytesPerElement[dtype] + OVERREAD
    this.#roomOf[value] = this.#rooms.push(newRoom(bytes, role, from, to)) - 1
  }

  /** The value that a map reads for the last time exactly where it could write this result. */
  #predecessor(step: Step, at: number, value: number, taken: ReadonlySet<number>): number | undefined {
    const map = mapThatWrites(step, value)
    const { dtype } = this.#draft.values[value]!
    return map?.inputs.find(({ buffer }) => {
      const former = this.#draft.values[buffer]!
      return (
        former.role === 'made' &&
        former.dtype === dtype &&
        !taken.has(buffer) &&
        this.#mayOverwrite(step, at, map, buffer)
      )
    })?.buffer
  }

  /** Nobody else needs the input any more, and the map reads every element of it just before it writes there. */
  #mayOverwrite(step: Step, at: number, map: MapStep, input: number): boolean {
    const views = map.inputs.filter(({ buffer }) => buffer === input)
    const isElsewhere = step.kind === 'matmul' && [step.a.buffer, step.b.buffer].includes(input)
    const [view] = views
    return (
      this.#last[input] === at &&
      views.length === 1 &&
      !isElsewhere &&
      readsWhole(view!, this.#draft.values[input]!)
    )
  }

  /** Results take over donated arguments of their type: first those that they overwrite in place, then those read before. */
  #bequeath(): void {
    const { values, results, donated } = this.#draft
    const takers = results.filter(({ buffer, shape }, j) => {
      const isOnly = results.every((other, i) => i === j || other.buffer !== buffer)
      const value = values[buffer]!
      return isOnly && value.role === 'made' && sizeOf(shape) === sizeOf(value.shape) && sizeOf(shape) > 0
    })
    const makers = new Map<number, number>()
    this.#steps.forEach((step, at) => writes(step).forEach(({ buffer }) => makers.set(buffer, at)))
    const free = [...donated]
    for (const inPlace of [true, false]) {
      for (const { buffer, dtype, shape } of takers) {
        if (this.#heirs.has(buffer)) continue
        const at = makers.get(buffer)!
        const map = mapThatWrites(this.#steps[at]!, buffer)
        const former = free.find((argument) => {
          const type = values[argument]!
          if (type.dtype !== dtype || !sameShape(type.shape, shape)) return false
          if (!inPlace) return this.#last[argument]! < at
          return map !== undefined && this.#mayOverwrite(this.#steps[at]!, at, map, argument)
        })
        if (former === undefined) continue
        free.splice(free.indexOf(former), 1)
        this.#heirs.set(buffer, former)
      }
    }
  }
}

function mapThatWrites(step: Step, value: number): MapStep | undefined {
  const map = step.kind === 'matmul' ? step.epilogue : step
  return map?.kind === 'map' && map.outputs.some(({ into }) => into.buffer === value) ? map : undefined
}

/** First fit, in the order in which the rooms are needed; the size of it all. */
function layOut(rooms: readonly Room[]): number {
  const order = [...rooms].sort((a, b) => a.from - b.from)
  let size = 0
  /** Rooms taken at the moment, by address. */
  let taken: Room[] = []
  for (const room of order) {
    taken = taken.filter(({ to }) => to >= room.from)
    let [at, next] = [0, 0]
    while (next < taken.length && taken[next]!.at < at + room.bytes) {
      at = taken[next]!.at + taken[next]!.bytes
      next++
    }
    room.at = at
    taken.splice(next, 0, room)
    size = Math.max(size, at + room.bytes)
  }
  return size
}
