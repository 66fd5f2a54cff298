/**
 * Factorizations as operations of a tape: calls of the dense routines, with derivative rules that are written in each other, so that gradients, tangents
 * and second derivatives work. With M ∘ N the product element by element, Φ(M) the lower triangle with half the diagonal:
 *
 *     X = A⁻¹B       B̄ = A⁻ᵀX̄, Ā = -B̄Xᵀ;  Ẋ = A⁻¹(Ḃ - ȦX)                          (Giles 2008, sections 2.2.3 and 2.3)
 *     A = LLᵀ        S = L⁻ᵀΦ(LᵀL̄)L⁻¹, Ā = (S + Sᵀ)/2;  L̇ = LΦ(L⁻¹ȦL⁻ᵀ)           (Murray, arXiv:1602.07527)
 *     A = VΛVᵀ       Ā = V(Λ̄ + F∘VᵀV̄)Vᵀ, symmetrised;  Λ̇ = diag(P), V̇ = V(F∘P), P = VᵀȦV, Fᵢⱼ = 1/(λⱼ - λᵢ)   (Giles 2008, section 3.1)
 *     A = QR         Ā = (Q̄ + Q·copyltu(RR̄ᵀ - Q̄ᵀQ))R⁻ᵀ;  Q̇ = QΩ + (I - QQᵀ)ȦR⁻¹, Ṙ = (P - Ω)R, P = QᵀȦR⁻¹   (Walter & Lehmann, arXiv:1009.6112)
 *
 * with Ω = tril(P, -1) - tril(P, -1)ᵀ and copyltu(M) = tril(M) + tril(M, -1)ᵀ.
 */
import { showShape, Tensor, type Shape, type Type } from '../array/index.ts'
import {
  add,
  concatenate,
  host,
  matmul,
  mul,
  neg,
  outer,
  reshape,
  slice,
  sub,
  sum,
  transpose,
} from '../ops/index.ts'
import { isSymbolic } from '../tape/index.ts'
import { cholesky as denseCholesky } from './cholesky.ts'
import { eigh as denseEigh, type Eigh, type EighOptions } from './eigh.ts'
import { qr as denseQr, type Qr, type QrOptions } from './qr.ts'
import { solve as denseSolve, type SolveOptions } from './solve.ts'
import { triangularSolve as denseTriangularSolve } from './triangular.ts'

function squareType(op: string, x: Type): Type {
  const [m, n] = x.shape
  if (x.dtype === 'f64' && x.shape.length === 2 && m === n) return x
  throw new RangeError(`${op}: expected a square f64 matrix, got ${x.dtype}${showShape(x.shape)}`)
}

/** The type of a right-hand side with as many rows. */
function rightType(op: string, [A, b]: readonly Type[]): Type {
  const [n] = squareType(op, A!).shape
  if (b!.dtype === 'f64' && b!.shape[0] === n && b!.shape.length <= 2) return b!
  throw new RangeError(
    `${op}: expected f64[${n}] or f64[${n},k] beside the matrix, got ${b!.dtype}${showShape(b!.shape)}`,
  )
}

/** u vᵀ of vectors, U Vᵀ of matrices. */
function outerProduct(u: Tensor, v: Tensor): Tensor {
  return u.shape.length === 1 ? outer(u, v) : matmul(u, v, { transposeB: true })
}

const solvers = {
  general: solver('general'),
  symmetric: solver('symmetric'),
  'positive definite': solver('positive definite'),
}

function solver(assume: NonNullable<SolveOptions['assume']>): (A: Tensor, b: Tensor) => Tensor {
  const solved: (A: Tensor, b: Tensor) => Tensor = host({
    name: 'solve',
    formula: 'x with A x = b',
    type: (types) => rightType('solve', types),
    call: ([A, b]) => denseSolve(A!, b!, { assume }).storage(),
    vjp: (i, cotangent, { inputs: [A], output }) => {
      const u = solved(assume === 'general' ? transpose(A!) : A!, cotangent)
      return i === 1 ? u : neg(outerProduct(u, output))
    },
    jvp: (i, tangent, { inputs: [A], output }) =>
      solved(A!, i === 1 ? tangent : neg(matmul(tangent, output))),
  })
  return solved
}

