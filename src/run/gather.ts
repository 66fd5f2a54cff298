/** The `gather` kernel and its adjoint. */
import { allocate, sizeOf, type Data, type Shape, type Tensor, type Type } from '../array/index.ts'
import type { GatherKernel } from '../tape/index.ts'

export function runGather(
  { axis, batch, scatter = false }: GatherKernel,
  x: Tensor,
  indices: Tensor,
  type: Type,
): Data {
  // The side with n along the axis: the input of a selection, the result of a scatter.
  const whole = scatter ? type.shape : x.shape
  const list = indices.storage()
  const n = whole[axis]!
  checkIndices(scatter ? 'scatterAdd' : 'take', list, n)
  const product = (shape: Shape, from: number, to?: number): number => sizeOf(shape.slice(from, to))
  const [batches, outer, inner] = [
    product(whole, 0, batch),
    product(whole, batch, axis),
    product(whole, axis + 1),
  ]
  const picked = product(indices.shape, batch)
  const out = allocate(type.dtype, sizeOf(type.shape))
  const data = x.storage()
  for (let block = 0; block < batches * outer; block++) {
    const firstIndex = Math.floor(block / outer) * picked
    for (let p = 0; p < picked; p++) {
      const inWhole = (block * n + list[firstIndex + p]!) * inner
      const inPicked = (block * picked + p) * inner
      for (let i = 0; i < inner; i++) {
        if (scatter) out[inWhole + i]! += data[inPicked + i]!
        else out[inPicked + i] = data[inWhole + i]!
      }
    }
  }
  return out
}

function checkIndices(op: string, list: Data, n: number): void {
  for (let p = 0; p < list.length; p++) {
    const index = list[p]!
    if (index < 0 || index >= n) throw new RangeError(`${op}: expected indices in [0,${n}), got ${index}`)
  }
}
