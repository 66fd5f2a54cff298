/** Triangular systems, and the steps on rows of a matrix that every factorization is made of. */
import { showShape, Tensor } from '../array/index.ts'
import { withWorkspace, type Part, type Workspace } from '../run/index.ts'
import { asTensor, matrixOf, squareOf, vectorOf } from './arguments.ts'

/** y[at..] ← y[at..] - c·x[from..], n elements of each. */
export function subtractMultiple(
  y: Float64Array,
  at: number,
  c: number,
  x: Float64Array,
  from: number,
  n: number,
): void {
  let i = 0
  for (; i + 3 < n; i += 4) {
    y[at + i] = y[at + i]! - c * x[from + i]!
    y[at + i + 1] = y[at + i + 1]! - c * x[from + i + 1]!
    y[at + i + 2] = y[at + i + 2]! - c * x[from + i + 2]!
    y[at + i + 3] = y[at + i + 3]! - c * x[from + i + 3]!
  }
  for (; i < n; i++) y[at + i] = y[at + i]! - c * x[from + i]!
}

/** ⟨x[at..], y[from..]⟩ over n elements, in four lanes. */
export function inner(x: Float64Array, at: number, y: Float64Array, from: number, n: number): number {
  let [s0, s1, s2, s3, i] = [0, 0, 0, 0, 0]
  for (; i + 3 < n; i += 4) {
    s0 += x[at + i]! * y[from + i]!
    s1 += x[at + i + 1]! * y[from + i + 1]!
    s2 += x[at + i + 2]! * y[from + i + 2]!
    s3 += x[at + i + 3]! * y[from + i + 3]!
  }
  for (; i < n; i++) s0 += x[at + i]! * y[from + i]!
  return s0 + s1 + (s2 + s3)
}

/** Rows of a product that are made at a time, so that they are still in the cache when they are subtracted. */
export const CHUNK = 64

/** X ← X - A·B, [m,k]·[k,n]; the rows of X begin `row` numbers apart. `scratch` has room for min(m, CHUNK)·n numbers. */
export function subtractProduct(
  work: Workspace,
  x: Float64Array,
  row: number,
  a: Part,
  b: Part,
  scratch: Float64Array,
  [m, k, n]: readonly [number, number, number],
): void {
  for (let from = 0; from < m; from += CHUNK) {
    const count = Math.min(CHUNK, m - from)
    work.multiply({ ...a, data: a.data.subarray(from * a.row) }, b, scratch, count, k, n)
    for (let i = 0; i < count; i++) subtractMultiple(x, (from + i) * row, 1, scratch, i * n, n)
  }
}

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

/** One triangle of a matrix; the other is never read, nor is the diagonal if it counts as ones. */
export interface Triangle extends Part {
  readonly lower: boolean
  readonly unit: boolean
}

export function transposedTriangle({ data, row, column, lower, unit }: Triangle): Triangle {
  return { data, row: column, column: row, lower: !lower, unit }
}

const BLOCK = 64
/** Below so many right-hand sides a product is no faster than loops. */
const FEW = 8

/** x ← T⁻¹·x for x of shape [n, k], by substitution; the diagonal has no zero. */
export function substitute(t: Triangle, n: number, x: Float64Array, k: number): void {
  if (n <= BLOCK || k < FEW) return substituteRows(t, 0, n, x, k)
  withWorkspace(t.data.length + n * k + BLOCK * k, n * k, (work) => {
    const inside = { ...t, data: work.array(t.data.length) }
    inside.data.set(t.data)
    const y = work.array(n * k)
    y.set(x)
    const scratch = work.array(BLOCK * k)
    for (let step = 0; step < n; step += BLOCK) {
      const size = Math.min(BLOCK, n - step)
      // What is solved so far are the rows below `done`, or from `done` on.
      const [from, done] = t.lower ? [step, 0] : [n - step - size, n - step]
      const a = { ...inside, data: inside.data.subarray(from * t.row + done * t.column) }
      const b = { data: y.subarray(done * k), row: k, column: 1 }
      if (step > 0) subtractProduct(work, y.subarray(from * k), k, a, b, scratch, [size, step, k])
      substituteRows(inside, from, from + size, y, k)
    }
    x.set(y)
  })
}

