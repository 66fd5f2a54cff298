/** What is wanted of an eigensolver: which pairs, how many, how well. */
import { numbers } from '../math/index.ts'
import { countOf } from './product.ts'

export type Which = 'LA' | 'SA' | 'LM' | 'BE'

/** Positions of ascending or any other values in the order in which they are wanted. BE: from both ends in turn, the largest first. */
export function preferred(values: Float64Array, which: Which): number[] {
  const falling = Array.from(values.keys()).sort((i, j) => values[j]! - values[i]! || j - i)
  const size = (i: number): number => Math.abs(values[i]!)
  if (which === 'LA') return falling
  if (which === 'SA') return falling.reverse()
  if (which === 'LM') return falling.sort((i, j) => size(j) - size(i))
  return falling.map((_, i) => (i % 2 === 0 ? falling[i / 2]! : falling.at(-(i + 1) / 2)!))
}

export interface Limits {
  readonly k: number
  readonly block: number
  readonly maxDim: number
  readonly maxProducts: number
}

export interface SearchLimits extends Limits {
  /** The vectors before a restart after so many products: unless it was given, maxDim doubles whenever n more products were not enough. */
  readonly room: (products: number) => number
}

/** Errors: RangeError by name for what is no integer in its range. */
export function eigshLimits(op: string, n: number, options: Partial<Limits>): SearchLimits {
  const least = Math.min(1, n)
  const k = countOf(op, 'k', options.k ?? Math.min(n, 6), least, n)
  const block = countOf(op, 'block', options.block ?? Math.min(1, n), least, n)
  const fewest = Math.min(n, k + block + 1)
  const usual = Math.max(2 * k + 10, k + 3 * block, 32, n <= 100 ? n : 0)
  const asked = countOf(op, 'maxDim', options.maxDim ?? usual, fewest, Infinity)
  // A few vectors more make the space whole, and the answer certain.
  const maxDim = asked + block >= n ? n : asked
  const maxProducts = countOf(
    op,
    'maxProducts',
    options.maxProducts ?? 10 * n + 100 * maxDim,
    2 * k,
    Infinity,
  )
  const room = (products: number): number => {
    if (options.maxDim !== undefined) return maxDim
    const grown = numbers.scale2(maxDim, Math.floor(products / n))
    return grown + block >= n ? n : grown
  }
  return { k, block, maxDim, maxProducts, room }
}

/** ε^(2/3): below this part of ‖A‖, an eigenvalue counts as that large, as in ARPACK. */
const SMALL = 3.666852862501036e-11

/** How large residuals may be; `norm` is a lower bound of ‖A‖. */
export interface Tolerance {
  /** What rounding leaves of a residual, as a part of ‖A‖: products have about √n·ε of it. */
  readonly rounding: number
  /** Of a pair that has converged. */
  readonly limit: (theta: number, norm: number) => number
  /** What the relation between the basis vectors has to promise for that. */
  readonly stop: (theta: number, norm: number) => number
  /** What to say of pairs that have not converged. */
  readonly message: (misses: number, products: number) => string
}

/** Errors: RangeError unless tol is a nonnegative finite number. */
export function toleranceOf(op: string, tol: number, n: number): Tolerance {
  if (!(tol >= 0 && tol < Infinity))
    throw new RangeError(`${op}: expected a finite tol of at least 0, got ${String(tol)}`)
  const rounding = (50 + Math.sqrt(n)) * Number.EPSILON
  const isTight = tol > 0 && tol < 50 * Number.EPSILON
  const limit = (theta: number, norm: number): number =>
    Math.max(tol * Math.max(Math.abs(theta), SMALL * norm), isTight ? 0 : rounding * norm)
  return {
    rounding,
    limit,
    stop: (theta, norm) => Math.max(limit(theta, norm) - 0.5 * rounding * norm, 2 * Number.EPSILON * norm),
    message: (misses, products) =>
      `${op}: expected residuals of at most tol·|θ| with tol ${tol}, got ${misses} larger ones after ${products} products` +
      (isTight
        ? `\nhint: rounding leaves about ${rounding.toPrecision(2)}·‖A‖`
        : '\nhint: raise maxProducts or maxDim'),
  }
}

/** A matrix [n, k] in row-major order from its columns. */
export function columnsOf(vectors: readonly Float64Array[], n: number): Float64Array {
  const k = vectors.length
  const data = new Float64Array(n * k)
  vectors.forEach((v, j) => {
    for (let i = 0; i < n; i++) data[i * k + j] = v[i]!
  })
  return data
}
