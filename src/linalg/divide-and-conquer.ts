/**
 * Eigenvectors of a symmetric tridiagonal matrix by divide and conquer: Cuppen, Numer. Math. 36, 1981, with the stable merging of Gu & Eisenstat,
 * SIAM J. Matrix Anal. Appl. 16, 1995, as in LAPACK's xSTEDC and xLAED1 to 4. Eigenvectors lie as rows.
 */
import type { Workspace } from '../run/index.ts'
import { rotateRows } from './rotations.ts'
import { hypotenuse, largestOf, UNIT } from './scaling.ts'
import { secularRoot } from './secular.ts'
import { implicitQL } from './tridiagonal-ql.ts'

/** Matrices up to this size are left to the QL algorithm. */
export const LEAF = 32

/** Arrays of a workspace of n² numbers each: the eigenvectors, and room for a merge. */
export interface MergeRoom {
  readonly vectors: Float64Array
  readonly coefficients: Float64Array
  readonly old: Float64Array
  readonly fresh: Float64Array
}

/**
 * The eigenvalues of the matrix with diagonal d of n numbers and off-diagonal e replace d, ascending; e is used up. `room.vectors`, zeros before,
 * becomes Vᵀ: row j belongs to d[j]. Numbers are below 1e150.
 */
export function divideAndConquer(
  workspace: Workspace,
  d: Float64Array,
  e: Float64Array,
  room: MergeRoom,
): void {
  const n = d.length
  const solve = (low: number, high: number): void => {
    if (high - low <= LEAF) {
      const data = room.vectors.subarray(low * n + low)
      for (let j = 0; j < high - low; j++) data[j * n + j] = 1
      implicitQL(
        d.subarray(low, high),
        e.subarray(low, Math.max(low, high - 1)),
        { data, row: n },
        high - low,
      )
      return
    }
    const middle = low + Math.floor((high - low) / 2)
    const coupling = e[middle - 1]!
    d[middle - 1] = d[middle - 1]! - Math.abs(coupling)
    d[middle] = d[middle]! - Math.abs(coupling)
    solve(low, middle)
    solve(middle, high)
    merge(workspace, d, n, room, coupling, low, middle, high)
  }
  solve(0, n)
}

/** Which halves of a row of eigenvectors are not zero: the left one, the right one, or both. */
const [LEFT, BOTH, RIGHT] = [0, 1, 2] as const

function merge(
  workspace: Workspace,
  d: Float64Array,
  n: number,
  { vectors, coefficients, old, fresh }: MergeRoom,
  coupling: number,
  low: number,
  middle: number,
  high: number,
): void {
  const [size, left, right] = [high - low, middle - low, high - middle]
  const block = vectors.subarray(low * n + low)
  const values = d.subarray(low, high)
  const z = couplingVector(block, n, size, left, coupling)
  const rho = 2 * Math.abs(coupling)
  const { kept, deflated, halves } = deflate(block, n, values, z, rho, left)
  const k = kept.length
  const [poles, weights] = [new Float64Array(k), new Float64Array(k)]
  let norm = 0
  for (const index of kept) norm += z[index]! * z[index]!
  kept.forEach((index, j) => {
    poles[j] = values[index]!
    weights[j] = z[index]! / Math.sqrt(norm)
  })
  // Rows with a left half first, rows with a right half last, so that either half is one product.
  const order = kept.map((_, j) => j).sort((a, b) => halves[kept[a]!]! - halves[kept[b]!]! || a - b)
  const column = new Int32Array(k)
  order.forEach((j, at) => (column[j] = at))
  const roots = secularVectors(poles, weights, rho * norm, column, coefficients)

  const withLeft = order.filter((j) => halves[kept[j]!] !== RIGHT)
  const withRight = order.filter((j) => halves[kept[j]!] !== LEFT)
  withLeft.forEach((j, at) => {
    const row = kept[j]! * n
    old.set(block.subarray(row, row + left), at * left)
  })
  const oldRight = old.subarray(withLeft.length * left)
  withRight.forEach((j, at) => {
    const row = kept[j]! * n
    oldRight.set(block.subarray(row + left, row + size), at * right)
  })
  const freshRight = fresh.subarray(k * left)
  const rest = fresh.subarray(k * size)
  deflated.forEach((index, at) => rest.set(block.subarray(index * n, index * n + size), at * size))
  const part = (data: Float64Array, row: number) => ({ data, row, column: 1 })
  workspace.multiply(part(coefficients, k), part(old, left), fresh, k, withLeft.length, left)
  const from = coefficients.subarray(k - withRight.length)
  workspace.multiply(part(from, k), part(oldRight, right), freshRight, k, withRight.length, right)

  const found = [...roots, ...deflated.map((index) => values[index]!)]
  const ascending = found.map((_, j) => j).sort((a, b) => found[a]! - found[b]! || a - b)
  ascending.forEach((j, at) => {
    values[at] = found[j]!
    if (j >= k) return block.set(rest.subarray((j - k) * size, (j - k + 1) * size), at * n)
    block.set(fresh.subarray(j * left, (j + 1) * left), at * n)
    block.set(freshRight.subarray(j * right, (j + 1) * right), at * n + left)
  })
}

