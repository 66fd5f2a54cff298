/**
 * Batching: from a tape for y = f(x) to a tape for many x at once, stacked along a new first axis.
 *
 * Only what depends on a batched input is batched; the rest is computed once and shared. Each operation brings its own
 * rule, so the result is again a plain tape of larger instructions, with no loop over instances.
 */
import type { Tensor } from '../array/index.ts'
import { perform, trace, type Tape } from './recording.ts'
import { influencedBy } from './reverse.ts'

export interface Batched {
  readonly tape: Tape
  /** Of every output: does it carry the batch axis, or is it the same for all instances? */
  readonly batched: readonly boolean[]
}

/** The tape on `size` instances; `stacked` are the positions of the inputs that carry them. */
export function batch(tape: Tape, stacked: readonly number[], size: number): Batched {
  const sources = stacked.map((i) => tape.inputs[i]!)
  const carriers = influencedBy(tape, sources)
  const argumentTypes = tape.inputs.map((value) => {
    const type = tape.types[value]!
    return sources.includes(value) ? { ...type, shape: [size, ...type.shape] } : type
  })
  const run = (...args: Tensor[]): Tensor[] => {
    const values = new Map<number, Tensor>(tape.constants)
    tape.inputs.forEach((value, i) => values.set(value, args[i]!))
    for (const { operation, inputs, params, output } of tape.instructions) {
      const operands = inputs.map((value) => values.get(value)!)
      if (!carriers.has(output)) {
        values.set(output, perform(operation, operands, params))
        continue
      }
      if (!operation.batch) {
        throw new TypeError(
          `batch: expected operations with a batch rule, got ${operation.name}, which has none`,
        )
      }
      const flags = inputs.map((value) => carriers.has(value))
      values.set(output, operation.batch(operands, flags, params as never))
    }
    return tape.outputs.map((value) => values.get(value)!)
  }
  const { tape: result } = trace(run, argumentTypes)
  return { tape: result, batched: tape.outputs.map((value) => carriers.has(value)) }
}
