/** Parts of a tensor along an axis, by slices. */
import { normalizeAxes, type Tensor } from '../array/index.ts'
import { slice, sliceAlong } from './slicing.ts'

/** The elements in reverse order along `axes` (all when left out). */
export function flip(x: Tensor, axes?: number | readonly number[]): Tensor {
  const list = normalizeAxes('flip', axes, x.shape.length)
  return slice(
    x,
    x.shape.map((_, axis) => (list.includes(axis) ? [null, null, -1] : null)),
  )
}

/** Consecutive parts along an axis: that many of equal size, or parts of the sizes given. */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const [at] = normalizeAxes('split', axis, x.shape.length) as [number]
  const n = x.shape[at]!
  const sizes = typeof parts === 'number' ? equalParts(parts, n) : parts
  if (
    sizes.reduce((sum, size) => sum + size, 0) !== n ||
    !sizes.every((size) => Number.isInteger(size) && size >= 0)
  ) {
    throw new RangeError(`split: expected parts that add up to ${n}, got ${JSON.stringify(parts)}`)
  }
  let end = 0
  return sizes.map((size) => {
    const range = [end, (end += size)] as const
    return sliceAlong(x, at, range)
  })
}

function equalParts(parts: number, n: number): number[] {
  return Number.isInteger(parts) && parts > 0 ? new Array<number>(parts).fill(n / parts) : []
}

/** The parts of size one along an axis, without that axis. */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const [at] = normalizeAxes('unstack', axis, x.shape.length) as [number]
  return Array.from({ length: x.shape[at]! }, (_, i) => sliceAlong(x, at, i))
}
