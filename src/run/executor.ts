/**
 * What runs operations on tensors and the tapes of `grad` and its like. Both executors give the same bits, so that the choice is one of speed:
 * small work is interpreted, and whatever has taken the interpreter long enough is compiled once and kept.
 */
import { sizeOf, type Tensor, type Type } from '../array/index.ts'
import { linearize, type AnyOperation, type Expression, type Kernel, type Tape } from '../tape/index.ts'
import { evaluate as evaluateByInterpreter, interpret } from './interpreter.ts'
import { kernelKey, tapeKey, typeKey } from './key.ts'
import { Program } from './program.ts'
import { Code } from './wasm/code.ts'
import { missing } from './wasm/instance.ts'
import { ArenaError } from './wasm/memory.ts'

export type ExecutorName = 'compile' | 'interpret'

/** What ran something, and why not what was asked for. */
export interface Ran {
  readonly executor: ExecutorName
  readonly fallback?: string
}

let wanted: ExecutorName = 'compile'
let everything = false
let ran: Ran | undefined

export interface ExecutorOptions {
  /** Compile at the first use, however small the work: slower, but a test of the compiler by whatever runs. Default false. */
  readonly always?: boolean
}

/** Chooses what runs operations and tapes in this thread from now on; `compile` at first. */
export function setExecutor(name: ExecutorName, { always = false }: ExecutorOptions = {}): void {
  if (name !== 'compile' && name !== 'interpret') {
    throw new RangeError(`setExecutor: expected compile or interpret, got ${String(name)}`)
  }
  wanted = name
  everything = always
  ran = undefined
}

/** What runs operations and tapes in this thread. */
export function executor(): Ran {
  return (ran ??= available(wanted))
}

/** What runs where this executor is wanted. */
export function available(name: ExecutorName): Ran {
  const fallback = name === 'compile' ? missing() : undefined
  return fallback === undefined ? { executor: name } : { executor: 'interpret', fallback }
}

/** Below this many nanoseconds of interpreting, looking for a program is not worth it. */
const SMALL = 10_000
/** About what compiling takes, and what it takes more for every instruction. */
const COMPILING = 1_000_000
const PER_INSTRUCTION = 150_000
/** However small the work, but not however long the tape. */
const LONG = 10_000
/** Programs that are kept, and how many where even the smallest work has one. */
const PROGRAMS = 256
const FORCED_PROGRAMS = 4096
const KNOWN = 4096

/** The programs used last, the latest at the end. */
const programs = new Map<string, Program>()
/** Nanoseconds that the interpreter has spent on what has no program yet. */
const spent = new Map<string, number>()

/** Runs one instruction. */
export function evaluate(kernel: Kernel, inputs: readonly Tensor[], type: Type): Tensor {
  const compiles = executor().executor === 'compile' && kernel.kind !== 'host'
  const time = compiles ? duration(kernel, inputs, type) : 0
  // Moves and selections alone would only be copied to WebAssembly and back.
  const small = time < SMALL || kernel.kind === 'move' || kernel.kind === 'gather'
  if (!compiles || (small && !everything)) return evaluateByInterpreter(kernel, inputs, type)
  const key = `${kernelKey(kernel)}(${inputs.map(typeKey).join()})${typeKey(type)}`
  return (
    runProgram(key, time, single(kernel, inputs, type), inputs)?.[0] ??
    evaluateByInterpreter(kernel, inputs, type)
  )
}

/** What has been found out about tapes that may run again. */
const met = new WeakMap<Tape, { readonly time: number; key?: string }>()

/** Runs a tape. */
export function execute(tape: Tape, args: readonly Tensor[]): Tensor[] {
  if (executor().executor === 'interpret') return interpret(tape, args)
  let known = met.get(tape)
  if (!known) {
    met.set(tape, (known = { time: tapeDuration(tape) }))
    // To name a tape takes a while, which pays for small work only if it is done again.
    if (known.time < SMALL && !everything) return interpret(tape, args)
  }
  known.key ??= tapeKey(tape)
  return runProgram(known.key, known.time, tape, args) ?? interpret(tape, args)
}

/** The results, when there is a program or it is time to make one. */
function runProgram(key: string, time: number, tape: Tape, args: readonly Tensor[]): Tensor[] | undefined {
  try {
    return programFor(key, time, tape)?.run(tape, args)
  } catch (error) {
    // What does not fit into the memory of WebAssembly may still fit outside of it.
    if (error instanceof ArenaError) return undefined
    throw error
  }
}

function programFor(key: string, time: number, tape: Tape): Program | undefined {
  let program = programs.get(key)
  if (program) programs.delete(key)
  else {
    const total = (spent.get(key) ?? 0) + time
    if (spent.size >= KNOWN) spent.clear()
    spent.set(key, total)
    const compiling = COMPILING + PER_INSTRUCTION * tape.instructions.length
    const isForced = everything && tape.instructions.length <= LONG
    if (total < compiling && !isForced) return undefined
    spent.delete(key)
    program = new Program(new Code(tape))
  }
  programs.set(key, program)
  if (programs.size > (everything ? FORCED_PROGRAMS : PROGRAMS)) {
    const [oldest, forgotten] = programs.entries().next().value!
    programs.delete(oldest)
    // Waiting for the collector would pile up arenas where one program after the other runs once.
    forgotten.letGo()
  }
  return program
}

/** The tape of one instruction. */
function single(kernel: Kernel, inputs: readonly Type[], type: Type): Tape {
  const operation: AnyOperation = { name: kernel.kind, formula: '', type: () => type, kernel: () => kernel }
  const numbers = inputs.map((_, i) => i)
  const output = inputs.length
  return {
    types: [...inputs, type],
    inputs: numbers,
    constants: new Map(),
    instructions: [{ operation, params: undefined, inputs: numbers, output }],
    outputs: [output],
  }
}

/** About how many nanoseconds the interpreter takes. */
function tapeDuration({ types, instructions }: Tape): number {
  let time = PER_CALL * instructions.length
  for (const { operation, params, inputs, output } of instructions) {
    const operands = inputs.map((value) => types[value]!)
    time += duration(operation.kernel(operands, params as never), operands, types[output]!)
  }
  return time
}

function duration(kernel: Kernel, inputs: readonly Type[], { shape }: Type): number {
  if (kernel.kind === 'host') return 0
  const size = sizeOf(shape)
  if (kernel.kind === 'map') return size * weight(kernel.expression)
  if (kernel.kind !== 'matmul') return PER_STEP * Math.max(size, sizeOf(inputs[0]!.shape))
  return PER_STEP * size * inputs[0]!.shape.at(kernel.transposeA ? -2 : -1)!
}

/** Nanoseconds that the interpreter takes for one step on one number, and for one instruction without any. */
const PER_STEP = 3
const PER_CALL = 1000

const weights = new WeakMap<Expression, number>()

function weight(e: Expression): number {
  let known = weights.get(e)
  if (known === undefined) {
    known = linearize(e).reduce((sum, { kind }) => sum + (kind === 'named' ? 30 : 1) * PER_STEP, 0)
    weights.set(e, known)
  }
  return known
}
