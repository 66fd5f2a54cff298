/** Dense eigenvalues and singular values of the small matrices that Krylov methods project onto. */
import { dot, lengthOf } from '../array/index.ts'
import { UNIT } from './scaling.ts'

/** Ascending values; list i of the vectors belongs to value i. */
export interface SmallEigen {
  readonly values: Float64Array
  readonly vectors: readonly Float64Array[]
}

/**
 * Eigenvalues and vectors of a symmetric matrix, given by its rows, of which the lower triangles are read: Householder's reduction to tridiagonal form
 * and QL steps with implicit shifts (Wilkinson & Reinsch, Handbook II/2 and II/4). Errors below a small multiple of n·u·‖T‖.
 */
export function smallEigen(rows: readonly Float64Array[]): SmallEigen {
  const n = rows.length
  const a = rows.map((row) => row.slice(0, n))
  const [d, e] = [new Float64Array(n), new Float64Array(n)]
  const q = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1))
  tridiagonalize(a, d, e, q)
  implicitQL(d, e, q)
  for (const row of q) {
    // Many rotations stretch it by rounding.
    const stretch = lengthOf(row)
    for (let j = 0; j < n; j++) row[j]! /= stretch
  }
  const order = Array.from(d.keys()).sort((i, j) => d[i]! - d[j]! || i - j)
  return { values: Float64Array.from(order, (i) => d[i]!), vectors: order.map((i) => q[i]!) }
}

/** From the last row upwards: a ← Hᵀ a H until it is tridiagonal with diagonal d and off-diagonal e[i] = a[i][i-1]; q ← Hᵀ q, whose rows are the new axes. */
function tridiagonalize(a: Float64Array[], d: Float64Array, e: Float64Array, q: Float64Array[]): void {
  const n = a.length
  const sums = new Float64Array(n)
  for (let k = n - 1; k >= 1; k--) {
    const row = a[k]!
    // The reflection of the first k elements of row k that leaves the last of them alone.
    const v = row.slice(0, k)
    const tail = k > 1 ? dot(v.subarray(0, k - 1), v.subarray(0, k - 1)) : 0
    if (tail === 0) {
      e[k] = v[k - 1]!
      continue
    }
    const x = v[k - 1]!
    const norm = Math.sqrt(tail + x * x)
    const target = x > 0 ? -norm : norm
    v[k - 1] = x - target
    e[k] = target
    const factor = 2 / (tail + v[k - 1]! * v[k - 1]!)
    reflectBothSides(a, v, factor)
    sums.fill(0)
    for (let i = 0; i < k; i++) addTo(sums, factor * v[i]!, q[i]!)
    for (let i = 0; i < k; i++) addTo(q[i]!, -v[i]!, sums)
  }
  for (let i = 0; i < n; i++) d[i] = a[i]![i]!
}

function addTo(y: Float64Array, c: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i]! += c * x[i]!
}

/** The leading block of a, of v's size, between reflections by v: a - v wᵀ - w vᵀ, lower triangle only. */
function reflectBothSides(a: Float64Array[], v: Float64Array, factor: number): void {
  const k = v.length
  const w = new Float64Array(k)
  for (let i = 0; i < k; i++) {
    const row = a[i]!
    let sum = 0
    for (let j = 0; j < i; j++) {
      sum += row[j]! * v[j]!
      w[j]! += row[j]! * v[i]!
    }
    w[i]! += sum + row[i]! * v[i]!
  }
  let inner = 0
  for (let i = 0; i < k; i++) inner += (w[i] = w[i]! * factor) * v[i]!
  for (let i = 0; i < k; i++) w[i]! -= 0.5 * factor * inner * v[i]!
  for (let i = 0; i < k; i++) {
    const row = a[i]!
    for (let j = 0; j <= i; j++) row[j]! -= v[i]! * w[j]! + w[i]! * v[j]!
  }
}

/** d becomes the eigenvalues, the rows of q the vectors. */
function implicitQL(d: Float64Array, e: Float64Array, q: Float64Array[]): void {
  const n = d.length
  for (let i = 1; i < n; i++) e[i - 1] = e[i]!
  if (n > 0) e[n - 1] = 0
  const isSmall = (m: number): boolean =>
    Math.abs(e[m]!) <= UNIT * (Math.abs(d[m]!) + Math.abs(d[m + 1]!)) || Math.abs(e[m]!) < 1e-300
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < 60; step++) {
      let m = l
      while (m < n - 1 && !isSmall(m)) m++
      if (m === l) break
      sweep(d, e, q, l, m)
    }
  }
}

