/**
 * Recording: from a TypeScript function to a tape.
 *
 * `trace(f, types)` calls f once on symbolic values. They know their dtype and shape but have no elements; every operation on one
 * appends an instruction to the tape instead of computing. Reading such a value cannot work, so it is an error that
 * says what to do.
 *
 * Recordings nest: `grad(grad(f))` records f while the outer gradient is being recorded. An operation belongs to the
 * innermost recording among its inputs. A value of an outer recording that an inner function closes over becomes an
 * extra input of the inner tape, a capture, so that the outer derivative flows through it.
 */
import { Tensor, type Data, type Type } from '../array/index.ts'
import type { Operation } from './operation.ts'

// A tape stores operations of every parameter type; each is only ever called with the parameters it was stored with.
export type AnyOperation = Operation<never>

export interface Instruction {
  readonly operation: AnyOperation
  readonly params: unknown
  /** Value numbers of the operands. */
  readonly inputs: readonly number[]
  /** Value number of the result; each number is assigned once. */
  readonly output: number
}

/** A straight-line program in single-assignment form. */
export interface Tape {
  /** Dtype and shape of every value. */
  readonly types: readonly Type[]
  /** Value numbers of the arguments. */
  readonly inputs: readonly number[]
  readonly constants: ReadonlyMap<number, Tensor>
  readonly instructions: readonly Instruction[]
  readonly outputs: readonly number[]
}

/** A value that a function sees while it is being recorded. */
class Symbolic extends Tensor {
  readonly recording: Recording
  readonly value: number

  constructor(recording: Recording, value: number, type: Type) {
    super(undefined, type.shape, type.dtype)
    this.recording = recording
    this.value = value
  }

  override storage(): Data {
    throw new TypeError(
      'record: expected operations on a symbolic value, got a read of its elements\n' +
        'hint: numbers are not known while a function is recorded; pass what you need to know as an argument, ' +
        'or use select and comparisons as operations',
    )
  }

  override toString(): string {
    return `symbolic ${this.dtype}[${this.shape.join(',')}]`
  }

  /** `x < 0`, `+x` and `if (x > 1)` end here. */
  override [Symbol.toPrimitive](hint: string): string | number {
    return hint === 'string' ? this.toString() : this.storage()[0]!
  }
}

export function isSymbolic(x: Tensor): boolean {
  return x instanceof Symbolic
}

const active: Recording[] = []

class Recording {
  readonly level: number = active.length
  readonly types: Type[] = []
  readonly inputs: number[] = []
  readonly constants = new Map<number, Tensor>()
  readonly instructions: Instruction[] = []
  readonly captures: Tensor[] = []
  readonly known = new Map<Tensor, number>()

  add(type: Type): number {
    return this.types.push({ shape: type.shape, dtype: type.dtype }) - 1
  }

  argument(type: Type): Symbolic {
    const value = this.add(type)
    this.inputs.push(value)
    return new Symbolic(this, value, type)
  }

  /** The number of a value here: its own, or a constant, or a capture from an outer recording. */
  numberOf(x: Tensor): number {
    if (x instanceof Symbolic && x.recording === this) return x.value
    let value = this.known.get(x)
    if (value !== undefined) return value
    if (x instanceof Symbolic) {
      checkAlive(x)
      value = this.argument(x).value
      this.captures.push(x)
    } else {
      value = this.add(x)
      this.constants.set(value, x)
    }
    this.known.set(x, value)
    return value
  }
}

function checkAlive(x: Symbolic): void {
  if (active[x.recording.level] === x.recording) return
  throw new TypeError(
    'record: expected values of a recording in progress, got a symbolic value that escaped from a finished one\n' +
      'hint: return it from the recorded function instead of storing it outside',
  )
}

/** True while some function is being recorded. */
export function isRecording(): boolean {
  return active.length > 0
}

/** Appends an instruction to the innermost recording among the inputs, or the innermost of all when none is symbolic. */
export function emit<P>(operation: Operation<P>, inputs: readonly Tensor[], params: P): Tensor {
  let level = -1
  for (const x of inputs) {
    if (!(x instanceof Symbolic)) continue
    checkAlive(x)
    level = Math.max(level, x.recording.level)
  }
  if (level < 0) level = active.length - 1
  const recording = active[level]!
  const type = operation.type(inputs, params)
  const numbers = inputs.map((x) => recording.numberOf(x))
  const output = recording.add(type)
  recording.instructions.push({ operation: operation as AnyOperation, params, inputs: numbers, output })
  return new Symbolic(recording, output, type)
}

/** A tape and the outer values that its function closed over; they are its last inputs. */
export interface Trace {
  readonly tape: Tape
  readonly captures: readonly Tensor[]
}

/** Records `f` on symbolic values of the given dtypes and shapes; instructions that no output needs are left out. */
export function trace(f: (...xs: Tensor[]) => readonly Tensor[], types: readonly Type[]): Trace {
  const recording = new Recording()
  active.push(recording)
  try {
    const outputs = f(...types.map((type) => recording.argument(type)))
    const numbers = outputs.map((y) => recording.numberOf(y))
    const { inputs, types: all, constants, instructions, captures } = recording
    return { tape: prune({ types: all, inputs, constants, instructions, outputs: numbers }), captures }
  } finally {
    active.pop()
  }
}

function prune(tape: Tape): Tape {
  const needed = new Set(tape.outputs)
  const kept: Instruction[] = []
  for (const instruction of [...tape.instructions].reverse()) {
    if (!needed.has(instruction.output) && !instruction.operation.effect) continue
    for (const value of instruction.inputs) needed.add(value)
    kept.push(instruction)
  }
  const constants = new Map([...tape.constants].filter(([value]) => needed.has(value)))
  return { ...tape, constants, instructions: kept.reverse() }
}

/** How an instruction is carried out: by an executor, or by `emit` onto another tape. */
export type Perform = (operation: AnyOperation, inputs: readonly Tensor[], params: unknown) => Tensor

/** `emit` for the operations of a tape. */
export const perform: Perform = (operation, inputs, params) => emit(operation, inputs, params as never)

/** Runs the instructions of a tape in order, one value per number; `perform` says what running one means. */
export function replay(tape: Tape, args: readonly Tensor[], perform: Perform): Tensor[] {
  const values = new Array<Tensor>(tape.types.length)
  for (const [value, x] of tape.constants) values[value] = x
  tape.inputs.forEach((value, i) => (values[value] = args[i]!))
  for (const { operation, inputs, params, output } of tape.instructions) {
    values[output] = perform(
      operation,
      inputs.map((value) => values[value]!),
      params,
    )
  }
  return values
}
