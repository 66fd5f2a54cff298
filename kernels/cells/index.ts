/** From the steps of a plan to the sources of kernels: one cell of the result each. */
import type { Step } from '../../src/run/index.ts'
import type { Source } from './cell.ts'
import { gatherSource } from './gather.ts'
import { mapSource, reduceSource } from './map.ts'
import { matmulSource } from './matmul.ts'
import { moveSource } from './move.ts'

export { SPECIAL, type Source } from './cell.ts'
export { helpers } from './helpers.ts'

/** The kernel of a step that a device can take: all but calls of host functions. Products may have their cells in rows. */
export function sourceOf(step: Exclude<Step, { kind: 'host' }>, inRows: boolean): Source {
  switch (step.kind) {
    case 'map':
      return mapSource(step)
    case 'reduce':
      return reduceSource(step)
    case 'matmul':
      return matmulSource(step, inRows)
    case 'move':
      return moveSource(step)
    case 'gather':
      return gatherSource(step)
  }
}
