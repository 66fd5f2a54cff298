/** Eigenvalues and eigenvectors of symmetric matrices. */
import type { Tensor } from '../array/index.ts'
import { withWorkspace, type Workspace } from '../run/index.ts'
import { asTensor, symmetricOf } from './arguments.ts'
import { divideAndConquer, LEAF, type MergeRoom } from './divide-and-conquer.ts'
import { BLOCK, blockReflectionNumbers, blockReflections } from './reflectors.ts'
import { largestExponent, scaleInto } from './scaling.ts'
import { signOf } from './signs.ts'
import { implicitQL } from './tridiagonal-ql.ts'
import { tridiagonalize, tridiagonalNumbers } from './tridiagonal.ts'

/** 'auto' is the QL algorithm up to 32 rows and divide and conquer above. */
export type EighMethod = 'auto' | 'ql' | 'divide and conquer'

export interface EighOptions {
  /** Whether eigenvectors are wanted; they are by default. */
  readonly vectors?: boolean
  /** How eigenvectors of the tridiagonal matrix are found; eigenvalues alone always come from the QL algorithm. */
  readonly method?: EighMethod
}

/** A = V·diag(values)·Vᵀ. */
export interface Eigh {
  /** [n], ascending. */
  readonly values: Tensor
  /** [n, n]: column j is of length 1 and belongs to values[j]. */
  readonly vectors: Tensor
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix [n, n] in f64: Householder tridiagonalisation (tridiagonal.ts), then implicit QL
 * (tridiagonal-ql.ts) or divide and conquer (divide-and-conquer.ts). With u = 2⁻⁵³, ‖A·V - V·Λ‖ and ‖Vᵀ·V - I‖ are small multiples of n·u·‖A‖ and
 * n·u. The sign of an eigenvector is such that its largest element, the first of them, is positive. It needs about 6·n² numbers of room. Errors:
 * TypeError or RangeError by name for what is no f64 matrix, for elements that are not finite, and unless it equals its transpose to the last bit.
 *
 * @example
 * const { values, vectors } = eigh(tensor([[2, 1], [1, 2]])) // values 1 and 3
 */
export function eigh(a: Tensor, options?: EighOptions & { readonly vectors?: true }): Eigh
export function eigh(a: Tensor, options: EighOptions): Pick<Eigh, 'values'> & Partial<Eigh>
export function eigh(
  a: Tensor,
  { vectors = true, method = 'auto' }: EighOptions = {},
): Pick<Eigh, 'values'> & Partial<Eigh> {
  if (!['auto', 'ql', 'divide and conquer'].includes(method)) {
    throw new RangeError(`eigh: expected the method auto, ql or divide and conquer, got ${String(method)}`)
  }
  const { rows: n, data } = symmetricOf('eigh', a)
  const exponent = largestExponent(data)
  const square = n * n
  const room = square * (vectors ? 5 : 2) + tridiagonalNumbers(n) + blockReflectionNumbers(n, n)
  const largest = square / 2 + BLOCK * (n + BLOCK)
  return withWorkspace(room, largest, (workspace) => {
    const [reduced, product] = [workspace.array(square), workspace.array(square)]
    scaleInto(reduced, data, -exponent)
    const { diagonal, offDiagonal, tau } = tridiagonalize(workspace, reduced, product, n)
    if (!vectors) {
      implicitQL(diagonal, offDiagonal)
      return { values: asTensor(scaleInto(diagonal, diagonal, exponent), n) }
    }
    const mergeRoom = {
      vectors: workspace.array(square),
      coefficients: product,
      old: workspace.array(square),
      fresh: workspace.array(square),
    }
    solveTridiagonal(workspace, diagonal, offDiagonal, mergeRoom, method)
    const rows = { data: mergeRoom.vectors, row: n }
    blockReflections(workspace, n, n).applyAll(rows, n, n, { data: reduced, row: n }, tau, 1)
    const values = asTensor(scaleInto(diagonal, diagonal, exponent), n)
    return { values, vectors: asTensor(columnsOf(mergeRoom.vectors, n), n, n) }
  })
}

/**
 * Eigenvalues, ascending, and eigenvectors of the symmetric tridiagonal matrix with this diagonal of n numbers and this off-diagonal of n - 1,
 * neither of which is changed: `vectors` is [n, n] by rows and column j belongs to values[j], signs as in `eigh`, and is empty unless `wantVectors`.
 * By implicit QL up to 32 rows, else by divide and conquer in a workspace of its own, so that it must not be called inside one. Errors: RangeError
 * for other lengths and for numbers that are not finite.
 */
export function tridiagonalEigh(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  wantVectors: boolean,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const n = diagonal.length
  const expected = Math.max(0, n - 1)
  if (offDiagonal.length !== expected) {
    throw new RangeError(
      `tridiagonalEigh: expected an off-diagonal of ${expected} numbers, got ${offDiagonal.length}`,
    )
  }
  for (const x of [...diagonal, ...offDiagonal]) {
    if (!Number.isFinite(x)) throw new RangeError(`tridiagonalEigh: expected finite numbers, got ${x}`)
  }
  const exponent = largestExponent(diagonal, offDiagonal)
  const d = scaleInto(new Float64Array(n), diagonal, -exponent)
  const e = scaleInto(new Float64Array(expected), offDiagonal, -exponent)
  const solved = wantVectors ? tridiagonalVectors(d, e) : new Float64Array(0)
  if (!wantVectors) implicitQL(d, e)
  return { values: scaleInto(d, d, exponent), vectors: solved }
}

function tridiagonalVectors(d: Float64Array, e: Float64Array): Float64Array {
  const n = d.length
  const square = n * n
  if (n <= LEAF) {
    const vectors = new Float64Array(square)
    qlFromIdentity(d, e, vectors)
    return columnsOf(vectors, n)
  }
  return withWorkspace(4 * square, square / 2 + n, (workspace) => {
    const [vectors, coefficients, old, fresh] = Array.from({ length: 4 }, () => workspace.array(square))
    divideAndConquer(workspace, d, e, {
      vectors: vectors!,
      coefficients: coefficients!,
      old: old!,
      fresh: fresh!,
    })
    return columnsOf(vectors!, n)
  })
}

function qlFromIdentity(d: Float64Array, e: Float64Array, vectors: Float64Array): void {
  const n = d.length
  for (let j = 0; j < n; j++) vectors[j * n + j] = 1
  implicitQL(d, e, { data: vectors, row: n }, n)
}

function solveTridiagonal(
  workspace: Workspace,
  d: Float64Array,
  e: Float64Array,
  room: MergeRoom,
  method: EighMethod,
): void {
  if (method === 'ql') qlFromIdentity(d, e, room.vectors)
  else divideAndConquer(workspace, d, e, room)
}

/** The transpose of what lies in rows, with the largest element of every column positive. */
function columnsOf(rows: Float64Array, n: number): Float64Array {
  const columns = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    const sign = signOf(rows.subarray(j * n, (j + 1) * n))
    for (let i = 0; i < n; i++) columns[i * n + j] = sign * rows[j * n + i]!
  }
  return columns
}
