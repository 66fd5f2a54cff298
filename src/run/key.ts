/**
 * Two tapes with the same key do the same to other numbers: they may differ in the elements of their constants and in what their host
 * functions compute, in nothing else.
 */
import type { Type } from '../array/index.ts'
import type { AnyOperation, Kernel, Tape } from '../tape/index.ts'
import { expressionNumber } from './expression-number.ts'

export function tapeKey({ types, inputs, constants, instructions, outputs }: Tape): string {
  const parts = [inputs.map((value) => typeKey(types[value]!)).join()]
  for (const value of constants.keys()) parts.push(`${value}=${typeKey(types[value]!)}`)
  for (const { operation, params, inputs: from, output } of instructions) {
    const kernel = operation.kernel(
      from.map((value) => types[value]!),
      params as never,
    )
    parts.push(
      `${output}${typeKey(types[output]!)}:${effectKey(operation)}${kernelKey(kernel)}(${from.join()})`,
    )
  }
  parts.push(outputs.join())
  return parts.join(';')
}

export function typeKey({ dtype, shape }: Type): string {
  return `${dtype}[${shape.join()}]`
}

function effectKey({ effect }: AnyOperation): string {
  return effect ? '!' : ''
}

export function kernelKey(kernel: Kernel): string {
  if (kernel.kind === 'map') return `map${expressionNumber(kernel.expression)}`
  if (kernel.kind === 'host') return 'host'
  return JSON.stringify(kernel)
}
