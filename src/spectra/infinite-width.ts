import { tensor, Tensor } from '../array/index.ts'
import { eigh } from '../linalg/index.ts'
import { acos, pi } from '../math/index.ts'
import { activations, type ActivationName } from '../nets/index.ts'
import { arcCosine } from './arc-cosine.ts'

export interface InfiniteWidthOptions {
  readonly activation: ActivationName
  /** Hidden layers. */
  readonly depth: number
  /** All variances of weights are multiplied by this; 2 for He's. Default 1. */
  readonly variance?: number
  /** Variance of the biases; they count as trained parameters when given, 0 included. Default: no biases. */
  readonly biasVariance?: number
}

/** The covariance of two jointly Gaussian preactivations. */
interface Pair {
  readonly a: number
  readonly b: number
  /** Between them. */
  readonly c: number
}

/** E σ(u)σ(v) and E σ′(u)σ′(v). */
type Moments = (pair: Pair) => readonly [value: number, slope: number]

/**
 * Kernels of fully connected networks of infinite width in the `ntk` scaling: the covariance of outputs at initialisation
 * (NNGP; Lee et al., arXiv:1711.00165) and the neural tangent kernel (Jacot et al., arXiv:1806.07572), both [n, n], of
 * points [n, d]. With v the variance of the weights, Σ = vXXᵀ/d and Θ = XXᵀ/d before, every hidden layer makes
 * Σ ← v E σσ and Θ ← E σσ + v Θ E σ′σ′ (biases add their variance to Σ, and 1 to Θ). Closed forms for
 * identity, relu, leakyRelu, abs (Cho & Saul 2009) and erf (Williams 1997), Gauss-Hermite quadrature of order 48 for other
 * activations: to about 1e-10 for smooth ones.
 */
export function infiniteWidth(
  x: Tensor,
  options: InfiniteWidthOptions,
): { readonly nngp: Tensor; readonly ntk: Tensor } {
  const { activation, depth, variance = 1, biasVariance } = options
  if (x.dtype !== 'f64' || x.shape.length !== 2)
    throw new RangeError(`infiniteWidth: expected f64 points [n,d], got ${x.dtype}[${x.shape.join()}]`)
  if (!Number.isSafeInteger(depth) || depth < 1)
    throw new RangeError(`infiniteWidth: expected at least one hidden layer, got ${depth}`)
  if (!(variance > 0) || !((biasVariance ?? 0) >= 0))
    throw new RangeError(`infiniteWidth: expected positive variances, got ${variance} and ${biasVariance}`)
  const [n, d] = x.shape as [number, number]
  const [shift, trained] = [biasVariance ?? 0, biasVariance === undefined ? 0 : 1]
  const moments = momentsOf(activation)
  let sigma = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let dot = 0
      for (let k = 0; k < d; k++) dot += x.data[i * d + k]! * x.data[j * d + k]!
      sigma[i * n + j] = (variance * dot) / d + shift
    }
  let theta = sigma.map((value) => (value - shift) / variance + trained)
  for (let layer = 0; layer < depth; layer++) {
    const [next, nextTheta] = [new Float64Array(n * n), new Float64Array(n * n)]
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) {
        const pair = { a: sigma[i * (n + 1)]!, b: sigma[j * (n + 1)]!, c: sigma[i * n + j]! }
        const [value, slope] = moments(pair)
        next[i * n + j] = next[j * n + i] = variance * value + shift
        const tangent = value + variance * theta[i * n + j]! * slope + trained
        nextTheta[i * n + j] = nextTheta[j * n + i] = tangent
      }
    ;[sigma, theta] = [next, nextTheta]
  }
  return { nngp: new Tensor(sigma, [n, n], 'f64'), ntk: new Tensor(theta, [n, n], 'f64') }
}

function momentsOf(name: ActivationName): Moments {
  switch (name) {
    case 'identity':
      return ({ c }) => [c, 1]
    case 'relu':
      return rectified(0)
    case 'leakyRelu':
      return rectified(0.1)
    case 'abs':
      return rectified(-1)
    case 'erf':
      return errorFunction
    default:
      return quadrature(name)
  }
}

/** σ(z) = z for z > 0, else αz, of the arc-cosine kernels at correlations ±ρ. */
function rectified(alpha: number): Moments {
  return ({ a, b, c }) => {
    const scale = Math.sqrt(a * b)
    if (scale === 0) return [0, 0]
    const [same, other] = [arcCosine(c / scale), arcCosine(-c / scale)]
    const square = 1 + alpha * alpha
    return [
      (scale * (square * same[1] - 2 * alpha * other[1])) / 2,
      (square * same[0] + 2 * alpha * other[0]) / 2,
    ]
  }
}

/** Williams's arcsine kernel and its derivative. */
const errorFunction: Moments = ({ a, b, c }) => {
  const determinant = (1 + 2 * a) * (1 + 2 * b)
  const sine = (2 * c) / Math.sqrt(determinant)
  const arcsine = pi / 2 - acos(sine)
  return [(2 / pi) * arcsine, 4 / (pi * Math.sqrt(determinant - 4 * c * c))]
}

const order = 48
let rule: { readonly nodes: Float64Array; readonly weights: Float64Array } | undefined

/** Nodes and weights for a standard normal (Golub & Welsch 1969). */
function gaussHermite(): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  if (rule) return rule
  const jacobi = new Float64Array(order * order)
  for (let k = 1; k < order; k++) jacobi[k * order + k - 1] = jacobi[(k - 1) * order + k] = Math.sqrt(k)
  const { values, vectors } = eigh(tensor(jacobi, [order, order]))
  const nodes = Float64Array.from(values.data)
  rule = { nodes, weights: nodes.map((_, k) => vectors.data[k]! * vectors.data[k]!) }
  return rule
}

function quadrature(name: ActivationName): Moments {
  const { apply, slope } = activations[name]
  const { nodes, weights } = gaussHermite()
  return ({ a, b, c }) => {
    const first = nodes.map((z) => Math.sqrt(a) * z)
    const along = a > 0 ? c / Math.sqrt(a) : 0
    const across = Math.sqrt(Math.max(0, b - along * along))
    const second = new Float64Array(order * order)
    for (let i = 0; i < order; i++)
      for (let j = 0; j < order; j++) second[i * order + j] = along * nodes[i]! + across * nodes[j]!
    const sums = [apply, slope].map((f) => {
      const [u, v] = [f(tensor(first)).data, f(tensor(second)).data]
      let total = 0
      for (let i = 0; i < order; i++)
        for (let j = 0; j < order; j++) total += weights[i]! * weights[j]! * u[i]! * v[i * order + j]!
      return total
    })
    return sums as [number, number]
  }
}
