/**
 * The trace of an operator from products with random vectors: Hutchinson (Commun. Stat. Simul. 19, 1990), Hutch++ (Meyer, Musco, Musco & Woodruff, SOSA
 * 2021), XTrace (Epperly, Tropp & Webber, SIAM J. Matrix Anal. Appl. 45, 2024).
 */
import { combine, dot, lengthOf } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { normal, rademacher, stream } from '../random/index.ts'
import { project, subtract } from './basis.ts'
import { countOf, ScaledProducts, squareOperatorOf, type Matrix } from './product.ts'

export interface TraceOptions {
  /** Default xtrace. */
  readonly method?: 'hutchinson' | 'hutch++' | 'xtrace'
  /** At most so many products. Default 64. */
  readonly products?: number
  readonly seed?: number
  /** The size of a function's matrix. */
  readonly n?: number
}

export interface TraceEstimate {
  readonly value: number
  /** The estimated standard deviation of `value`. */
  readonly error: number
  readonly products: number
}

/**
 * tr A, unbiased, with an estimate of the error. Hutchinson's error is √(2(‖A‖_F² - Σ a_ii²)/m) for m products and symmetric A; the other two first find the
 * part of A that is close to low rank, which makes the error fall like 1/m and faster where the spectrum decays. The same seed gives the same bits.
 * Errors: RangeError for fewer than 6 products, an operator that is not square, products that are not finite.
 */
export async function trace(A: Matrix, options: TraceOptions = {}): Promise<TraceEstimate> {
  const { method = 'xtrace', products = 64, seed = 1 } = options
  const operator = squareOperatorOf('trace', A, options.n)
  countOf('trace', 'products', products, 6, Infinity)
  const a = new ScaledProducts('trace', operator)
  const { rows: n } = operator
  if (n === 0) return { value: 0, error: 0, products: 0 }
  const estimators = { hutchinson, 'hutch++': hutchPlusPlus, xtrace }
  const estimator = estimators[method]
  if (!estimator)
    throw new RangeError(
      `trace: expected a method of ${Object.keys(estimators).join(', ')}, got ${String(method)}`,
    )
  const { value, error } = await estimator(a, n, products, seed)
  const restored = (x: number): number => numbers.scale2(x, a.power)
  return { value: restored(value), error: restored(error), products: a.count }
}

type Estimator = (
  a: ScaledProducts,
  n: number,
  products: number,
  seed: number,
) => Promise<{ value: number; error: number }>

const hutchinson: Estimator = async (a, n, products, seed) => {
  const samples: number[] = []
  for (let i = 0; i < products; i++) {
    const g = rademacher(stream(seed, 'hutchinson', i), n)
    samples.push(dot(g, await a.apply(g)))
  }
  return meanOf(samples)
}

/** tr A = tr QᵀAQ + tr (I - QQᵀ)A(I - QQᵀ), Q a basis of AS; the second by Hutchinson. */
const hutchPlusPlus: Estimator = async (a, n, products, seed) => {
  const third = Math.floor(products / 3)
  const images: Float64Array[] = []
  for (let i = 0; i < third; i++) images.push(await a.apply(rademacher(stream(seed, 'sketch', i), n)))
  const { basis: q } = orthonormal(images)
  let value = 0
  for (const u of q) value += dot(u, await a.apply(u))
  const samples: number[] = []
  for (let i = 0; i < products - 2 * third; i++) {
    const { rest: g } = without(rademacher(stream(seed, 'rest', i), n), q)
    samples.push(dot(g, await a.apply(g)))
  }
  const rest = meanOf(samples)
  return { value: value + rest.value, error: rest.error }
}

/**
 * Every one of m test vectors plays both parts: for the i-th, Q_i is a basis of the images of all others, and the i-th alone estimates what is left,
 * as in Hutch++. The estimates are exchangeable; they are averaged. Removing one direction from Q gives Q_i: Q_i Q_iᵀ = QQᵀ - (Q s_i)(Q s_i)ᵀ.
 */