/** One QL step on the rows l to m with Wilkinson's shift. */
function sweep(d: Float64Array, e: Float64Array, q: Float64Array[], l: number, m: number): void {
  const half = (d[l + 1]! - d[l]!) / (2 * e[l]!)
  const root = Math.sqrt(half * half + 1)
  let g = d[m]! - d[l]! + e[l]! / (half + (half >= 0 ? root : -root))
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!
    const b = c * e[i]!
    const r = Math.sqrt(f * f + g * g)
    e[i + 1] = r
    if (r === 0) {
      d[i + 1]! -= p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    const before = d[i + 1]! - p
    const t = (d[i]! - before) * s + 2 * c * b
    p = s * t
    d[i + 1] = before + p
    g = c * t - b
    turn(q[i]!, q[i + 1]!, c, s)
  }
  d[l]! -= p
  e[l] = g
  e[m] = 0
}

function turn(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const a = x[i]!
    const b = y[i]!
    y[i] = s * a + c * b
    x[i] = c * a - s * b
  }
}

/** Descending values; lists i of left and right belong to value i. */
export interface SmallSvd {
  readonly values: Float64Array
  readonly left: readonly Float64Array[]
  readonly right: readonly Float64Array[]
}

/**
 * Singular values and vectors of a square matrix, given by its columns, by one-sided Jacobi rotations (Hestenes, J. SIAM 6, 1958) until all columns are
 * orthogonal to √n·u (as LAPACK).
 */
export function smallSvd(columns: readonly Float64Array[]): SmallSvd {
  const n = columns.length
  const g = columns.map((column) => column.slice(0, n))
  const v = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1))
  let isMoving = true
  for (let sweep = 0; sweep < 60 && isMoving; sweep++) {
    isMoving = false
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++) if (orthogonalizePair(g[i]!, g[j]!, v[i]!, v[j]!)) isMoving = true
  }
  // Many rotations stretch both sides alike by rounding.
  for (let i = 0; i < n; i++) {
    const stretch = Math.sqrt(dot(v[i]!, v[i]!))
    for (let j = 0; j < n; j++) {
      v[i]![j]! /= stretch
      g[i]![j]! /= stretch
    }
  }
  const norms = g.map((column) => lengthOf(column))
  const order = norms.map((_, i) => i).sort((i, j) => norms[j]! - norms[i]! || i - j)
  const left: Float64Array[] = []
  for (const i of order) left.push(leftVector(left, g[i]!, norms[i]!, n * UNIT * norms[order[0]!]!))
  return { values: Float64Array.from(order, (i) => norms[i]!), left, right: order.map((i) => v[i]!) }
}

function orthogonalizePair(a: Float64Array, b: Float64Array, va: Float64Array, vb: Float64Array): boolean {
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)]
  if (Math.abs(ab) <= Math.sqrt(a.length) * UNIT * Math.sqrt(aa) * Math.sqrt(bb) || Math.abs(ab) < 1e-300)
    return false
  const zeta = (bb - aa) / (2 * ab)
  const root = Math.sqrt(1 + zeta * zeta)
  const t = zeta >= 0 ? 1 / (zeta + root) : -1 / (root - zeta)
  const c = 1 / Math.sqrt(1 + t * t)
  turn(a, b, c, c * t)
  turn(va, vb, c, c * t)
  return true
}

/** column/norm; where the norm is rounding alone, some direction across the vectors so far. */
function leftVector(
  left: readonly Float64Array[],
  column: Float64Array,
  norm: number,
  rounding: number,
): Float64Array {
  if (norm > rounding) return column.map((x) => x / norm)
  const n = column.length
  for (let axis = 0; ; axis++) {
    const u = new Float64Array(n).fill(1, axis % n, (axis % n) + 1)
    for (let pass = 0; pass < 2; pass++) {
      for (const other of left) {
        const c = dot(other, u)
        for (let i = 0; i < n; i++) u[i]! -= c * other[i]!
      }
    }
    const length = lengthOf(u)
    // Some axis keeps at least 1/√n of its length across fewer than n directions.
    if (length * length * n >= 0.5) return u.map((x) => x / length)
  }
}
