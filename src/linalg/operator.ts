/** Linear operators: matrices known by what they do to a vector. */
import { combine, Tensor } from '../array/index.ts'
import { compile, matmul } from '../ops/index.ts'
import { asTensor, matrixOf } from './arguments.ts'

/** A vector, now or later. */
export type Eventually = Float64Array | Promise<Float64Array>

/** y = A x for a matrix of `rows` × `columns`; the answer may come later. Nobody writes to x, and y is only read before the next call. */
export interface Operator {
  readonly rows: number
  readonly columns: number
  apply(x: Float64Array): Eventually
  /** Aᵀ u. Missing where nobody knows it. */
  applyTranspose?(u: Float64Array): Eventually
}

export interface OperatorOptions {
  /** Aᵀ u, for a u of n numbers. */
  readonly applyTranspose?: (u: Float64Array) => Eventually
  /** Default: as many as rows. */
  readonly columns?: number
}

/** f of a vector that may come later. */
export function after<T>(x: Eventually, f: (x: Float64Array) => T): T | Promise<T> {
  return x instanceof Promise ? x.then(f) : f(x)
}

/**
 * The operator of n rows with x ↦ A x from a function, which may be asynchronous. Nothing checks that it is linear. Errors: TypeError unless `apply` is a
 * function; RangeError unless n and `columns` are nonnegative integers.
 *
 * @example
 * const shift = operator((x) => x.map((_, i) => x[(i + 1) % x.length]!), 100)
 */
export function operator(
  apply: (x: Float64Array) => Eventually,
  n: number,
  options: OperatorOptions = {},
): Operator {
  const { applyTranspose, columns = n } = options
  if (typeof apply !== 'function') throw new TypeError(`operator: expected a function, got ${typeof apply}`)
  checkCount('operator', 'rows', n)
  checkCount('operator', 'columns', columns)
  return { rows: n, columns, apply, ...(applyTranspose && { applyTranspose }) }
}

function checkCount(op: string, what: string, n: number): void {
  if (Number.isSafeInteger(n) && n >= 0) return
  throw new RangeError(
    `${op}: expected a number of ${what} that is an integer of at least 0, got ${String(n)}`,
  )
}

/** The operator of an f64 matrix [m, n], products by compiled code. Errors: as `matrixOf`. */
export function dense(A: Tensor): Operator {
  const { rows, columns } = matrixOf('dense', A)
  const [right, left] = [compile(product), compile(product)]
  return {
    rows,
    columns,
    apply: (x) => right(A, asTensor(x, columns)).storage() as Float64Array,
    applyTranspose: (u) => left(asTensor(u, rows), A).storage() as Float64Array,
  }
}

function product(a: Tensor, b: Tensor): Tensor {
  return matmul(a, b)
}

/** The diagonal matrix with these elements. Errors: RangeError unless they are finite. */
export function diagonal(d: ArrayLike<number>): Operator {
  const elements = Float64Array.from(d)
  const bad = elements.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) throw new RangeError(`diagonal: expected finite elements, got ${elements[bad]} at ${bad}`)
  const apply = (x: Float64Array): Float64Array => x.map((y, i) => elements[i]! * y)
  return { rows: elements.length, columns: elements.length, apply, applyTranspose: apply }
}

/** The n × n identity. Errors: RangeError unless n is a nonnegative integer. */
export function identity(n: number): Operator {
  checkCount('identity', 'rows', n)
  const apply = (x: Float64Array): Float64Array => x.slice()
  return { rows: n, columns: n, apply, applyTranspose: apply }
}

/** A + B. Errors: RangeError when their shapes differ. */
export function sumOperator(A: Operator, B: Operator): Operator {
  if (A.rows !== B.rows || A.columns !== B.columns)
    throw new RangeError(`sumOperator: expected one shape, got ${shapeOf(A)} and ${shapeOf(B)}`)
  return withTranspose(A.rows, A.columns, [A, B], ([a, b]) => (x) => {
    // The first answer may be overwritten by the second one's product.
    return after(a!(x), (first) => {
      const y = first.slice()
      return after(b!(x), (second) => combine(y, [1, 1], [y, second]))
    }) as Eventually
  })
}

/** A B. Errors: RangeError unless A has as many columns as B rows. */
export function productOperator(A: Operator, B: Operator): Operator {
  if (A.columns !== B.rows)
    throw new RangeError(`productOperator: expected matching shapes, got ${shapeOf(A)} and ${shapeOf(B)}`)
  const { apply: a, applyTranspose: at } = bound(A)
  const { apply: b, applyTranspose: bt } = bound(B)
  return {
    rows: A.rows,
    columns: B.columns,
    apply: (x) => after(b(x), a) as Eventually,
    ...(at && bt && { applyTranspose: (u: Float64Array) => after(at(u), bt) as Eventually }),
  }
}

/** c A. Errors: RangeError unless c is finite. */
export function scaledOperator(A: Operator, c: number): Operator {
  checkFinite('scaledOperator', c)
  return withTranspose(
    A.rows,
    A.columns,
    [A],
    ([a]) =>
      (x) =>
        after(a!(x), (y) => y.map((z) => c * z)) as Eventually,
  )
}

/** A + c I. Errors: RangeError unless A is square and c finite. */
export function shiftedOperator(A: Operator, c: number): Operator {
  checkFinite('shiftedOperator', c)
  if (A.rows !== A.columns)
    throw new RangeError(`shiftedOperator: expected a square operator, got ${shapeOf(A)}`)
  return withTranspose(
    A.rows,
    A.columns,
    [A],
    ([a]) =>
      (x) =>
        after(a!(x), (y) => y.map((z, i) => z + c * x[i]!)) as Eventually,
  )
}

/** Aᵀ. Errors: TypeError unless A has a transpose. */
export function transposedOperator(A: Operator): Operator {
  const { apply, applyTranspose } = bound(A)
  if (!applyTranspose)
    throw new TypeError('transposedOperator: expected an operator with applyTranspose, got none')
  return { rows: A.columns, columns: A.rows, apply: applyTranspose, applyTranspose: apply }
}

/** AᵀA, which is symmetric and has no negative eigenvalue. Errors: TypeError unless A has a transpose. */
export function gramOperator(A: Operator): Operator {
  return productOperator(transposedOperator(A), A)
}

type Apply = (x: Float64Array) => Eventually

function bound(A: Operator): { apply: Apply; applyTranspose?: Apply } {
  const apply: Apply = (x) => A.apply(x)
  return A.applyTranspose ? { apply, applyTranspose: (u) => A.applyTranspose!(u) } : { apply }
}

/** An operator whose transpose is made of the transposes of its parts in the way in which it is made of them. */
function withTranspose(
  rows: number,
  columns: number,
  parts: readonly Operator[],
  make: (parts: readonly Apply[]) => Apply,
): Operator {
  const forms = parts.map(bound)
  const transposes = forms.flatMap(({ applyTranspose }) => applyTranspose ?? [])
  return {
    rows,
    columns,
    apply: make(forms.map(({ apply }) => apply)),
    ...(transposes.length === parts.length && { applyTranspose: make(transposes) }),
  }
}

function checkFinite(op: string, c: number): void {
  if (!Number.isFinite(c)) throw new RangeError(`${op}: expected a finite number, got ${String(c)}`)
}

function shapeOf(A: Operator): string {
  return `[${A.rows},${A.columns}]`
}
