/** Householder reflections I - τvvᵀ with v₀ = 1, one at a time and in blocks (Golub & Van Loan, Matrix Computations, 4th ed., 5.1). */
import { numbers } from '../math/index.ts'
import { withWorkspace, type Workspace } from '../run/index.ts'
import { CHUNK, inner, subtractMultiple, subtractProduct } from './triangular.ts'

/** The transpose of a row-major [rows, columns] matrix, row-major; by tiles of one line of the cache each way. */
export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns)
  for (let i0 = 0; i0 < rows; i0 += TILE) {
    for (let j0 = 0; j0 < columns; j0 += TILE) {
      const [i1, j1] = [Math.min(rows, i0 + TILE), Math.min(columns, j0 + TILE)]
      for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) out[j * rows + i] = a[i * columns + j]!
    }
  }
  return out
}

const TILE = 8

const SMALL = numbers.scale2(1, -900)
const LARGE = numbers.scale2(1, 900)

/** ‖x[from..to)‖₂ to a few ulp, also where squares leave the range of numbers. */
export function norm2(x: Float64Array, from: number, to: number): number {
  const square = inner(x, from, x, from, to - from)
  if (square > SMALL && square < LARGE) return Math.sqrt(square)
  let largest = 0
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(x[i]!))
  if (largest === 0) return 0
  const power = numbers.exponent(largest)
  let sum = 0
  for (let i = from; i < to; i++) {
    const y = numbers.scale2(x[i]!, -power)
    sum += y * y
  }
  return numbers.scale2(Math.sqrt(sum), power)
}

/** √(a² + b²) without squares that leave the range. */
export function hypotenuse(a: number, b: number): number {
  const [large, small] = Math.abs(a) > Math.abs(b) ? [Math.abs(a), Math.abs(b)] : [Math.abs(b), Math.abs(a)]
  if (large === 0) return 0
  const ratio = small / large
  return large * Math.sqrt(1 + ratio * ratio)
}

/**
 * The reflection that maps x[from..to) to a multiple β of the first unit vector. x holds β and, after it, v without its leading one. Gives τ; it
 * is 0, for the identity, when there is nothing to map. The sign of β is opposite to that of x[from], so that nothing cancels.
 */
export function reflector(x: Float64Array, from: number, to: number): number {
  const tail = norm2(x, from + 1, to)
  if (tail === 0) return 0
  const alpha = x[from]!
  const norm = hypotenuse(alpha, tail)
  if (norm < SMALL) {
    // Among subnormal numbers v would have too few digits to be normalised by τ.
    for (let i = from; i < to; i++) x[i] = x[i]! * LARGE
    const tau = reflector(x, from, to)
    x[from] = x[from]! * SMALL
    return tau
  }
  const beta = alpha > 0 ? -norm : norm
  const divisor = alpha - beta
  for (let i = from + 1; i < to; i++) x[i] = x[i]! / divisor
  x[from] = beta
  return (beta - alpha) / beta
}

/** x[at..at + n) ← (I - τvvᵀ)·x, where v, without its leading one, is what follows v[from]. */
export function reflect(
  tau: number,
  v: Float64Array,
  from: number,
  x: Float64Array,
  at: number,
  n: number,
): void {
  if (tau === 0) return
  const factor = tau * (x[at]! + inner(v, from + 1, x, at + 1, n - 1))
  x[at] = x[at]! - factor
  subtractMultiple(x, at + 1, factor, v, from + 1, n - 1)
}

/** QR with Q = H₀H₁⋯: column j of an m×n matrix is data[j·m..], with R down to the diagonal and v of Hⱼ below it. */
export interface Reflections {
  readonly m: number
  readonly n: number
  readonly data: Float64Array
  /** τ, min(m, n) of them. */
  readonly tau: Float64Array
}

/** x[at..at + m) ← Q·x, or Qᵀ·x. */
export function applyQ({ m, data, tau }: Reflections, x: Float64Array, at: number, transpose: boolean): void {
  for (let step = 0; step < tau.length; step++) {
    const j = transpose ? step : tau.length - 1 - step
    reflect(tau[j]!, data, j * (m + 1), x, at + j, m - j)
  }
}

/** Reflections that are applied together. */
export const WIDTH = 32

