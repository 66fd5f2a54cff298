/** Sparse matrices in compressed rows. */
import type { Operator } from './operator.ts'

export interface Triplets {
  readonly rows: number
  readonly columns: number
  /** Where the elements stand, from 0: element e is at [row[e], column[e]]. */
  readonly row: ArrayLike<number>
  readonly column: ArrayLike<number>
  /** What stands there; elements at one place are added in their order. */
  readonly values: ArrayLike<number>
}

/**
 * The operator of a sparse matrix, given by its elements in any order and kept in compressed rows (CSR). A product takes one multiplication an element.
 *
 * Errors: RangeError by name for shapes that are no integers, lists of different lengths, places outside of the matrix and values that are not finite.
 *
 * @example
 * const path = sparse({ rows: 3, columns: 3, row: [0, 1, 1, 2], column: [1, 0, 2, 1], values: [1, 1, 1, 1] })
 */
export function sparse(triplets: Triplets): Operator {
  const { rows, columns, row, column, values } = triplets
  check(triplets)
  const starts = new Int32Array(rows + 1)
  for (let e = 0; e < row.length; e++) starts[row[e]! + 1]!++
  for (let i = 0; i < rows; i++) starts[i + 1]! += starts[i]!
  const next = starts.slice()
  const [at, elements] = [new Int32Array(values.length), new Float64Array(values.length)]
  for (let e = 0; e < values.length; e++) {
    const to = next[row[e]!]!++
    at[to] = column[e]!
    elements[to] = values[e]!
  }
  const apply = (x: Float64Array): Float64Array => {
    const y = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      let sum = 0
      for (let e = starts[i]!; e < starts[i + 1]!; e++) sum += elements[e]! * x[at[e]!]!
      y[i] = sum
    }
    return y
  }
  const applyTranspose = (u: Float64Array): Float64Array => {
    const y = new Float64Array(columns)
    for (let i = 0; i < rows; i++) {
      const factor = u[i]!
      for (let e = starts[i]!; e < starts[i + 1]!; e++) y[at[e]!]! += elements[e]! * factor
    }
    return y
  }
  return { rows, columns, apply, applyTranspose }
}

function check({ rows, columns, row, column, values }: Triplets): void {
  const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0
  if (!isCount(rows) || !isCount(columns))
    throw new RangeError(`sparse: expected a shape of nonnegative integers, got [${rows},${columns}]`)
  if (row.length !== values.length || column.length !== values.length)
    throw new RangeError(
      `sparse: expected lists of one length, got ${row.length} rows, ${column.length} columns and ${values.length} values`,
    )
  for (let e = 0; e < values.length; e++) {
    const [i, j, value] = [row[e]!, column[e]!, values[e]!]
    if (!isCount(i) || !isCount(j) || i >= rows || j >= columns)
      throw new RangeError(
        `sparse: expected places in [${rows},${columns}], got [${i},${j}] for element ${e}`,
      )
    if (!Number.isFinite(value))
      throw new RangeError(`sparse: expected finite values, got ${value} for element ${e}`)
  }
}
