/**
 * A tape ready to run as WebAssembly: its code, and the arena that holds its arguments, constants, results and all between.
 *
 * Code depends neither on the elements of constants nor on host functions, so tapes of one structure share a program. An argument that is
 * the same tensor as in the run before is already there and not copied again: tensors do not change.
 */
import { Tensor, type Data } from '../array/index.ts'
import type { Tape } from '../tape/index.ts'
import type { View } from './plan/index.ts'
import { Resident } from './resident.ts'
import { windowOf, type Code } from './wasm/code.ts'
import { acquire, release, sharedMemory, touch, type Arena } from './wasm/memory.ts'

/** Shorter arguments are copied without asking whether they are there. */
const WORTH_REMEMBERING = 128

/** Elements that `overwrite` has written to, the only ones that may have changed since they were copied. */
const overwritten = new WeakSet<Data>()

/** The only way to write to a tensor. */
export function overwrite(tensor: Tensor, elements: Data): void {
  const data = tensor.storage()
  data.set(elements)
  if (!overwritten.has(data)) overwritten.add(data)
}

/** Whether elements may be others now than when they were looked at before. */
export function mayChange(data: Data): boolean {
  return overwritten.has(data)
}

/** A place in the arena that a tensor is copied to or from. */
interface Place {
  readonly view: View
  window: Data
  /** What was copied here last. */
  holds: WeakRef<Tensor> | undefined
}

/** Arenas of programs that nobody can reach any more. */
const abandoned = new FinalizationRegistry<{ arena: Arena | undefined }>(({ arena }) => {
  if (arena) release(arena)
})

export class Program {
  readonly code: Code
  readonly #arguments: readonly Place[]
  readonly #constants: readonly Place[]
  readonly #results: readonly Place[]
  /** Of every result the argument in whose place it lies, if that one is donated. */
  readonly #taken: readonly number[]
  /** Apart from the program, so that the registry can hold it without keeping the program alive. */
  readonly #memory: { arena: Arena | undefined } = { arena: undefined }
  /** Results of the last run that still lie in the arena. */
  readonly #resident: (WeakRef<Resident> | undefined)[] = []
  #buffer: unknown
  /** Runs it while it runs: for a host function that calls what it is a part of. */
  #inner: Program | undefined

  constructor(code: Code) {
    const { plan, donated } = code
    const empty = new Float64Array(0)
    const place = (view: View): Place => ({ view, window: empty, holds: undefined })
    this.code = code
    this.#arguments = plan.arguments.map(place)
    this.#constants = plan.constants.map(({ view }) => place(view))
    this.#results = plan.results.map(place)
    this.#taken = plan.results.map(({ buffer }) =>
      plan.arguments.findIndex((view, i) => view.buffer === buffer && donated.includes(i)),
    )
    abandoned.register(this, this.#memory)
  }

  /** Runs a tape of the structure of the one it was made for; gives new tensors. */
  run(tape: Tape, args: readonly Tensor[]): Tensor[] {
    if (this.#memory.arena?.running) return this.#another().run(tape, args)
    this.#execute(tape, args)
    return this.#results.map(({ view, window }, j) => {
      if (this.#taken[j]! < 0) return new Tensor(window.slice(), view.shape, view.dtype)
      const resident = new Resident(view, () => this.#fetch(j))
      this.#resident[this.#taken[j]!] = new WeakRef(resident)
      return resident
    })
  }

  /** Runs it and overwrites the elements of `out` with the results. */
  into(tape: Tape, out: readonly Tensor[], args: readonly Tensor[]): void {
    if (this.#memory.arena?.running) return this.#another().into(tape, out, args)
    this.#execute(tape, args)
    for (let j = 0; j < out.length; j++) overwrite(out[j]!, this.#results[j]!.window)
  }

  /** Gives the memory back, unless it runs; running again takes it again. */
  letGo(): void {
    const { arena } = this.#memory
    if (arena && arena.running === 0) release(arena)
  }

  #another(): Program {
    return (this.#inner ??= new Program(this.code))
  }

  #execute(tape: Tape, args: readonly Tensor[]): void {
    const arena = this.#ready()
    this.#fill(args, tape)
    arena.running++
    let done = false
    try {
      this.code.run(tape, arena.base, args)
      done = true
    } finally {
      arena.running--
      for (const i of this.code.donated) this.#leave(i, args[i]!, done)
    }
    // A host function may have let the memory grow.
    if (this.#buffer !== sharedMemory().buffer) this.#open(arena)
  }

  /** The memory of a donated argument may have been written over, by a run that has failed, too. */
  #leave(i: number, x: Tensor, done: boolean): void {
    const resident = this.#resident[i]?.deref()
    if (done || (resident && !resident.fetched())) x.donate()
    this.#resident[i] = undefined
    this.#arguments[i]!.holds = undefined
  }

  /** An arena, with windows on the memory as it is now. */
  #ready(): Arena {
    let { arena } = this.#memory
    if (arena) touch(arena)
    else {
      // The memory must not keep the program alive.
      const self = new WeakRef(this)
      arena = acquire(this.code.plan.bytes, () => {
        const program = self.deref()
        if (program) program.#lose()
      })
      this.#memory.arena = arena
      this.#buffer = undefined
    }
    if (this.#buffer !== sharedMemory().buffer) this.#open(arena)
    return arena
  }

  #open({ base }: Arena): void {
    for (const places of [this.#arguments, this.#constants, this.#results]) {
      for (const place of places) place.window = windowOf(this.code.plan, place.view, base)
    }
    this.#buffer = sharedMemory().buffer
  }

  /** The elements of a result of the last run. */
  #fetch(j: number): Data {
    if (this.#buffer !== sharedMemory().buffer) this.#open(this.#memory.arena!)
    return this.#results[j]!.window.slice()
  }

  #lose(): void {
    for (const resident of this.#resident) resident?.deref()?.settle()
    this.#resident.length = 0
    for (const place of [...this.#arguments, ...this.#constants]) place.holds = undefined
    this.#memory.arena = undefined
  }

  #fill(args: readonly Tensor[], tape: Tape): void {
    const { constants } = this.code.plan
    for (let i = 0; i < constants.length; i++)
      copyTo(this.#constants[i]!, tape.constants.get(constants[i]!.value)!)
    for (let i = 0; i < args.length; i++) {
      const here = this.#resident[i]?.deref()
      if (here !== undefined && here === args[i] && !isOverwritten(here)) continue
      // What lies there and is still wanted by somebody is saved first.
      here?.settle()
      this.#resident[i] = undefined
      copyTo(this.#arguments[i]!, args[i]!)
    }
  }
}

function isOverwritten(resident: Resident): boolean {
  const data = resident.fetched()
  return data !== undefined && mayChange(data)
}

function copyTo(place: Place, x: Tensor): void {
  const data = x.storage()
  const remembered = data.length >= WORTH_REMEMBERING && !mayChange(data)
  if (remembered && place.holds?.deref() === x) return
  place.window.set(data)
  place.holds = remembered ? new WeakRef(x) : undefined
}
