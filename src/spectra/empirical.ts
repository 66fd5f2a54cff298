import { Tensor } from '../array/index.ts'
import { gramOperator, jacobianOperator, transposedOperator, type Operator } from '../linalg/index.ts'
import {
  features,
  flattened,
  forward,
  inF64,
  outputShape,
  parametersInF64,
  rows,
  unflattened,
  type Architecture,
  type Parameters,
} from '../nets/index.ts'
import { compile, grad, matmul, mul, reshape, sum, vmap } from '../ops/index.ts'

export interface KernelOptions {
  /** One output, or the sum of the kernels of all. Default `sum`; the same for a network of one output. */
  readonly output?: number | 'sum'
}

/** Gradients of a block of samples are kept below this many numbers. */
const blockNumbers = 16777216

/**
 * The empirical neural tangent kernel K[i, j] = Σ_k ⟨∂f_k(x_i)/∂θ, ∂f_k(x_j)/∂θ⟩ of n points (Jacot et al.,
 * arXiv:1806.07572): f64 [n, n], exactly symmetric, positive semidefinite to rounding, equal to JJᵀ. f32 networks are
 * evaluated in f64. Errors: RangeError for an output that is none; as `forward` for points of another shape.
 */
export function ntk(
  architecture: Architecture,
  parameters: Parameters,
  x: Tensor,
  options: KernelOptions = {},
): Tensor {
  const [theta, points] = [parametersInF64(parameters), inF64(x)]
  const n = points.shape[0]!
  const size = Object.values(theta).reduce((total, p) => total + p.size, 0)
  const block = Math.max(1, Math.min(n, Math.floor(blockNumbers / size)))
  const out = new Float64Array(n * n)
  for (const k of chosen(architecture, options)) {
    const jacobian = compile((p: Parameters, batch: Tensor) =>
      vmap((one: Tensor) => grad((q: Parameters) => output(architecture, q, one, k))(p))(batch),
    )
    const gradients = (start: number): readonly Tensor[] =>
      Object.values(jacobian(theta, rows(points, range(start, Math.min(n, start + block)))))
    for (let i = 0; i < n; i += block) {
      const left = gradients(i)
      for (let j = i; j < n; j += block) addProducts(out, n, i, j, left, j === i ? left : gradients(j))
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[i * n + j] = out[j * n + i]!
  return new Tensor(out, [n, n], 'f64')
}

/** f_k of one sample. */
function output(architecture: Architecture, parameters: Parameters, one: Tensor, k: number): Tensor {
  const y = forward(architecture, parameters, reshape(one, [1, ...one.shape]))
  const pick = new Float64Array(y.size)
  pick[k] = 1
  return sum(mul(y, new Tensor(pick, y.shape, 'f64')))
}

/** Adds the inner products of two blocks of gradients, parameter by parameter. */
function addProducts(
  out: Float64Array,
  n: number,
  top: number,
  left: number,
  a: readonly Tensor[],
  b: readonly Tensor[],
): void {
  a.forEach((g, parameter) => {
    const [p, q] = [g, b[parameter]!].map((x) => reshape(x, [x.shape[0]!, x.size / x.shape[0]!])) as [
      Tensor,
      Tensor,
    ]
    const [height, width] = [p.shape[0]!, q.shape[0]!]
    const product = matmul(p, q, { transposeB: true }).data
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) out[(top + i) * n + left + j]! += product[i * width + j]!
  })
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i)
}

function chosen(architecture: Architecture, { output = 'sum' }: KernelOptions): readonly number[] {
  const [outputs] = outputShape(architecture) as [number]
  if (output === 'sum') return Array.from({ length: outputs }, (_, k) => k)
  if (Number.isInteger(output) && output >= 0 && output < outputs) return [output]
  throw new RangeError(`ntk: expected an output from 0 to ${outputs - 1} or sum, got ${output}`)
}

/** The same kernel of one output as an operator of n, by forward and reverse mode: nothing of size n × parameters is formed. */
export function ntkOperator(
  architecture: Architecture,
  parameters: Parameters,
  x: Tensor,
  { output = 0 }: { readonly output?: number } = {},
): Operator {
  chosen(architecture, { output })
  const points = inF64(x)
  const theta = flattened(architecture, parametersInF64(parameters))
  const pick = new Float64Array((outputShape(architecture) as [number])[0])
  pick[output] = 1
  const of = (vector: Tensor): Tensor =>
    matmul(
      forward(architecture, unflattened(architecture, vector), points),
      new Tensor(pick, [pick.length], 'f64'),
    )
  return gramOperator(transposedOperator(jacobianOperator(of, theta)))
}

/**
 * The conjugate kernel K[i, j] = ⟨φ(x_i), φ(x_j)⟩ of n points, φ the input of the last linear layer: the empirical kernel
 * of El Harzli & Cuenca Grau. f64 [n, n], exactly symmetric.
 */
export function conjugateKernel(architecture: Architecture, parameters: Parameters, x: Tensor): Tensor {
  const phi = features(architecture, parametersInF64(parameters), inF64(x))
  const n = phi.shape[0]!
  const product = matmul(phi, phi, { transposeB: true }).data
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) out[i * n + j] = out[j * n + i] = product[i * n + j]!
  return new Tensor(out, [n, n], 'f64')
}
