import { Tensor } from '../array/index.ts'
import { withWorkspace, type Workspace } from '../run/index.ts'
import { asTensor, symmetricOf } from './arguments.ts'
import { CHUNK, subtractProduct, transposed } from './triangular.ts'

const WIDTH = 64
/** (1 + √17)/8: where the growth of elements by one 2×2 step equals that by two 1×1 steps. */
const ALPHA = 0.6403882032022076

/** PAPᵀ = LDLᵀ, columns of L one after the other, from below the diagonal on; D in two diagonals. */
export interface LdltFactors {
  readonly columns: Float64Array
  readonly diagonal: Float64Array
  /** Not 0 at k where k and k + 1 make a block. */
  readonly offDiagonal: Float64Array
  readonly permutation: Int32Array
}

/** The matrix in the workspace, the lower triangle by columns, and what else elimination needs. */
interface State extends LdltFactors {
  readonly n: number
  readonly work: Workspace
  /** LD of the present block column, columns of n numbers. */
  readonly w: Float64Array
  readonly row: Float64Array
  readonly image: Float64Array
  readonly scratch: Float64Array
}

/**
 * Bunch & Kaufman's partial pivoting (Math. Comp. 31, 1977) for the n×n matrix minus `shift` times the identity, by block columns (xLASYF of
 * LAPACK); of the matrix, which is not written to, only one triangle counts.
 */
export function factorLdlt(matrix: Float64Array, n: number, shift: number): LdltFactors {
  const numbers = n * (n + WIDTH + 2 + Math.min(CHUNK, n)) + WIDTH
  return withWorkspace(numbers, (WIDTH + 1) * n, (work) => {
    const columns = work.array(n * n)
    columns.set(matrix)
    for (let i = 0; i < n; i++) columns[i * (n + 1)]! -= shift
    const state: State = {
      n,
      work,
      columns,
      diagonal: new Float64Array(n),
      offDiagonal: new Float64Array(Math.max(0, n - 1)),
      permutation: Int32Array.from({ length: n }, (_, i) => i),
      w: work.array((WIDTH + 1) * n),
      row: work.array(WIDTH),
      image: work.array(n),
      scratch: work.array(Math.min(CHUNK, n) * n),
    }
    for (let from = 0; from < n;) {
      const to = factorPanel(state, from)
      updateRest(state, from, to)
      from = to
    }
    const { diagonal, offDiagonal, permutation } = state
    return { columns: columns.slice(), diagonal, offDiagonal, permutation }
  })
}

/** Column i of what is left, rows k.., into column `at` of W: the stored one less what the columns from..k owe it. */
function gather(state: State, from: number, k: number, i: number, at: number): void {
  const { n, work, columns, w, row, image } = state
  const to = at * n
  for (let j = k; j < i; j++) w[to + j] = columns[j * n + i]!
  w.set(columns.subarray(i * n + i, (i + 1) * n), to + i)
  if (k === from) return
  for (let c = 0; c < k - from; c++) row[c] = w[c * n + i]!
  work.vecmat(row, columns.subarray(from * n + k), n, image, k - from, n - k)
  for (let j = k; j < n; j++) w[to + j]! -= image[j - k]!
}

/** Where the largest element lies among rows from..n of a column of W, except one; -1 when there is none. */
function largestAt({ n, w }: State, column: number, from: number, except: number): number {
  let best = -1
  for (let i = from; i < n; i++) {
    if (i !== except && (best < 0 || Math.abs(w[column * n + i]!) > Math.abs(w[column * n + best]!))) best = i
  }
  return best
}

/** Eliminates up to WIDTH columns from `from` on. Gives the column after the last. */
function factorPanel(state: State, from: number): number {
  const { n, columns, diagonal, offDiagonal, w } = state
  let k = from
  // The last block may reach one column further.
  while (k < n && k - from < WIDTH) {
    const at = k - from
    gather(state, from, k, k, at)
    const size = choosePivot(state, from, k)
    const [one, other] = [at * n, (at + 1) * n]
    if (size === 1) {
      const pivot = (diagonal[k] = w[one + k]!)
      for (let i = k + 1; i < n; i++) columns[k * n + i] = pivot === 0 ? 0 : w[one + i]! / pivot
    } else {
      const off = w[one + k + 1]!
      diagonal[k] = w[one + k]!
      diagonal[k + 1] = w[other + k + 1]!
      offDiagonal[k] = off
      const [d11, d22] = [diagonal[k + 1]! / off, diagonal[k]! / off]
      const factor = 1 / (d11 * d22 - 1)
      columns[k * n + k + 1] = 0
      for (let i = k + 2; i < n; i++) {
        const [a, b] = [w[one + i]! / off, w[other + i]! / off]
        columns[k * n + i] = factor * (d11 * a - b)
        columns[(k + 1) * n + i] = factor * (d22 * b - a)
      }
    }
    k += size
  }
  return k
}