/** The rows from..to alone, whose unknowns are those of the other rows no more. */
function substituteRows(t: Triangle, from: number, to: number, x: Float64Array, k: number): void {
  const { data, row, column, lower, unit } = t
  for (let step = 0; step < to - from; step++) {
    const i = lower ? from + step : to - 1 - step
    const done = lower ? from : i + 1
    const pivot = unit ? 1 : data[i * (row + column)]!
    if (k === 1) {
      if (column === 1) x[i] = x[i]! - inner(data, i * row + done, x, done, step)
      x[i] = x[i]! / pivot
      if (column === 1) continue
      // Along columns, from the equation that is solved to the others.
      const [first, count] = lower ? [i + 1, to - i - 1] : [from, i - from]
      if (row === 1) subtractMultiple(x, first, x[i]!, data, first + i * column, count)
      else for (let j = 0; j < count; j++) x[first + j]! -= x[i]! * data[(first + j) * row + i * column]!
      continue
    }
    for (let j = done; j < done + step; j++)
      subtractMultiple(x, i * k, data[i * row + j * column]!, x, j * k, k)
    if (!unit) for (let c = i * k; c < (i + 1) * k; c++) x[c] = x[c]! / pivot
  }
}

/** A copy of the right-hand sides b of shape [n] or [n, k], and how the answer, of so many rows, is to be shaped. */
export interface RightSides {
  readonly data: Float64Array
  readonly k: number
  shaped(x: Float64Array, rows: number): Tensor
}

/** Errors: RangeError or TypeError unless b is a finite f64 tensor of shape [n] or [n, k]. */
export function rightSides(op: string, b: Tensor, n: number): RightSides {
  if (!(b instanceof Tensor) || b.shape.length !== 2) {
    return { data: vectorOf(op, b, n).slice(), k: 1, shaped: (x, rows) => asTensor(x, rows) }
  }
  const { rows, columns: k, data } = matrixOf(op, b)
  if (rows !== n)
    throw new RangeError(`${op}: expected right-hand sides with ${n} rows, got shape ${showShape(b.shape)}`)
  return { data: data.slice(), k, shaped: (x, count) => asTensor(x, count, k) }
}

/** Errors: RangeError for a zero among the pivots, the only way for a triangle to be singular. */
export function checkPivots(op: string, data: Float64Array, n: number, step: number): void {
  for (let i = 0; i < n; i++) {
    if (data[i * step] === 0) throw new RangeError(`${op}: expected a regular matrix, got pivot 0 at ${i}`)
  }
}

export interface TriangularOptions {
  /** Which triangle of T is read. Default true. */
  readonly lower?: boolean
  /** Solve with Tᵀ. Default false. */
  readonly transpose?: boolean
  /** The diagonal counts as ones, whatever stands there. Default false. */
  readonly unit?: boolean
}

/**
 * The solution x of Tx = b, or of Tᵀx = b, for one triangle of the matrix T of shape [n, n] and b of shape [n] or [n, k]; x has the shape of
 * b. Substitution is backward stable row by row: (T + E)x = b with |E| <= n·ε·|T| (Higham, Accuracy and Stability of Numerical Algorithms,
 * Theorem 8.5). Errors: RangeError for shapes that do not fit and for a zero on the diagonal; TypeError unless f64.
 */
export function triangularSolve(T: Tensor, b: Tensor, options: TriangularOptions = {}): Tensor {
  const { rows: n, data } = squareOf('triangularSolve', T)
  const { data: x, k, shaped } = rightSides('triangularSolve', b, n)
  const { lower = true, transpose = false, unit = false } = options
  if (!unit) checkPivots('triangularSolve', data, n, n + 1)
  const triangle = { data, row: n, column: 1, lower, unit }
  substitute(transpose ? transposedTriangle(triangle) : triangle, n, x, k)
  return shaped(x, n)
}
