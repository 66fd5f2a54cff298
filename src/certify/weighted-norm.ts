import { Tensor } from '../array/index.ts'
import { cholesky } from '../linalg/index.ts'
import { matmul } from '../ops/index.ts'
import { slack } from './slack.ts'

/** Beyond this many rows and columns factorizations take too long, and nothing is said. */
const LARGEST = 1024

/**
 * Upper bounds of ‖diag(√t) W‖₂ for W [m, d] and weights t [m] that never decrease from one call to the
 * next. Where d <= m the d×d Gram matrix is kept and grows by what was added to t; else the m×m one is
 * scaled anew.
 */
export class WeightedNorm {
  readonly #W: Float64Array
  readonly #m: number
  readonly #d: number
  readonly #gram: Float64Array
  readonly #vector: Float64Array
  readonly #done: Float64Array
  #terms = 0

  constructor(W: Float64Array, m: number, d: number) {
    this.#W = W
    this.#m = m
    this.#d = d
    const n = Math.min(m, d)
    const usable = n <= LARGEST
    this.#vector = new Float64Array(n).fill(1 / Math.sqrt(n))
    this.#done = new Float64Array(m)
    if (!usable) this.#gram = new Float64Array(0)
    else if (d <= m) this.#gram = new Float64Array(d * d)
    else {
      const matrix = new Tensor(W, [m, d], 'f64')
      this.#gram = Float64Array.from(matmul(matrix, matrix, { transposeB: true }).data)
    }
  }

  bound(t: Float64Array): number {
    const [m, d] = [this.#m, this.#d]
    if (this.#gram.length === 0) return Infinity
    if (d <= m) {
      this.#grow(t)
      return Math.sqrt(largestEigenvalueAbove(this.#gram, d, this.#terms, this.#vector)) * (1 + slack(4))
    }
    const scaled = new Float64Array(m * m)
    const roots = t.map((v) => Math.sqrt(v))
    for (let i = 0; i < m; i++)
      for (let j = 0; j < m; j++) scaled[i * m + j] = roots[i]! * roots[j]! * this.#gram[i * m + j]!
    return Math.sqrt(largestEigenvalueAbove(scaled, m, d, this.#vector)) * (1 + slack(4))
  }

  #grow(t: Float64Array): void {
    const d = this.#d
    const added: number[] = []
    for (let j = 0; j < this.#m; j++) if (t[j]! > this.#done[j]!) added.push(j)
    if (added.length === 0) return
    const rows = new Float64Array(added.length * d)
    added.forEach((j, i) => {
      const root = Math.sqrt(t[j]! - this.#done[j]!)
      for (let k = 0; k < d; k++) rows[i * d + k] = root * this.#W[j * d + k]!
      this.#done[j] = t[j]!
    })
    const chunk = new Tensor(rows, [added.length, d], 'f64')
    const more = matmul(chunk, chunk, { transposeA: true }).data
    for (let k = 0; k < d * d; k++) this.#gram[k]! += more[k]!
    this.#terms += added.length + 1
  }
}

/** How far above a Ritz value a bound is tried first, and how much further each time that fails. */
const FIRST = 1.004
const FURTHER = 1.03
const SWEEPS = 12

/**
 * A number certainly not below the largest eigenvalue of a symmetric positive semidefinite G, of which Ĝ [n,
 * n] is known, off by at most γ·tr Ĝ for a sum of `terms` products. A Ritz value θ is only a guess: what
 * certifies τ > θ is that Cholesky's algorithm runs to its end on τI - Ĝ, which proves the exact eigenvalues
 * of that to be above -γ(n)·tr (Rump, Verification of positive definiteness, BIT 46, 2006). `vector` [n] is
 * where the iteration starts and is overwritten with where it ended.
 */
function largestEigenvalueAbove(G: Float64Array, n: number, terms: number, vector: Float64Array): number {
  let trace = 0
  for (let i = 0; i < n; i++) trace += G[i * n + i]!
  if (trace === 0) return 0
  const last = trace * (1 + slack(n + terms))
  let ritz = trace / n
  const image = new Float64Array(n)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let square = 0
    for (let i = 0; i < n; i++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += G[i * n + j]! * vector[j]!
      image[i] = sum
      square += sum * sum
    }
    const length = Math.sqrt(square)
    if (!(length > 0 && length < Infinity)) return last
    ritz = Math.max(ritz, length)
    for (let i = 0; i < n; i++) vector[i] = image[i]! / length
  }
  const shifted = new Float64Array(n * n)
  for (let tau = FIRST * ritz; tau < trace; tau *= FURTHER) {
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++)
        shifted[i * n + j] = shifted[j * n + i] = (i === j ? tau : 0) - G[i * n + j]!
    if (isDefinite(shifted, n)) return Math.min(last, tau + slack(n + terms) * (n * tau + trace))
  }
  return last
}

function isDefinite(matrix: Float64Array, n: number): boolean {
  try {
    cholesky(new Tensor(matrix, [n, n], 'f64'))
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
