import type { Tensor } from '../array/index.ts'
import { withWorkspace } from '../run/index.ts'
import { asTensor, symmetricOf } from './arguments.ts'
import { inner, subtractMultiple } from './triangular.ts'

const WIDTH = 32

/**
 * L of A = LLᵀ for a row-major n×n matrix of which the lower triangle is read; nothing is written to it. Block column by block column, each of
 * which first receives everything due from the left (Golub & Van Loan, 4.2.8). Errors: RangeError by the name of `op` for a pivot that is
 * not positive.
 */
export function factorCholesky(op: string, matrix: Float64Array, n: number): Float64Array {
  return withWorkspace(n * n + WIDTH * n, WIDTH * n, (work) => {
    const l = work.array(n * n)
    l.set(matrix)
    const products = work.array(WIDTH * n)
    for (let j = 0; j < n; j += WIDTH) {
      const width = Math.min(WIDTH, n - j)
      const left = l.subarray(j * n)
      const [a, b] = [
        { data: left, row: n, column: 1 },
        { data: left, row: 1, column: n },
      ]
      work.multiply(a, b, products, n - j, j, width)
      for (let i = j; i < n; i++) subtractMultiple(l, i * n + j, 1, products, (i - j) * width, width)
      for (let i = j; i < j + width; i++) finishRow(op, l, n, i, j, i - j + 1)
      const fours = j + width + 4 * Math.floor((n - j - width) / 4)
      for (let i = j + width; i < fours; i += 4) finishFour(l, n, i, j, width)
      for (let i = fours; i < n; i++) finishRow(op, l, n, i, j, width)
    }
    for (let i = 0; i < n; i++) l.fill(0, i * n + i + 1, (i + 1) * n)
    return l.slice()
  })
}

/** `count` elements of row i of L from column j on, within a block column. */
function finishRow(op: string, l: Float64Array, n: number, i: number, j: number, count: number): void {
  const row = i * n + j
  for (let c = 0; c < count; c++) {
    const other = (j + c) * n + j
    const rest = l[row + c]! - inner(l, row, l, other, c)
    if (i !== j + c) {
      l[row + c] = rest / l[other + c]!
      continue
    }
    if (!(rest > 0)) {
      throw new RangeError(`${op}: expected a positive definite matrix, got pivot ${rest} at ${i}`)
    }
    l[row + c] = Math.sqrt(rest)
  }
}

/** The same for the rows i to i + 3 below the block on the diagonal: each sum would wait for its last addition if it were alone. */
function finishFour(l: Float64Array, n: number, i: number, j: number, count: number): void {
  const [r0, r1, r2, r3] = [i * n + j, (i + 1) * n + j, (i + 2) * n + j, (i + 3) * n + j]
  for (let c = 0; c < count; c++) {
    const other = (j + c) * n + j
    let s0 = l[r0 + c]!
    let s1 = l[r1 + c]!
    let s2 = l[r2 + c]!
    let s3 = l[r3 + c]!
    for (let q = 0; q < c; q++) {
      const factor = l[other + q]!
      s0 -= factor * l[r0 + q]!
      s1 -= factor * l[r1 + q]!
      s2 -= factor * l[r2 + q]!
      s3 -= factor * l[r3 + q]!
    }
    const pivot = l[other + c]!
    l[r0 + c] = s0 / pivot
    l[r1 + c] = s1 / pivot
    l[r2 + c] = s2 / pivot
    l[r3 + c] = s3 / pivot
  }
}

/**
 * The lower triangular L with positive diagonal of A = LLᵀ, for a symmetric positive definite matrix of shape [n, n]. The computed L satisfies
 * LLᵀ = A + E with |E| <= 2n·ε·√(aᵢᵢaⱼⱼ) element by element (Higham, ASNA, Theorem 10.3). Errors: RangeError or TypeError unless A is a
 * finite f64 matrix, symmetric to the last bit, and every pivot is positive; the message names the first that is not.
 */
export function cholesky(A: Tensor): Tensor {
  const { rows: n, data } = symmetricOf('cholesky', A)
  return asTensor(factorCholesky('cholesky', data, n), n, n)
}
