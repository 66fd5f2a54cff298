/**
 * Forward mode: from a tape for y = f(x) to a tape for (x, ẋ) ↦ (y, ẏ) with ẏ = (∂y/∂x) ẋ.
 *
 * Every instruction is followed at once by the instructions for its tangent, the sum of one share per input. A value
 * without a tangent does not depend on the inputs that move, and costs nothing.
 */
import type { Tensor } from '../array/index.ts'
import { perform, trace, type Tape } from './recording.ts'
import { zeros, type Add } from './reverse.ts'

/** The tape (inputs…, tangent of every moving input…) → (outputs…, tangent of every output…). */
export function forward(tape: Tape, moving: readonly number[], add: Add): Tape {
  const argumentTypes = [...tape.inputs, ...moving.map((i) => tape.inputs[i]!)].map((v) => tape.types[v]!)
  return trace((...args) => {
    const values = new Map<number, Tensor>(tape.constants)
    const tangents = new Map<number, Tensor>()
    tape.inputs.forEach((value, i) => values.set(value, args[i]!))
    moving.forEach((i, k) => tangents.set(tape.inputs[i]!, args[tape.inputs.length + k]!))
    for (const { operation, inputs, params, output } of tape.instructions) {
      const operands = inputs.map((value) => values.get(value)!)
      const result = perform(operation, operands, params)
      values.set(output, result)
      const use = { inputs: operands, output: result, params: params as never }
      let tangent: Tensor | undefined
      inputs.forEach((value, i) => {
        const direction = tangents.get(value)
        if (!direction || operation.differentiable?.[i] === false) return
        if (!operation.jvp) {
          throw new TypeError(
            `forward: expected operations with a jvp, got ${operation.name}, which has none`,
          )
        }
        const share = operation.jvp(i, direction, use)
        tangent = tangent ? add(tangent, share) : share
      })
      if (tangent) tangents.set(output, tangent)
    }
    const outputs = tape.outputs.map((value) => values.get(value)!)
    return [...outputs, ...tape.outputs.map((value) => tangents.get(value) ?? zeros(tape, value))]
  }, argumentTypes).tape
}
