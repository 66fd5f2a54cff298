import fc from 'fast-check'
import { tensor, type DType, type Tensor } from '../../src/index.ts'

/** All multi-indices of a shape in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, n) => list.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  )
}

/** A tensor from a function of the multi-index. */
export function build(shape: readonly number[], f: (index: number[]) => number, dtype?: DType): Tensor {
  return tensor(indicesOf(shape).map(f), shape, dtype)
}

/** One element; 0 outside. */
export function read(x: Tensor, index: readonly number[]): number {
  if (index.some((i, axis) => i < 0 || i >= x.shape[axis]!)) return 0
  return x.data[index.reduce((sum, i, axis) => sum * x.shape[axis]! + i, 0)]!
}

/** Whole numbers without a pattern, so that sums in any order are exact. */
export function numbered(shape: readonly number[], salt = 0): Tensor {
  let at = salt
  return build(shape, () => ((at++ * 37 + 11) % 101) - 50)
}

export const shapes = (rank: { min: number; max: number }, size = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: size }), { minLength: rank.min, maxLength: rank.max })
