import { tensor, Tensor } from '../src/array/index.ts'
import { matmul, mul, relu } from '../src/ops/index.ts'
import { gaussianMatrix, sphere, type Stream } from '../src/random/index.ts'
import { stacked } from './two-layer-training.ts'

/** φ(x) = √(2/N) relu(Wx) with W [N, d] of N(0, 1/d) entries: ‖φ(x)‖² is near 1 for ‖x‖ = √d. */
export interface RandomFeatures {
  readonly weights: Tensor
  /** φ at n points, [n, N]. */
  of(points: readonly Float64Array[]): Tensor
}

export function randomFeatures(source: Stream, inputs: number, width: number): RandomFeatures {
  const weights = gaussianMatrix(source, width, inputs)
  const scale = Math.sqrt(2 / width)
  const of = (points: readonly Float64Array[]): Tensor =>
    mul(relu(matmul(stacked(points), weights, { transposeB: true })), scale)
  return { weights, of }
}

/** n independent points, uniform on the sphere of radius √d. */
export function spherePoints(source: Stream, n: number, inputs: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => sphere(source.child(i), inputs, Math.sqrt(inputs)))
}

/** The Gram matrix ΦΦᵀ of rows of features, exactly symmetric. */
export function gram(features: Tensor): Tensor {
  const n = features.shape[0]!
  const product = matmul(features, features, { transposeB: true })
  const out = Float64Array.from(product.data)
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[i * n + j] = out[j * n + i]!
  return tensor(out, [n, n])
}

/** Some rows of a matrix. */
export function rowsOf(matrix: Tensor, first: number, end: number): Tensor {
  const columns = matrix.shape[1]!
  return tensor((matrix.storage() as Float64Array).slice(first * columns, end * columns), [
    end - first,
    columns,
  ])
}
