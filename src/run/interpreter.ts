/**
 * The interpreter: what a tape means, written to be read. Whatever else runs a tape has to give its bits.
 *
 * A value that later instructions have no use for is let go.
 */
import { sameShape, showShape, Tensor, type Data, type Type } from '../array/index.ts'
import type { Kernel, Tape } from '../tape/index.ts'
import { runGather } from './gather.ts'
import { runMap } from './map.ts'
import { runMove } from './move.ts'
import { runMatmul, runReduce } from './sums.ts'

/** Runs one instruction: the elements of its result. */
export function evaluate(kernel: Kernel, inputs: readonly Tensor[], type: Type): Tensor {
  return new Tensor(elements(kernel, inputs, type), type.shape, type.dtype)
}

function elements(kernel: Kernel, inputs: readonly Tensor[], type: Type): Data {
  switch (kernel.kind) {
    case 'map':
      return runMap(kernel.expression, inputs, type)
    case 'reduce':
      return runReduce(kernel, inputs[0]!, type)
    case 'matmul':
      return runMatmul(kernel, inputs[0]!, inputs[1]!, type)
    case 'move':
      return runMove(kernel, inputs, type)
    case 'gather':
      return runGather(kernel, inputs[0]!, inputs[1]!, type)
    case 'host':
      return kernel.call(inputs)
  }
}

/** Runs a tape on arguments of the dtypes and shapes it was recorded for. */
export function interpret(tape: Tape, args: readonly Tensor[]): Tensor[] {
  checkArguments('interpret', tape, args)
  const lastUse = new Map<number, number>()
  tape.instructions.forEach(({ inputs }, at) => inputs.forEach((value) => lastUse.set(value, at)))
  const kept = new Set(tape.outputs)
  const values = new Map<number, Tensor>(tape.constants)
  tape.inputs.forEach((value, i) => values.set(value, args[i]!))
  tape.instructions.forEach(({ operation, inputs, params, output }, at) => {
    const operands = inputs.map((value) => values.get(value)!)
    const kernel = operation.kernel(operands, params as never)
    values.set(output, evaluate(kernel, operands, tape.types[output]!))
    for (const value of inputs) if (lastUse.get(value) === at && !kept.has(value)) values.delete(value)
  })
  return tape.outputs.map((value) => values.get(value)!)
}

/** Errors: RangeError unless there is one argument of the recorded dtype and shape for every input of the tape. */
export function checkArguments(op: string, tape: Tape, args: readonly Tensor[]): void {
  if (args.length !== tape.inputs.length) {
    throw new RangeError(`${op}: expected ${tape.inputs.length} arguments, got ${args.length}`)
  }
  for (let i = 0; i < args.length; i++) {
    const { shape, dtype } = tape.types[tape.inputs[i]!]!
    const x = args[i]!
    if (x.dtype === dtype && sameShape(x.shape, shape)) continue
    throw new RangeError(
      `${op}: expected ${dtype}${showShape(shape)} as argument ${i}, got ${x.dtype}${showShape(x.shape)}`,
    )
  }
}
