/** How much a step computes and moves. */
import { bytesPerElement, sizeOf } from '../../array/index.ts'
import { countSteps } from './expressions.ts'
import type { Matrices, Step, View } from './steps.ts'

export interface Work {
  /** Operations on numbers: those of expressions, and two for every product that is added. */
  readonly flops: number
  /** Read and written, if nothing stays in a cache. */
  readonly bytes: number
}

export function workOf(step: Step): Work {
  switch (step.kind) {
    case 'map': {
      const roots = step.outputs.map(({ expression }) => expression)
      const bytes = total(step.inputs.map(bytesOf)) + total(step.outputs.map(({ into }) => bytesOf(into)))
      return { flops: countSteps(roots) * sizeOf(step.shape), bytes }
    }
    case 'reduce': {
      const flops = (countSteps([step.expression]) + 1) * sizeOf(step.shape)
      return { flops, bytes: total(step.inputs.map(bytesOf)) + bytesOf(step.output) }
    }
    case 'matmul': {
      const { batch, m, k, n, a, b, c, dtype, epilogue } = step
      const matrices = ({ batch: stride }: Matrices, size: number): number =>
        (stride === 0 ? 1 : batch) * size * bytesPerElement[dtype]
      const own = {
        flops: 2 * batch * m * k * n,
        bytes: matrices(a, m * k) + matrices(b, k * n) + bytesOf(c),
      }
      const more = epilogue ? workOf(epilogue) : { flops: 0, bytes: 0 }
      return { flops: own.flops + more.flops, bytes: own.bytes + more.bytes }
    }
    case 'move': {
      const { add, clear, pieces, output, dtype } = step
      const moved = total(pieces.map(({ shape }) => sizeOf(shape)))
      const bytes = (add ? 3 : 2) * moved * bytesPerElement[dtype] + (clear ? bytesOf(output) : 0)
      return { flops: add ? moved : 0, bytes }
    }
    case 'gather': {
      const { input, indices, output, scatter } = step
      const picked = scatter ? input : output
      const bytes = bytesOf(indices) + 2 * bytesOf(picked) + (scatter ? bytesOf(output) : 0)
      return { flops: scatter ? sizeOf(input.shape) : 0, bytes }
    }
    case 'host':
      return { flops: 0, bytes: total(step.inputs.map(bytesOf)) + bytesOf(step.output) }
  }
}

/** Elements that repeat count once. */
function bytesOf({ dtype, shape, strides }: View): number {
  const sizes = shape.map((n, axis) => (strides[axis] === 0 && n > 0 ? 1 : n))
  return sizeOf(sizes) * bytesPerElement[dtype]
}

function total(list: readonly number[]): number {
  return list.reduce((sum, x) => sum + x, 0)
}
