/**
 * From a tape to the values that have to be computed. What nothing depends on is left out, and of instructions that do the same to the
 * same operands only one is kept. A call of a host function stays where it is, for nobody knows what else it does.
 */
import { sizeOf, type Type } from '../../array/index.ts'
import { type Kernel, type Tape } from '../../tape/index.ts'
import { kernelKey, typeKey } from '../key.ts'

/** An argument, a constant, or what a kernel makes of earlier nodes. */
export interface Node {
  readonly type: Type
  readonly from:
    | { readonly kind: 'argument' }
    | { readonly kind: 'constant'; readonly value: number }
    | { readonly kind: 'instruction'; readonly number: number; readonly kernel: Kernel }
  readonly inputs: readonly number[]
}

export interface Graph {
  /** In the order of the tape. The tape's inputs come first. */
  readonly nodes: readonly Node[]
  readonly outputs: readonly number[]
  /** Instructions left out because nothing needs them, or because they repeat others. */
  readonly unused: number
  readonly repeated: number
}

export function graphOf(tape: Tape): Graph {
  const kernels = tape.instructions.map(({ operation, inputs, params }) =>
    operation.kernel(
      inputs.map((value) => tape.types[value]!),
      params as never,
    ),
  )
  const { isNeeded, values } = neededBy(tape, kernels)
  const nodes: Node[] = []
  const nodeOf = new Map<number, number>()
  const add = (value: number, node: Node): void => {
    nodeOf.set(value, nodes.push(node) - 1)
  }
  for (const value of tape.inputs)
    add(value, { type: tape.types[value]!, from: { kind: 'argument' }, inputs: [] })
  for (const value of tape.constants.keys()) {
    if (values.has(value))
      add(value, { type: tape.types[value]!, from: { kind: 'constant', value }, inputs: [] })
  }
  const known = new Map<string, number>()
  let repeated = 0
  tape.instructions.forEach(({ inputs, output, operation }, number) => {
    if (!isNeeded[number]) return
    const type = tape.types[output]!
    const [kernel, used] = withoutIdle(kernels[number]!, inputs)
    const operands = used.map((value) => nodeOf.get(value)!)
    const isUnique = kernel.kind === 'host' || operation.effect === true
    const key = isUnique ? '' : `${kernelKey(kernel)} ${operands.join()} ${typeKey(type)}`
    const twin = isUnique ? undefined : known.get(key)
    if (twin !== undefined) {
      nodeOf.set(output, twin)
      repeated++
      return
    }
    add(output, { type, from: { kind: 'instruction', number, kernel }, inputs: operands })
    if (!isUnique) known.set(key, nodes.length - 1)
  })
  const unused = isNeeded.filter((needed) => !needed).length
  return { nodes, outputs: tape.outputs.map((value) => nodeOf.get(value)!), unused, repeated }
}

/** Which instructions, and which values, have a part in the outputs or in what host functions do. */
function neededBy(tape: Tape, kernels: readonly Kernel[]): { isNeeded: boolean[]; values: Set<number> } {
  const values = new Set(tape.outputs)
  const isNeeded = tape.instructions.map(() => false)
  for (let number = isNeeded.length - 1; number >= 0; number--) {
    const { operation, inputs, output } = tape.instructions[number]!
    const kernel = kernels[number]!
    if (!values.has(output) && kernel.kind !== 'host' && !operation.effect) continue
    isNeeded[number] = true
    for (const value of withoutIdle(kernel, inputs)[1]) values.add(value)
  }
  return { isNeeded, values }
}

/** The kernel without the inputs of which it reads nothing. */
function withoutIdle(kernel: Kernel, inputs: readonly number[]): [Kernel, readonly number[]] {
  if (kernel.kind !== 'move') return [kernel, inputs]
  const filled = kernel.pieces.filter(({ shape }) => sizeOf(shape) > 0)
  const used = [...new Set(filled.map(({ input }) => input))]
  const pieces = filled.map((piece) => ({ ...piece, input: used.indexOf(piece.input) }))
  return [{ ...kernel, pieces }, used.map((i) => inputs[i]!)]
}
