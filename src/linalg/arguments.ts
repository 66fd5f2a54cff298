/** What linear algebra is given: finite f64 matrices and vectors. */
import { showShape, Tensor } from '../array/index.ts'

/** The elements of a matrix in row-major order, not to be written to. */
export interface Dense {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

/** Errors: TypeError or RangeError by the name of `op` for what is no f64 tensor with two axes and finite elements. */
export function matrixOf(op: string, x: Tensor): Dense {
  const data = elementsOf(op, x)
  if (x.shape.length !== 2) throw new RangeError(`${op}: expected a matrix, got shape ${showShape(x.shape)}`)
  const [rows, columns] = x.shape as readonly [number, number]
  return { rows, columns, data }
}

/** The same for a square one. */
export function squareOf(op: string, x: Tensor): Dense {
  const matrix = matrixOf(op, x)
  if (matrix.rows === matrix.columns) return matrix
  throw new RangeError(`${op}: expected a square matrix, got shape ${showShape(x.shape)}`)
}

/** The same for a symmetric one: equal to its transpose to the last bit, unless `tolerance` times its largest element is allowed. */
export function symmetricOf(op: string, x: Tensor, tolerance: number = 0): Dense {
  const matrix = squareOf(op, x)
  const { rows: n, data } = matrix
  const allowed = tolerance === 0 ? 0 : tolerance * data.reduce((most, a) => Math.max(most, Math.abs(a)), 0)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [data[i * n + j]!, data[j * n + i]!]
      if (Math.abs(a - b) <= allowed) continue
      throw new RangeError(
        `${op}: expected a symmetric matrix, got ${a} at [${i},${j}] and ${b} at [${j},${i}]`,
      )
    }
  }
  return matrix
}

/** The elements of a vector of n numbers, not to be written to. */
export function vectorOf(op: string, x: Tensor, n?: number): Float64Array {
  const data = elementsOf(op, x)
  if (x.shape.length !== 1 || (n !== undefined && x.shape[0] !== n)) {
    const what = n === undefined ? 'a vector' : `a vector of ${n} numbers`
    throw new RangeError(`${op}: expected ${what}, got shape ${showShape(x.shape)}`)
  }
  return data
}

function elementsOf(op: string, x: Tensor): Float64Array {
  if (!(x instanceof Tensor)) throw new TypeError(`${op}: expected a tensor, got ${typeof x}`)
  if (x.dtype !== 'f64') throw new TypeError(`${op}: expected f64, got ${x.dtype}\nhint: cast(x, 'f64')`)
  const data = x.storage() as Float64Array
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]))
      throw new RangeError(`${op}: expected finite elements, got ${data[i]} at ${i}`)
  }
  return data
}

/** A tensor of these elements, which belong to it from now on. */
export function asTensor(data: Float64Array, ...shape: readonly number[]): Tensor {
  return new Tensor(data, shape, 'f64')
}