/** `solve` (solve.ts) as an operation, with derivatives by A and by b. */
export function solve(A: Tensor, b: Tensor, { assume = 'general' }: SolveOptions = {}): Tensor {
  const solved = solvers[assume]
  if (!solved)
    throw new RangeError(`solve: expected general, symmetric or positive definite, got ${String(assume)}`)
  return solved(A, b)
}

/** L⁻¹B, and L⁻ᵀB, for the lower triangle L of a matrix. */
const [lowerSolve, lowerSolveTransposed] = [false, true].map(
  (transposed): ((L: Tensor, B: Tensor) => Tensor) =>
    host({
      name: 'triangularSolve',
      formula: transposed ? 'x with Lᵀ x = b' : 'x with L x = b',
      type: (types) => rightType('triangularSolve', types),
      call: ([L, B]) => denseTriangularSolve(L!, B!, { transpose: transposed }).storage(),
      vjp: (i, cotangent, { inputs: [L], output }) => {
        const u = (transposed ? lowerSolve! : lowerSolveTransposed!)(L!, cotangent)
        if (i === 1) return u
        return neg(lowerPart(transposed ? outerProduct(output, u) : outerProduct(u, output), 0))
      },
      jvp: (i, tangent, { inputs: [L], output }) => {
        const apply = (transposed ? lowerSolveTransposed : lowerSolve)!
        if (i === 1) return apply(L!, tangent)
        const part = lowerPart(tangent, 0)
        return neg(apply(L!, matmul(transposed ? transpose(part) : part, output)))
      },
    }),
) as [(L: Tensor, B: Tensor) => Tensor, (L: Tensor, B: Tensor) => Tensor]

/** M with zeros above the k-th diagonal, and its diagonal times a factor. */
function lowerPart(M: Tensor, k: 0 | -1, onDiagonal: number = 1): Tensor {
  const n = M.shape[0]!
  const mask = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    mask.fill(1, i * n, i * n + i).fill(k === 0 ? onDiagonal : 0, i * n + i, i * n + i + 1)
  return mul(M, new Tensor(mask, [n, n], 'f64'))
}

const choleskyOperation: (A: Tensor) => Tensor = host({
  name: 'cholesky',
  formula: 'L with A = L Lᵀ',
  type: ([A]) => squareType('cholesky', A!),
  call: ([A]) => denseCholesky(A!).storage(),
  vjp: (_, cotangent, { output: L }) => {
    const inner = lowerPart(matmul(L, cotangent, { transposeA: true }), 0, 0.5)
    const S = transpose(lowerSolveTransposed(L, transpose(lowerSolveTransposed(L, inner))))
    return mul(0.5, add(S, transpose(S)))
  },
  jvp: (_, tangent, { output: L }) => {
    const inner = transpose(lowerSolve(L, transpose(lowerSolve(L, tangent))))
    return matmul(L, lowerPart(inner, 0, 0.5))
  },
})

/** `cholesky` (cholesky.ts) as an operation. Its derivative is that along symmetric matrices. */
export function cholesky(A: Tensor): Tensor {
  return choleskyOperation(A)
}

