import { bytesPerElement, sameShape, sizeOf, Tensor, type Data } from '../../array/index.ts'
import type { Tape } from '../../tape/index.ts'
import { evaluate } from '../interpreter.ts'
import { plan, type Plan, type View } from '../plan/index.ts'
import { instantiate } from './instance.ts'
import { checkSize, windowOn } from './memory.ts'
import { tapeModule } from './tape-module.ts'

/** The plan of a tape, and its module ready to be called. It serves all tapes that differ in constants and host functions only. */
export class Code {
  readonly plan: Plan
  /** Arguments whose places results may take. */
  readonly donated: readonly number[]
  readonly #run: (base: number) => number
  /** The tape whose host functions are called, and what it is run on. */
  #tape: Tape | undefined
  #args: readonly Tensor[] = []

  constructor(tape: Tape, donated: readonly number[] = []) {
    this.plan = plan(tape, { donate: donated })
    checkSize(this.plan.bytes)
    this.donated = donated
    this.#run = instantiate(tapeModule(this.plan), (step, base) => this.#host(step, base))
  }

  /** Runs a tape on the arena at `base`. Errors: RangeError when a gather there is given indices out of range. */
  run(tape: Tape, base: number, args: readonly Tensor[]): void {
    const outer = [this.#tape, this.#args] as const
    this.#tape = tape
    this.#args = args
    try {
      const failed = this.#run(base)
      if (failed > 0) this.#refuse(failed - 1, base)
    } finally {
      ;[this.#tape, this.#args] = outer
    }
  }

  /** Lets the interpreter say what is wrong with the indices of a step. */
  #refuse(at: number, base: number): never {
    const step = this.plan.steps[at]!
    if (step.kind === 'gather') {
      const { axis, batch, scatter, input, indices, output } = step
      const inputs = [input, indices].map((view) => this.#tensorAt(view, base))
      evaluate({ kind: 'gather', axis, batch, scatter }, inputs, output)
    }
    throw new Error(`compile: expected the interpreter to refuse step ${at}, got a result`)
  }

  #tensorAt(view: View, base: number): Tensor {
    return new Tensor(windowOf(this.plan, view, base).slice(), view.shape, view.dtype)
  }

  /** The argument that a view is all of, as long as it is sure to be there. */
  #argument(view: View): Tensor | undefined {
    const at = this.plan.arguments.findIndex(({ buffer }) => buffer === view.buffer)
    const x = this.#args[at]
    return x && !this.donated.includes(at) && sameShape(x.shape, view.shape) ? x : undefined
  }

  /** WebAssembly gives addresses with a sign. */
  #host(at: number, signed: number): void {
    const base = signed >>> 0
    const step = this.plan.steps[at]!
    if (step.kind !== 'host') throw new Error(`compile: expected a host step at ${at}, got ${step.kind}`)
    const { operation, params } = this.#tape!.instructions[step.instruction]!
    const inputs = step.inputs.map((view) => this.#argument(view) ?? this.#tensorAt(view, base))
    const result = evaluate(operation.kernel(inputs, params as never), inputs, step.output)
    // Only now: the call may have let the memory grow.
    windowOf(this.plan, step.output, base).set(result.storage())
  }
}

/** The elements of a view that is row-major and whole. */
export function windowOf({ buffers }: Plan, { buffer, dtype, shape, offset }: View, base: number): Data {
  return windowOn(base + buffers[buffer]!.at + offset * bytesPerElement[dtype], dtype, sizeOf(shape))
}