const xtrace: Estimator = async (a, n, products, seed) => {
  const m = Math.min(Math.floor(products / 2), n)
  // Gaussian directions on the sphere of radius √n are what the analysis there is for.
  const tests: Float64Array[] = []
  for (let i = 0; i < m; i++) {
    const g = normal(stream(seed, 'xtrace', i), n)
    tests.push(combine(new Float64Array(n), [Math.sqrt(n) / lengthOf(g)], [g]))
  }
  const images: Float64Array[] = []
  for (const g of tests) images.push(await a.apply(g))
  const { basis, r } = orthonormal(images)
  const ofBasis: Float64Array[] = []
  for (const u of basis) ofBasis.push(await a.apply(u))
  const h = basis.map((u) => ofBasis.map((v) => dot(u, v)))
  const whole = h.reduce((sum, row, i) => sum + row[i]!, 0)
  // Fewer directions than images: they are all that A has, and nothing is left to estimate.
  if (basis.length < m) return { value: whole, error: 0 }
  const samples = tests.map((g, i) => {
    const s = leftOut(r, i)
    const x = basis.map((u) => dot(u, g))
    const along = inner(s, x)
    const c = x.map((value, j) => along * s[j]! - value)
    const w = combine(new Float64Array(n), [1, ...c], [g, ...basis])
    const image = combine(new Float64Array(n), [1, ...c], [images[i]!, ...ofBasis])
    const part = inner(
      s,
      h.map((row) => inner(row, s)),
    )
    return whole - part + ((n - m + 1) * dot(w, image)) / dot(w, w)
  })
  return meanOf(samples)
}

/** The unit vector s with Q s orthogonal to all columns of QR but the i-th: Rᵀs is a multiple of eᵢ. */
function leftOut(r: readonly (readonly number[])[], i: number): number[] {
  const m = r.length
  const s = new Array<number>(m).fill(0)
  for (let j = i; j < m; j++) {
    let sum = j === i ? 1 : 0
    for (let k = i; k < j; k++) sum -= r[j]![k]! * s[k]!
    s[j] = sum / r[j]![j]!
  }
  const size = Math.sqrt(inner(s, s))
  return s.map((value) => value / size)
}

function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0)
}

/** A basis of the span of vectors, and for every one that joined it its coordinates: the columns of R. What is dependent to rounding is left out. */
function orthonormal(vectors: readonly Float64Array[]): { basis: Float64Array[]; r: number[][] } {
  const basis: Float64Array[] = []
  const r: number[][] = []
  const largest = vectors.reduce((most, v) => Math.max(most, lengthOf(v)), 0)
  for (const v of vectors) {
    const { rest, coordinates } = without(v, basis)
    const size = lengthOf(rest)
    if (size <= 1e-13 * largest) continue
    basis.push(combine(rest, [1 / size], [rest]))
    r.push([...coordinates, size])
  }
  return { basis, r }
}

/** What is left of a vector across a basis, by two projections, and its coordinates along it. */
function without(
  v: Float64Array,
  basis: readonly Float64Array[],
): { rest: Float64Array; coordinates: number[] } {
  const rest = v.slice()
  const coordinates = basis.map(() => 0)
  for (let pass = 0; pass < 2; pass++) {
    const c = project(basis, rest)
    subtract(rest, c, basis)
    c.forEach((x, j) => (coordinates[j]! += x))
  }
  return { rest, coordinates }
}

/** The mean of samples, and its standard error. */
function meanOf(samples: readonly number[]): { value: number; error: number } {
  const count = samples.length
  const value = samples.reduce((sum, x) => sum + x, 0) / count
  const squares = samples.reduce((sum, x) => sum + (x - value) * (x - value), 0)
  return { value, error: Math.sqrt(squares / (count * (count - 1))) }
}
