/** Functions of symmetric matrices. */
import type { Tensor } from '../array/index.ts'
import { withWorkspace } from '../run/index.ts'
import { asTensor, symmetricOf } from './arguments.ts'
import { eigh } from './eigh.ts'

/**
 * f(A) = V·f(Λ)·Vᵀ, [n, n], for a symmetric matrix A = V·Λ·Vᵀ [n, n] in f64 and a function f of its eigenvalues: `Math.sqrt` gives the square root,
 * and so on (Higham, Functions of Matrices, 2008, section 1.2). The result is symmetric to the last bit. Eigenvalues carry an error of about
 * n·2⁻⁵³·‖A‖, so that one that should be 0 may come out negative. Errors: as `eigh`, by the name of funmSymmetric, and RangeError where f gives a
 * value that is not finite.
 *
 * @example
 * const root = funmSymmetric(covariance, (x) => Math.sqrt(Math.max(x, 0)))
 */
export function funmSymmetric(a: Tensor, f: (eigenvalue: number) => number): Tensor {
  symmetricOf('funmSymmetric', a)
  const { values, vectors } = eigh(a)
  const v = vectors.storage() as Float64Array
  const n = values.size
  const mapped = (values.storage() as Float64Array).map((value) => {
    const image = f(value)
    if (Number.isFinite(image)) return image
    throw new RangeError(
      `funmSymmetric: expected finite values of f, got ${image} at the eigenvalue ${value}`,
    )
  })
  return withWorkspace(3 * n * n, n * n, (workspace) => {
    const [basis, weighted, product] = [
      workspace.array(n * n),
      workspace.array(n * n),
      workspace.array(n * n),
    ]
    basis.set(v)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) weighted[i * n + j] = v[i * n + j]! * mapped[j]!
    workspace.multiply(
      { data: weighted, row: n, column: 1 },
      { data: basis, row: 1, column: n },
      product,
      n,
      n,
      n,
    )
    const out = new Float64Array(n * n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        out[i * n + j] = product[i * n + j]! / 2 + product[j * n + i]! / 2
        out[j * n + i] = out[i * n + j]!
      }
    }
    return asTensor(out, n, n)
  })
}
