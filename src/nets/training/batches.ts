import { allocate, Tensor } from '../../array/index.ts'
import { uniform, type Stream } from '../../random/index.ts'

/** Samples with labels (i32 class numbers [n]) or targets ([n, K]). */
export interface Samples {
  /** [n, ...input] */
  readonly inputs: Tensor
  readonly labels: Tensor
}

/** The chosen rows of x [n, ...rest], in that order. */
export function rows(x: Tensor, chosen: ArrayLike<number>): Tensor {
  const rest = x.shape.slice(1)
  const size = rest.reduce((product, n) => product * n, 1)
  const data = allocate(x.dtype, chosen.length * size)
  const from = x.data as Float64Array
  for (let i = 0; i < chosen.length; i++)
    data.set(from.subarray(chosen[i]! * size, (chosen[i]! + 1) * size), i * size)
  return new Tensor(data, [chosen.length, ...rest], x.dtype)
}

/** A permutation of 0 … n - 1, uniform but for rounding (Fisher & Yates). */
export function permutation(stream: Stream, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const u = uniform(stream, n)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(u[i]! * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
