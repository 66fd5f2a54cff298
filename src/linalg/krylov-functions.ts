/**
 * Functions of a symmetric operator, by Lanczos: with AV = VT + reᵀ and V's first column b/‖b‖,
 *
 *     f(A) b ≈ ‖b‖ V f(T) e₁      (Druskin & Knizhnerman 1989; Saad, SIAM J. Numer. Anal. 29, 1992)
 *     bᵀ f(A) b ≈ ‖b‖² Σ_j τ_j f(θ_j),  θ_j the eigenvalues of T, τ_j the squares of the first components of its eigenvectors,
 *
 * the second a Gauss quadrature: exact for polynomials of degree 2k - 1 (Golub & Meurant 1994), and averaged over random b an estimate of the
 * spectral density (stochastic Lanczos quadrature; Ubaru, Chen & Saad, SIAM J. Matrix Anal. Appl. 38, 2017).
 */
import { combine, dot, lengthOf, type Tensor } from '../array/index.ts'
import { exp, numbers } from '../math/index.ts'
import { rademacher, stream } from '../random/index.ts'
import { asTensor, vectorOf } from './arguments.ts'
import { project, subtract } from './basis.ts'
import { tridiagonalEigh } from './eigh.ts'
import { countOf, ScaledProducts, squareOperatorOf, type Matrix } from './product.ts'

export interface FunctionOptions {
  /** Lanczos steps at most. Default: the smaller of n and 100. */
  readonly steps?: number
  /** Stop when the last steps changed the result by less than tol of its norm. Default 1e-12. */
  readonly tol?: number
}

export interface FunctionApplied {
  /** f(A) b, of shape [n]. */
  readonly value: Tensor
  /** ‖change by the last steps‖, an estimate of the error and no bound. */
  readonly change: number
  readonly converged: boolean
  readonly products: number
}

/** Steps between two looks at the result. */
const STRIDE = 5

/**
 * f(A) b for a symmetric operator and a function of a number, which is asked for eigenvalues of T. Errors: RangeError for a b that is no finite vector of n
 * numbers, and where f gives no finite number.
 *
 * @example
 * const { value } = await funm(laplacian, (x) => 1 / (1 + x), b)
 */
export async function funm(
  A: Matrix,
  f: (x: number) => number,
  b: Tensor,
  options: FunctionOptions = {},
): Promise<FunctionApplied> {
  return applied('funm', A, f, b, options)
}

/** exp(t A) b; otherwise as `funm`. */
export async function expm(
  A: Matrix,
  b: Tensor,
  { t = 1, ...options }: FunctionOptions & { readonly t?: number } = {},
): Promise<FunctionApplied> {
  return applied('expm', A, (x) => exp(t * x), b, options)
}

async function applied(
  op: string,
  A: Matrix,
  f: (x: number) => number,
  b: Tensor,
  { steps, tol = 1e-12 }: FunctionOptions,
): Promise<FunctionApplied> {
  const operator = squareOperatorOf(op, A, b.shape[0])
  const { rows: n } = operator
  const start = vectorOf(op, b, n)
  if (steps !== undefined) countOf(op, 'steps', steps, 1, Infinity)
  const most = Math.min(n, steps ?? 100)
  const a = new ScaledProducts(op, operator)
  const size = lengthOf(start)
  let value: Float64Array = new Float64Array(n)
  let [change, converged] = [0, true]
  if (size > 0) {
    converged = false
    for await (const { basis, alpha, beta, last } of lanczosSteps(a, start, most)) {
      if (!last && alpha.length % STRIDE !== 0) continue
      const coefficients = firstColumn(op, (x) => f(numbers.scale2(x, a.power)), alpha, beta).map(
        (c) => size * c,
      )
      const next = combine(new Float64Array(n), coefficients, basis)
      change = lengthOf(combine(value, [1, -1], [value, next]))
      value = next
      // An invariant space gives the answer itself.
      converged = (last && alpha.length === n) || beta.at(-1) === 0 || change <= tol * lengthOf(next)
      if (converged) break
    }
  }
  return { value: asTensor(value, n), change, converged, products: a.count }
}

interface LanczosStep {
  readonly basis: readonly Float64Array[]
  readonly alpha: readonly number[]
  /** As many as alpha; the last belongs to the vector that is not there yet. */
  readonly beta: readonly number[]
  readonly last: boolean
}