/** Values in the first row, vectors in those below. */
const eighOperation: (A: Tensor) => Tensor = host({
  name: 'eigh',
  formula: 'Λ and V with A = V Λ Vᵀ',
  type: ([A]) => {
    const [n] = squareType('eigh', A!).shape as [number]
    return { dtype: 'f64', shape: [n + 1, n] }
  },
  call: ([A]) => {
    const { values, vectors } = denseEigh(A!)
    const data = new Float64Array(values.size + vectors.size)
    data.set(values.storage())
    data.set(vectors.storage(), values.size)
    return data
  },
  vjp: (_, cotangent, { output }) => {
    const [values, V] = unpacked(output)
    const [valuesBar, VBar] = unpacked(cotangent)
    const inner = gapQuotient(values, matmul(V, VBar, { transposeA: true }))
    const whole = matmul(add(mul(V, valuesBar), matmul(V, inner)), V, { transposeB: true })
    return mul(0.5, add(whole, transpose(whole)))
  },
  jvp: (_, tangent, { output }) => {
    const [values, V] = unpacked(output)
    const P = matmul(matmul(V, tangent, { transposeA: true }), V)
    const n = values.size
    return concatenate([reshape(diagonalOf(P), [1, n]), matmul(V, gapQuotientForward(values, P))])
  },
})

/** Eigenvalues alone, whose derivatives exist where several are equal, too (as those of their symmetric functions). */
const valuesOperation: (A: Tensor) => Tensor = host({
  name: 'eigenvalues',
  formula: 'Λ with A = V Λ Vᵀ',
  type: ([A]) => ({ dtype: 'f64', shape: squareType('eigh', A!).shape.slice(0, 1) }),
  call: ([A]) => denseEigh(A!, { vectors: false }).values.storage(),
  vjp: (_, cotangent, { inputs: [A] }) => {
    const [, V] = unpacked(eighOperation(A!))
    return matmul(mul(V, cotangent), V, { transposeB: true })
  },
  jvp: (_, tangent, { inputs: [A] }) => {
    const [, V] = unpacked(eighOperation(A!))
    return sum(mul(V, matmul(tangent, V)), 0)
  },
})

function unpacked(packed: Tensor): [values: Tensor, vectors: Tensor] {
  const [rows] = packed.shape as [number]
  return [slice(packed, [0]), slice(packed, [[1, rows]])]
}

function diagonalOf(M: Tensor): Tensor {
  const n = M.shape[0]!
  const mask = new Float64Array(n * n)
  for (let i = 0; i < n; i++) mask[i * n + i] = 1
  return sum(mul(M, new Tensor(mask, [n, n], 'f64')), 0)
}

const gapQuotient: (values: Tensor, M: Tensor) => Tensor = quotientByGaps((a, b) => Math.abs(a - b))
const gapQuotientForward: (values: Tensor, M: Tensor) => Tensor = quotientByGaps((a) => Math.abs(a))

/**
 * Mᵢⱼ/(λⱼ - λᵢ) beside the diagonal, 0 on it. Where two eigenvalues are equal to rounding, vectors can be any basis of their space: what depends on the
 * choice has no derivative, and what does not has `ambiguous(Mᵢⱼ, Mⱼᵢ) = 0`, and the quotient counts as 0.
 */
function quotientByGaps(ambiguous: (a: number, b: number) => number): (values: Tensor, M: Tensor) => Tensor {
  const quotient: (values: Tensor, M: Tensor) => Tensor = host({
    name: 'gapQuotient',
    formula: 'Mᵢⱼ/(λⱼ - λᵢ)',
    type: ([, M]) => M!,
    call: ([values, M]) => {
      const [lambda, m] = [values!.storage(), M!.storage()]
      const n = lambda.length
      const largest = (list: ArrayLike<number>): number =>
        Array.from(list).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
      const [scale, size] = [largest(lambda), largest(m)]
      const out = new Float64Array(n * n)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          if (i === j) continue
          const gap = lambda[j]! - lambda[i]!
          const entry = m[i * n + j]!
          if (Math.abs(gap) > 16 * n * Number.EPSILON * scale) out[i * n + j] = entry / gap
          else if (ambiguous(entry, m[j * n + i]!) > 1e-8 * size) {
            throw new RangeError(
              `eigh: expected different eigenvalues for a derivative of vectors, got ${lambda[i]} and ${lambda[j]}\n` +
                'hint: functions of the eigenvalues alone have one: eigh(A, { vectors: false })',
            )
          }
        }
      }
      return out
    },
    vjp: (i, cotangent, { inputs: [values], output }) => {
      if (i === 1) return quotient(values!, cotangent)
      const share = quotient(values!, mul(cotangent, output))
      return sub(sum(share, 1), sum(share, 0))
    },
    jvp: (i, tangent, { inputs: [values], output }) => {
      if (i === 1) return quotient(values!, tangent)
      const n = tangent.size
      return neg(quotient(values!, mul(output, sub(reshape(tangent, [1, n]), reshape(tangent, [n, 1])))))
    },
  })
  return quotient
}

