/**
 * The order of every sum, as a function of shapes and dtype alone: whoever executes a tape adds in this order, and so
 * gets the same bits.
 *
 * - A sum whose terms lie next to each other in memory runs in LANES lanes: term k goes to lane k mod LANES, every
 *   lane adds its terms in ascending order starting from 0, and the lanes are combined pairwise.
 * - Any other sum has one accumulator per result, starting from 0, terms ascending. So do the additions of a `move`
 *   (pieces in their order) and of a scatter (positions in the index tensor ascending).
 * - In f32 every product and every sum is rounded to f32.
 */
import type { Shape } from '../array/index.ts'
import type { MatmulKernel } from '../tape/index.ts'

/** A power of two; wide enough for four f64 or two f32 SIMD accumulators. */
export const LANES = 8

/** lanes[0] becomes the sum: halves are folded onto each other. */
export function combineLanes(lanes: Float64Array | Float32Array): number {
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half; lane++) lanes[lane]! += lanes[lane + half]!
  }
  return lanes[0]!
}

/** Reductions over the last axis have neighbouring terms. */
export function reducesInLanes(shape: Shape, axes: readonly number[]): boolean {
  return axes.at(-1) === shape.length - 1
}

/** A matrix times a vector whose rows lie in memory as they are read, on either side. */
export function multipliesInLanes(a: Shape, b: Shape, kernel: MatmulKernel): boolean {
  const one = (shape: Shape, axis: number): boolean => shape.at(axis) === 1
  const vectorRight = one(b, kernel.transposeB ? -2 : -1)
  const vectorLeft = one(a, kernel.transposeA ? -1 : -2)
  return (vectorRight && !kernel.transposeA) || (vectorLeft && kernel.transposeB)
}
