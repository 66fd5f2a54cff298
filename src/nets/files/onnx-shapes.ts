import { Tensor } from '../../array/index.ts'
import type { OnnxNode } from './onnx-graph.ts'

/** Shapes of more axes are refused, so that joined ones cannot double for ever. */
const mostAxes = 16

/** Nodes that compute shapes from shapes. */
export const shapeNodes: readonly string[] = ['Gather', 'Unsqueeze', 'Concat']

/**
 * The constant that a node makes of constants, as PyTorch writes `x.view(x.size(0), -1)`: sizes taken from a
 * shape, made lists of one and joined. In such shapes 0 stands for the batch, which is what it says in a
 * reshape too. Nothing for other operands than whole numbers of a shape.
 */
export function shapeOf({ type }: OnnxNode, operands: readonly (Tensor | undefined)[]): Tensor | undefined {
  const [first, index] = operands
  if (!first || operands.some((x) => x !== undefined && x.size > mostAxes)) return undefined
  if (type === 'Gather') {
    if (first.shape.length !== 1 || index?.size !== 1) return undefined
    const size = Array.from(first.data).at(index.data[0]!)
    return size === undefined ? undefined : sizes([size], index.shape)
  }
  if (type === 'Unsqueeze') return first.size === 1 ? sizes([first.data[0]!], [1]) : undefined
  if (!operands.every((x) => x?.shape.length === 1)) return undefined
  const all = operands.flatMap((x) => Array.from(x!.data))
  return all.length > mostAxes ? undefined : sizes(all, [all.length])
}

function sizes(values: readonly number[], shape: readonly number[]): Tensor {
  return new Tensor(Float64Array.from(values), shape, 'f64')
}