/** `eigh` (eigh.ts) as an operation. Errors: also RangeError for a derivative of vectors that belong to equal eigenvalues. */
export function eigh(A: Tensor, options?: EighOptions & { readonly vectors?: true }): Eigh
export function eigh(A: Tensor, options: EighOptions): Pick<Eigh, 'values'> & Partial<Eigh>
export function eigh(A: Tensor, options: EighOptions = {}): Pick<Eigh, 'values'> & Partial<Eigh> {
  if (!isSymbolic(A)) return denseEigh(A, options)
  if (options.vectors === false) return { values: valuesOperation(A) }
  const [values, vectors] = unpacked(eighOperation(A))
  return { values, vectors }
}

/** Q in the first m rows, R in the n rows below. */
const qrOperation: (A: Tensor) => Tensor = host({
  name: 'qr',
  formula: 'Q and R with A = Q R',
  type: ([A]) => {
    const [m, n] = A!.shape as [number, number]
    if (A!.dtype === 'f64' && A!.shape.length === 2 && m >= n) return { dtype: 'f64', shape: [m + n, n] }
    throw new RangeError(
      `qr: expected an f64 matrix of at least as many rows as columns on a tape, got ${A!.dtype}${showShape(A!.shape)}`,
    )
  },
  call: ([A]) => {
    const { q, r } = denseQr(A!)
    const data = new Float64Array(q.size + r.size)
    data.set(q.storage())
    data.set(r.storage(), q.size)
    return data
  },
  vjp: (_, cotangent, { inputs: [A], output }) => {
    const [Q, R] = blocks(output, A!.shape)
    const [QBar, RBar] = blocks(cotangent, A!.shape)
    const M = sub(matmul(R, RBar, { transposeB: true }), matmul(QBar, Q, { transposeA: true }))
    const copied = add(lowerPart(M, 0), transpose(lowerPart(M, -1)))
    return timesInverse(add(QBar, matmul(Q, copied)), R, true)
  },
  jvp: (_, tangent, { inputs: [A], output }) => {
    const [Q, R] = blocks(output, A!.shape)
    const S = timesInverse(tangent, R, false)
    const P = matmul(Q, S, { transposeA: true })
    const below = lowerPart(P, -1)
    const turn = sub(below, transpose(below))
    return concatenate([add(matmul(Q, turn), sub(S, matmul(Q, P))), matmul(sub(P, turn), R)])
  },
})

function blocks(packed: Tensor, [m]: Shape): [Q: Tensor, R: Tensor] {
  const rows = packed.shape[0]!
  return [slice(packed, [[0, m!]]), slice(packed, [[m!, rows]])]
}

/** X R⁻ᵀ, or X R⁻¹, for an upper triangular R. */
function timesInverse(X: Tensor, R: Tensor, transposed: boolean): Tensor {
  const apply = transposed ? lowerSolveTransposed : lowerSolve
  return transpose(apply(transpose(R), transpose(X)))
}

/** `qr` (qr.ts) as an operation; on a tape without pivoting, in reduced mode, for at least as many rows as columns, of full rank. */
export function qr(A: Tensor, options: QrOptions = {}): Qr {
  if (!isSymbolic(A)) return denseQr(A, options)
  if (options.pivot || options.mode === 'complete')
    throw new RangeError(
      'qr: expected no options on a tape, got pivot or complete\nhint: the reduced form has derivatives',
    )
  const [q, r] = blocks(qrOperation(A), A.shape)
  return { q, r }
}