/** z of norm 1 with T = Q·(diag(d) + ρ·z·zᵀ)·Qᵀ: the last row of the left eigenvectors beside the first row of the right ones. */
function couplingVector(
  block: Float64Array,
  n: number,
  size: number,
  left: number,
  coupling: number,
): Float64Array {
  const z = new Float64Array(size)
  for (let j = 0; j < size; j++) {
    const entry = j < left ? block[j * n + left - 1]! : block[j * n + left]!
    z[j] = (j >= left && coupling < 0 ? -entry : entry) / Math.sqrt(2)
  }
  return z
}

interface Deflated {
  /** Rows that take part in the secular equation, by ascending eigenvalue. */
  readonly kept: number[]
  /** Rows that are eigenvectors already. */
  readonly deflated: number[]
  readonly halves: Uint8Array
}

/**
 * Deflation (LAPACK's xLAED2): a row whose z is negligible is an eigenvector already, and where two eigenvalues are so close that a rotation which
 * makes one z zero leaves a negligible off-diagonal element, that rotation is applied.
 */
function deflate(
  block: Float64Array,
  n: number,
  d: Float64Array,
  z: Float64Array,
  rho: number,
  left: number,
): Deflated {
  const size = d.length
  const halves = Uint8Array.from(d, (_, j) => (j < left ? LEFT : RIGHT))
  const tolerance = 8 * UNIT * Math.max(largestOf(d), largestOf(z))
  const [kept, deflated]: [number[], number[]] = [[], []]
  const order = Array.from(d, (_, j) => j).sort((a, b) => d[a]! - d[b]! || a - b)
  let pending = -1
  for (const next of order) {
    if (rho * Math.abs(z[next]!) <= tolerance) {
      deflated.push(next)
      continue
    }
    if (pending >= 0) {
      const length = hypotenuse(z[next]!, z[pending]!)
      const [c, s] = [z[next]! / length, -z[pending]! / length]
      if (Math.abs((d[next]! - d[pending]!) * c * s) <= tolerance) {
        z[next] = length
        z[pending] = 0
        if (halves[next] !== halves[pending]) halves[next] = BOTH
        rotateRows(block, pending * n, next * n, size, c, s)
        const [a, b] = [d[pending]!, d[next]!]
        d[pending] = a * c * c + b * s * s
        d[next] = a * s * s + b * c * c
        deflated.push(pending)
      } else {
        kept.push(pending)
      }
    }
    pending = next
  }
  if (pending >= 0) kept.push(pending)
  return { kept, deflated, halves }
}

/**
 * The eigenvalues of diag(d) + ρ·z·zᵀ, and its eigenvectors as rows of `vectors` with element j in column column[j]. The roots belong exactly to
 * another ẑ, by Löwner's formula, and with that ẑ the eigenvectors are orthogonal however close the roots are (Gu & Eisenstat 1994, section 3).
 */
function secularVectors(
  d: Float64Array,
  z: Float64Array,
  rho: number,
  column: Int32Array,
  vectors: Float64Array,
): Float64Array {
  const k = d.length
  const roots = new Float64Array(k)
  const squares = new Float64Array(k).fill(1)
  for (let i = 0; i < k; i++) {
    const gaps = vectors.subarray(i * k, (i + 1) * k)
    roots[i] = secularRoot(d, z, rho, i, gaps)
    const pole = d[i]!
    for (let j = 0; j < i; j++) squares[j] = squares[j]! * (gaps[j]! / (d[j]! - pole))
    squares[i] = squares[i]! * gaps[i]!
    for (let j = i + 1; j < k; j++) squares[j] = squares[j]! * (gaps[j]! / (d[j]! - pole))
  }
  const better = Float64Array.from(squares, (square, j) => {
    const root = Math.sqrt(Math.abs(square))
    return z[j]! < 0 ? -root : root
  })
  const row = new Float64Array(k)
  for (let i = 0; i < k; i++) {
    const gaps = vectors.subarray(i * k, (i + 1) * k)
    let sum = 0
    for (let j = 0; j < k; j++) {
      const element = better[j]! / gaps[j]!
      row[j] = element
      sum += element * element
    }
    const scale = 1 / Math.sqrt(sum)
    for (let j = 0; j < k; j++) gaps[column[j]!] = row[j]! * scale
  }
  return roots
}