/** Moves the pivot block to k, in W as well, and gives its size. */
function choosePivot(state: State, from: number, k: number): 1 | 2 {
  const { n, w } = state
  const at = k - from
  const own = Math.abs(w[at * n + k]!)
  const r = largestAt(state, at, k + 1, -1)
  const below = r < 0 ? 0 : Math.abs(w[at * n + r]!)
  if (own >= ALPHA * below) return 1
  gather(state, from, k, r, at + 1)
  const across = Math.abs(w[(at + 1) * n + largestAt(state, at + 1, k, r)]!)
  if (own >= ALPHA * below * (below / across)) return 1
  if (Math.abs(w[(at + 1) * n + r]!) >= ALPHA * across) {
    w.copyWithin(at * n + k, (at + 1) * n + k, (at + 2) * n)
    exchange(state, from, k, k, r)
    return 1
  }
  exchange(state, from, k, k + 1, r)
  return 2
}

/** Exchanges rows and columns `one` < `other` of what is left after k columns, and the rows of L and W. */
function exchange(state: State, from: number, k: number, one: number, other: number): void {
  const { n, columns, w, permutation } = state
  if (one === other) return
  ;[permutation[one], permutation[other]] = [permutation[other]!, permutation[one]!]
  // Column `one` itself is in W.
  columns[other * (n + 1)] = columns[one * (n + 1)]!
  for (let j = one + 1; j < other; j++) columns[j * n + other] = columns[one * n + j]!
  columns.copyWithin(other * n + other + 1, one * n + other + 1, (one + 1) * n)
  for (let j = 0; j < k; j++) swap(columns, j * n + one, j * n + other)
  for (let c = 0; c <= one - from; c++) swap(w, c * n + one, c * n + other)
}

function swap(x: Float64Array, i: number, j: number): void {
  const kept = x[i]!
  x[i] = x[j]!
  x[j] = kept
}

/** Takes LDLᵀ of the columns from..to off the rest, a few columns at a time, each from near the diagonal on. */
function updateRest({ n, work, columns, w, scratch }: State, from: number, to: number): void {
  for (let j = to; j < n; j += CHUNK) {
    const a = { data: w.subarray(j), row: 1, column: n }
    const b = { data: columns.subarray(from * n + j), row: n, column: 1 }
    const size = [Math.min(CHUNK, n - j), to - from, n - j] as const
    subtractProduct(work, columns.subarray(j * (n + 1)), n, a, b, scratch, size)
  }
}

/** How many eigenvalues are positive, negative and zero. */
export interface Inertia {
  readonly positive: number
  readonly negative: number
  readonly zero: number
}

/** By Sylvester's law, block by block; what Bunch & Kaufman take for a 2×2 pivot has a negative determinant. */
function count({ diagonal, offDiagonal }: LdltFactors): Inertia {
  let [positive, negative, zero] = [0, 0, 0]
  for (let k = 0; k < diagonal.length; k++) {
    const isBlock = k < offDiagonal.length && offDiagonal[k] !== 0
    if (isBlock || diagonal[k]! > 0) positive++
    if (isBlock || diagonal[k]! < 0) negative++
    if (!isBlock && diagonal[k] === 0) zero++
    if (isBlock) k++
  }
  return { positive, negative, zero }
}

export interface Ldlt {
  /** [n, n], lower triangular with ones on the diagonal. */
  readonly l: Tensor
  /** The diagonals of D, of n and of n - 1 numbers; the second is not 0 where two rows make a block. */
  readonly d: { readonly diagonal: Tensor; readonly offDiagonal: Tensor }
  /** i32, of n numbers. */
  readonly permutation: Tensor
  readonly inertia: Inertia
}

/**
 * A[permutation, permutation] = LDLᵀ for a symmetric matrix of shape [n, n], with D of blocks 1×1 and 2×2, by Bunch & Kaufman's partial pivoting
 * (Math. Comp. 31, 1977). LDLᵀ is A up to a modest multiple of n·ε·ρ·max|A|, ρ the growth of elements (Higham, ASNA, Theorem 11.4), so that
 * the inertia is that of a matrix so close to A. Errors: RangeError or TypeError unless A is a finite f64 matrix, symmetric to the last bit.
 */
export function ldlt(A: Tensor): Ldlt {
  const { rows: n, data } = symmetricOf('ldlt', A)
  const factors = factorLdlt(data, n, 0)
  return {
    l: asTensor(lowerOf(factors, n), n, n),
    d: {
      diagonal: asTensor(factors.diagonal, n),
      offDiagonal: asTensor(factors.offDiagonal, factors.offDiagonal.length),
    },
    permutation: new Tensor(factors.permutation, [n], 'i32'),
    inertia: count(factors),
  }
}

/** L by rows, with its ones. */
function lowerOf({ columns }: LdltFactors, n: number): Float64Array {
  const l = transposed(columns, n, n)
  for (let i = 0; i < n; i++) {
    l[i * (n + 1)] = 1
    l.fill(0, i * (n + 1) + 1, (i + 1) * n)
  }
  return l
}

/**
 * How many eigenvalues of a symmetric matrix of shape [n, n] lie above, below and at `shift`, from the pivots of A - shift·I: right for a matrix
 * within the error of `ldlt` of A. Errors: as `ldlt`; RangeError unless the shift is finite.
 */
export function inertiaOf(A: Tensor, shift: number): Inertia {
  const { rows: n, data } = symmetricOf('inertiaOf', A)
  if (!Number.isFinite(shift))
    throw new RangeError(`inertiaOf: expected a finite shift, got ${String(shift)}`)
  return count(factorLdlt(data, n, shift))
}