/** Where a block of reflections I - VTVᵀ lies and is applied (Schreiber & Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989). */
export interface Block {
  /** Vᵀ, row-major: one reflection a row, as many numbers as the block has rows. */
  readonly v: Float64Array
  readonly t: Float64Array
  readonly products: Float64Array
  readonly y: Float64Array
  readonly z: Float64Array
  readonly scratch: Float64Array
}

/** How many numbers `blockRoom` takes, for reflections of m numbers on that many columns. */
export function blockSize(m: number, columns: number): number {
  return WIDTH * (m + 2 * WIDTH + 2 * columns) + Math.min(CHUNK, columns) * m
}

export function blockRoom(work: Workspace, m: number, columns: number): Block {
  return {
    v: work.array(WIDTH * m),
    t: work.array(WIDTH * WIDTH),
    products: work.array(WIDTH * WIDTH),
    y: work.array(WIDTH * columns),
    z: work.array(WIDTH * columns),
    scratch: work.array(Math.min(CHUNK, columns) * m),
  }
}

/** Row `at` of Vᵀ of `rows` numbers becomes the reflection stored after data[from], with its zeros and its one. */
export function placeReflector(
  { v }: Block,
  at: number,
  rows: number,
  data: Float64Array,
  from: number,
): void {
  v.fill(0, at * rows, at * rows + at)
  v[at * (rows + 1)] = 1
  v.set(data.subarray(from + 1, from + rows - at), at * (rows + 1) + 1)
}

/** T of the product of the reflections in V, upper triangular: T ← [T, -τTVᵀv; 0, τ] for one after the other. */
export function finishBlock(work: Workspace, block: Block, tau: Float64Array, rows: number): void {
  const { v, t, products } = block
  const width = tau.length
  work.multiply(
    { data: v, row: rows, column: 1 },
    { data: v, row: 1, column: rows },
    products,
    width,
    rows,
    width,
  )
  t.fill(0)
  for (let i = 0; i < width; i++) {
    for (let a = 0; a < i; a++) {
      let sum = 0
      for (let b = a; b < i; b++) sum += t[a * width + b]! * products[b * width + i]!
      t[a * width + i] = -tau[i]! * sum
    }
    t[i * width + i] = tau[i]!
  }
}

/** X ← QX, or QᵀX, for the columns of X, of `rows` numbers, that begin `step` numbers apart. */
export function applyBlock(
  work: Workspace,
  { v, t, y, z, scratch }: Block,
  [width, rows]: readonly [number, number],
  x: Float64Array,
  step: number,
  count: number,
  transpose: boolean,
): void {
  // Row by row of Xᵀ: Xᵀ ← Xᵀ - (XᵀV)·T·Vᵀ for Qᵀ, with Tᵀ instead for Q.
  work.multiply({ data: x, row: step, column: 1 }, { data: v, row: 1, column: rows }, y, count, rows, width)
  const [row, column] = transpose ? [width, 1] : [1, width]
  work.multiply({ data: y, row: width, column: 1 }, { data: t, row, column }, z, count, width, width)
  const [a, b] = [
    { data: z, row: width, column: 1 },
    { data: v, row: rows, column: 1 },
  ]
  subtractProduct(work, x, step, a, b, scratch, [count, width, rows])
}

/** The first `count` columns of Q, one after the other (xORGQR of LAPACK). */
export function formQ({ m, data, tau }: Reflections, count: number): Float64Array {
  return withWorkspace(count * m + blockSize(m, count), WIDTH * m, (work) => {
    const q = work.array(count * m)
    for (let j = 0; j < count; j++) q[j * (m + 1)] = 1
    const block = blockRoom(work, m, count)
    for (let j = tau.length - 1 - ((tau.length - 1) % WIDTH); j >= 0; j -= WIDTH) {
      const [width, rows] = [Math.min(WIDTH, tau.length - j), m - j]
      for (let i = 0; i < width; i++) placeReflector(block, i, rows, data, (j + i) * (m + 1))
      finishBlock(work, block, tau.subarray(j, j + width), rows)
      // The columns before j are still unit vectors that end above the reflections.
      applyBlock(work, block, [width, rows], q.subarray(j * (m + 1)), m, count - j, false)
    }
    return q.slice()
  })
}