/** Lanczos with two orthogonalisations, step by step. It ends early when the space is invariant. */
async function* lanczosSteps(
  a: ScaledProducts,
  start: Float64Array,
  most: number,
): AsyncGenerator<LanczosStep> {
  const n = start.length
  const basis = [combine(new Float64Array(n), [1 / lengthOf(start)], [start])]
  const [alpha, beta]: [number[], number[]] = [[], []]
  let scale = 0
  for (let k = 0; k < most; k++) {
    const w = (await a.apply(basis[k]!)).slice()
    alpha.push(dot(w, basis[k]!))
    scale = Math.max(scale, lengthOf(w))
    for (let pass = 0; pass < 2; pass++) subtract(w, project(basis, w), basis)
    const rest = lengthOf(w)
    // What rounding leaves of nothing.
    const isInvariant = rest <= 10 * Number.EPSILON * Math.sqrt(n) * scale
    beta.push(isInvariant ? 0 : rest)
    const last = isInvariant || k === most - 1
    yield { basis, alpha, beta, last }
    if (last) return
    basis.push(combine(w, [1 / rest], [w]))
  }
}

/** f(T) e₁ */
function firstColumn(
  op: string,
  f: (x: number) => number,
  alpha: readonly number[],
  beta: readonly number[],
): number[] {
  const k = alpha.length
  const { values, vectors } = decomposed(alpha, beta)
  const weights = Float64Array.from({ length: k }, (_, j) => called(op, f, values[j]!) * vectors[j]!)
  return Array.from({ length: k }, (_, i) => {
    let sum = 0
    for (let j = 0; j < k; j++) sum += vectors[i * k + j]! * weights[j]!
    return sum
  })
}

function decomposed(
  alpha: readonly number[],
  beta: readonly number[],
): { values: Float64Array; vectors: Float64Array } {
  const { values, vectors } = tridiagonalEigh(
    Float64Array.from(alpha),
    Float64Array.from(beta.slice(0, alpha.length - 1)),
    true,
  )
  return { values, vectors: vectors! }
}

function called(op: string, f: (x: number) => number, x: number): number {
  const y = f(x)
  if (Number.isFinite(y)) return y
  throw new RangeError(`${op}: expected finite values of the function, got ${y} at ${x}`)
}

export interface QuadratureOptions {
  /** Random vectors. Default 32. */
  readonly samples?: number
  /** Lanczos steps for each. Default 50. */
  readonly steps?: number
  readonly seed?: number
  /** The size of a function's matrix. */
  readonly n?: number
}

/** Points and weights of a quadrature: ∫ f dμ ≈ Σ weights·f(points), μ the density of the eigenvalues. */
export interface Quadrature {
  /** Ascending. */
  readonly points: Float64Array
  /** They sum to 1. */
  readonly weights: Float64Array
  readonly products: number
}

/**
 * The spectral density of a symmetric operator by stochastic Lanczos quadrature, with random signs as starting vectors: all points and weights, each sample
 * with the same share. tr f(A) ≈ n Σ weights·f(points). The error falls like 1/√samples, and like that of a Gauss quadrature in the steps.
 * The same seed gives the same bits.
 */
export async function slq(
  A: Matrix,
  { samples = 32, steps = 50, seed = 1, n: size }: QuadratureOptions = {},
): Promise<Quadrature> {
  const operator = squareOperatorOf('slq', A, size)
  const { rows: n } = operator
  countOf('slq', 'samples', samples, 1, Infinity)
  countOf('slq', 'steps', steps, 1, Infinity)
  if (n === 0) throw new RangeError('slq: expected an operator of at least one row, got one of none')
  const a = new ScaledProducts('slq', operator)
  const nodes: { point: number; weight: number }[] = []
  for (let sample = 0; sample < samples; sample++) {
    const start = rademacher(stream(seed, 'slq', sample), n)
    let end: LanczosStep | undefined
    for await (const step of lanczosSteps(a, start, Math.min(n, steps))) end = step
    const { values, vectors } = decomposed(end!.alpha, end!.beta)
    // The first components of unit vectors: their squares sum to 1.
    values.forEach((point, j) =>
      nodes.push({ point: numbers.scale2(point, a.power), weight: (vectors[j]! * vectors[j]!) / samples }),
    )
  }
  nodes.sort((p, q) => p.point - q.point)
  return {
    points: Float64Array.from(nodes, ({ point }) => point),
    weights: Float64Array.from(nodes, ({ weight }) => weight),
    products: a.count,
  }
}
