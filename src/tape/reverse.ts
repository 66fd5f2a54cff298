/**
 * Reverse mode: from a tape for y = f(x) to a tape for (x, ȳ) ↦ (y, x̄) with x̄ = (∂y/∂x)ᵀ ȳ.
 *
 * The new tape first does what the old one did. Then it walks the old instructions backwards; since a value is used
 * only after it is made, every cotangent is complete when its turn comes, however often the value was used: that is the
 * whole reason for the order. Each use adds its share, which is why b = a + a gives da = 2 db.
 * The result is an ordinary tape: reversing it again gives second derivatives.
 */
import { allocate, sizeOf, Tensor } from '../array/index.ts'
import { perform, replay, trace, type Tape } from './recording.ts'

/** How two shares of one derivative are summed: the one operation that differentiation itself needs, lent by ops/. */
export type Add = (a: Tensor, b: Tensor) => Tensor

/**
 * The tape (inputs…, cotangent of every output…) → (outputs…, cotangent of every wanted input…).
 * `wanted` are positions among the inputs.
 */
export function reverse(tape: Tape, wanted: readonly number[], add: Add): Tape {
  const argumentTypes = [...tape.inputs, ...tape.outputs].map((value) => tape.types[value]!)
  return trace((...args) => {
    const values = replay(tape, args, perform)
    const outputs = tape.outputs.map((value) => values[value]!)
    return [...outputs, ...pullBack(tape, values, args.slice(tape.inputs.length), wanted, add)]
  }, argumentTypes).tape
}

/**
 * Carries the cotangents of the outputs back to the wanted inputs, given every value of a run of the tape. Rules are
 * applied only where a wanted input has influence.
 */
export function pullBack(
  tape: Tape,
  values: readonly Tensor[],
  outputCotangents: readonly Tensor[],
  wanted: readonly number[],
  add: Add,
): Tensor[] {
  const sources = wanted.map((i) => tape.inputs[i]!)
  const influenced = influencedBy(tape, sources, true)
  const cotangents = new Map<number, Tensor>()
  const receive = (value: number, share: Tensor): void => {
    const sum = cotangents.get(value)
    cotangents.set(value, sum ? add(sum, share) : share)
  }
  tape.outputs.forEach((value, i) => receive(value, outputCotangents[i]!))
  for (const { operation, inputs, params, output } of [...tape.instructions].reverse()) {
    const cotangent = cotangents.get(output)
    if (!cotangent || !influenced.has(output)) continue
    const use = {
      inputs: inputs.map((value) => values[value]!),
      output: values[output]!,
      params: params as never,
    }
    inputs.forEach((value, i) => {
      if (!influenced.has(value) || operation.differentiable?.[i] === false) return
      if (!operation.vjp) {
        throw new TypeError(`reverse: expected operations with a vjp, got ${operation.name}, which has none`)
      }
      receive(value, operation.vjp(i, cotangent, use))
    })
  }
  return sources.map((value) => cotangents.get(value) ?? zeros(tape, value))
}

/** The values that depend on one of the sources; of those that carry derivatives, if so wanted. */
export function influencedBy(tape: Tape, sources: readonly number[], smoothly = false): Set<number> {
  const influenced = new Set(sources)
  for (const { operation, inputs, output } of tape.instructions) {
    const passes = (value: number, i: number): boolean =>
      influenced.has(value) && !(smoothly && operation.differentiable?.[i] === false)
    if (inputs.some(passes)) influenced.add(output)
  }
  return influenced
}

/** The derivative where nothing flows. */
export function zeros(tape: Tape, value: number): Tensor {
  const { shape, dtype } = tape.types[value]!
  return new Tensor(allocate(dtype, sizeOf(shape)), shape, dtype)
}
