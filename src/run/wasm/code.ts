import { bytesPerElement, sizeOf, Tensor, type Data } from '../../array/index.ts'
import type { Tape } from '../../tape/index.ts'
import { evaluate } from '../interpreter.ts'
import { plan, type Plan, type View } from '../plan/index.ts'
import { instantiate } from './instance.ts'
import { windowOn } from './memory.ts'
import { tapeModule } from './tape-module.ts'

/** The plan of a tape, and its module ready to be called. It serves all tapes that differ in constants and host functions only. */
export class Code {
  readonly plan: Plan
  /** Arguments whose places results may take. */
  readonly donated: readonly number[]
  readonly #run: (base: number) => number
  /** The tape whose host functions are called. */
  #tape: Tape | undefined

  constructor(tape: Tape, donated: readonly number[] = []) {
    this.plan = plan(tape, { donate: donated })
    this.donated = donated
    this.#run = instantiate(tapeModule(this.plan), (step, base) => this.#host(step, base))
  }

  /** Runs a tape on the arena at `base`; false when a gather there was given indices out of range. */
  run(tape: Tape, base: number): boolean {
    const outer = this.#tape
    this.#tape = tape
    try {
      return this.#run(base) === 0
    } finally {
      this.#tape = outer
    }
  }

  #host(at: number, base: number): void {
    const step = this.plan.steps[at]!
    if (step.kind !== 'host') throw new Error(`compile: expected a host step at ${at}, got ${step.kind}`)
    const { operation, params } = this.#tape!.instructions[step.instruction]!
    const inputs = step.inputs.map(
      (view) => new Tensor(windowOf(this.plan, view, base).slice(), view.shape, view.dtype),
    )
    const result = evaluate(operation.kernel(inputs, params as never), inputs, step.output)
    // Only now: the call may have let the memory grow.
    windowOf(this.plan, step.output, base).set(result.storage())
  }
}

/** The elements of a view that is row-major and whole. */
export function windowOf({ buffers }: Plan, { buffer, dtype, shape, offset }: View, base: number): Data {
  return windowOn(base + buffers[buffer]!.at + offset * bytesPerElement[dtype], dtype, sizeOf(shape))
}
