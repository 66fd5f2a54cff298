/** Singular values and vectors of matrices. */
import type { Tensor } from '../array/index.ts'
import { withWorkspace } from '../run/index.ts'
import { asTensor, matrixOf } from './arguments.ts'
import { bidiagonalize, bidiagonalNumbers } from './bidiagonal.ts'
import { bidiagonalQR } from './bidiagonal-qr.ts'
import { triangularize } from './qr.ts'
import { BLOCK, blockReflectionNumbers, blockReflections, type Rows } from './reflectors.ts'
import { RotationSweeps, rotationSweepNumbers } from './rotation-sweeps.ts'
import { largestExponent, scaleInto } from './scaling.ts'
import { signOf } from './signs.ts'
import { transposed } from './triangular.ts'

export interface SvdOptions {
  /** Whether singular vectors are wanted; they are by default. */
  readonly vectors?: boolean
}

/** A = U·diag(s)·Vᵀ with k = min(m, n) for A [m, n]. */
export interface Svd {
  /** [m, k], of orthonormal columns. */
  readonly u: Tensor
  /** [k], descending. */
  readonly s: Tensor
  /** [n, k], of orthonormal columns. */
  readonly v: Tensor
}

/**
 * Singular values and vectors of a matrix [m, n] in f64: Householder bidiagonalisation, after a QR factorisation where one side is 5/3 of the other
 * or more (Chan, ACM Trans. Math. Softw. 8, 1982), then implicit QR (bidiagonal-qr.ts); never by way of AᵀA. With u = 2⁻⁵³, ‖A·V - U·S‖ is a small multiple of max(m,
 * n)·u·‖A‖, and ‖UᵀU - I‖ and ‖VᵀV - I‖ are of max(m, n)·u, whatever the rank. The sign of a pair of vectors is such that the largest element of v,
 * the first of them, is positive. Errors: TypeError or RangeError by name for what is no f64 matrix and for elements that are not finite.
 *
 * @example
 * const { u, s, v } = svd(tensor([[3, 0], [4, 5]])) // s = √45, √5
 */
export function svd(a: Tensor, options?: SvdOptions & { readonly vectors?: true }): Svd
export function svd(a: Tensor, options: SvdOptions): Pick<Svd, 's'> & Partial<Svd>
export function svd(a: Tensor, { vectors = true }: SvdOptions = {}): Pick<Svd, 's'> & Partial<Svd> {
  const { rows, columns, data } = matrixOf('svd', a)
  const exponent = largestExponent(data)
  const scaled = scaleInto(new Float64Array(data.length), data, -exponent)
  const wide = rows < columns
  const [m, n] = wide ? [columns, rows] : [rows, columns]
  // The tall one by rows.
  const tall = wide ? transposed(scaled, n, m) : scaled
  const found = decompose(tall, m, n, vectors, wide)
  const s = asTensor(scaleInto(found.s, found.s, exponent), n)
  if (!vectors) return { s }
  const [long, short] = [asTensor(found.long, m, n), asTensor(found.short, n, n)]
  return wide ? { u: short, s, v: long } : { u: long, s, v: short }
}

interface Found {
  readonly s: Float64Array
  /** [m, n] and [n, n]; empty where they are not wanted. */
  readonly long: Float64Array
  readonly short: Float64Array
}

/** The singular values and vectors of a matrix of m ≥ n rows, signs by those of the longer vectors or of the shorter ones. */
function decompose(a: Float64Array, m: number, n: number, vectors: boolean, longSigns: boolean): Found {
  const sizes = 3 * m * n + 3 * n * n + BLOCK
  const room = sizes + bidiagonalNumbers(m, n) + blockReflectionNumbers(n, m) + 2 * rotationSweepNumbers(m)
  return withWorkspace(room, 2 * BLOCK * (m + BLOCK), (workspace) => {
    const reflections = blockReflections(workspace, n, m)
    const triangular = n > 0 && 3 * m >= 5 * n
    // From here on the matrix has `height` rows.
    const height = triangular ? n : m
    const reduced = workspace.array(height * n)
    const factor = { data: workspace.array(triangular ? n * m : 0), row: m }
    if (triangular) factor.data.set(transposed(a, m, n))
    else reduced.set(a)
    const factorTau = triangular
      ? triangularize(workspace, reflections, factor.data, m, n, reduced)
      : new Float64Array(0)
    const left = { data: workspace.array(n * height), row: height }
    const right = { data: workspace.array(n * n), row: n }
    const b = bidiagonalize(workspace, reduced, height, n, left.data, right.data)
    const { diagonal: d, offDiagonal: e } = b
    const count = vectors ? n : 0
    const u = { data: workspace.array(count * m), row: m }
    const v = { data: workspace.array(count * n), row: n }
    if (vectors) {
      reflections.form(u, n, height, left, b.leftTau, 0)
      reflections.form(v, n, n, right, b.rightTau, 1)
      const sweeps = (rows: Rows, length: number) => new RotationSweeps(workspace, rows, n, length)
      bidiagonalQR(d, e, sweeps(u, height), sweeps(v, n))
    } else {
      bidiagonalQR(d, e)
    }
    const order = Array.from(d, (_, j) => j).sort((i, j) => Math.abs(d[j]!) - Math.abs(d[i]!) || i - j)
    const s = Float64Array.from(order, (j) => Math.abs(d[j]!))
    if (!vectors) return { s, long: new Float64Array(0), short: new Float64Array(0) }
    reflections.applyAll(u, n, m, factor, factorTau, 0)
    const [long, short] = [new Float64Array(m * n), new Float64Array(n * n)]
    order.forEach((from, to) => {
      const [x, y] = [u.data.subarray(from * m, (from + 1) * m), v.data.subarray(from * n, (from + 1) * n)]
      const sign = signOf(longSigns ? x : y)
      const other = d[from]! < 0 ? -sign : sign
      for (let i = 0; i < m; i++) long[i * n + to] = (longSigns ? sign : other) * x[i]!
      for (let i = 0; i < n; i++) short[i * n + to] = (longSigns ? other : sign) * y[i]!
    })
    return { s, long, short }
  })
}
