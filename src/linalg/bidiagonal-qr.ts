/**
 * Singular values and vectors of an upper bidiagonal matrix by the implicit QR algorithm (Golub & Reinsch, Numer. Math. 14, 1970) with the zero-shift
 * sweep and the stopping rules of Demmel & Kahan, SIAM J. Sci. Stat. Comput. 11, 1990, which give small singular values their digits, as in LAPACK's
 * xBDSQR.
 */
import type { RotationSweeps } from './rotation-sweeps.ts'
import { hypotenuse, UNIT } from './scaling.ts'

/** A relative error of every singular value: xBDSQR's, ε^(-1/8) = 98.7 times ε. */
const TOLERANCE = 98.7 * UNIT

/** Sweeps over the whole matrix for each of its rows: xBDSQR's. */
const SWEEPS = 6

/** The smallest normal number. */
const TINY = 2.2250738585072014e-308

/**
 * The diagonal d, of numbers below 1e150, becomes the singular values, which may have either sign and any order; e, of one number less, becomes zero.
 * With B = Q·S·Pᵀ, the rows of `left` are multiplied by Qᵀ and those of `right` by Pᵀ.
 */
export function bidiagonalQR(
  d: Float64Array,
  e: Float64Array,
  left?: RotationSweeps,
  right?: RotationSweeps,
): void {
  const n = d.length
  const threshold = thresholdOf(d, e)
  let budget = SWEEPS * n * n
  let high = n - 1
  // A block keeps the direction in which its first sweep went.
  let [seenLow, seenHigh, downwards] = [-1, -1, true]
  for (;;) {
    while (high > 0 && Math.abs(e[high - 1]!) <= threshold) e[--high] = 0
    if (high <= 0) break
    let low = high - 1
    while (low > 0 && Math.abs(e[low - 1]!) > threshold) low--
    if (low > 0) e[low - 1] = 0
    if (low > seenHigh || high < seenLow) downwards = Math.abs(d[low]!) >= Math.abs(d[high]!)
    ;[seenLow, seenHigh] = [low, high]
    const block = downwards
      ? { d, e, first: low, step: 1 as const, count: high - low, left, right }
      : { d, e, first: high, step: -1 as const, count: high - low, left: right, right: left }
    const smallest = deflate(block)
    if (smallest === undefined) continue
    budget -= block.count
    if (budget < 0) throw new RangeError(`svd: expected convergence within ${SWEEPS * n} sweeps, got none`)
    const shift = shiftOf(block, smallest)
    left?.begin(block.step)
    right?.begin(block.step)
    if (shift === 0) zeroShiftSweep(block)
    else shiftedSweep(block, shift)
  }
  left?.apply()
  right?.apply()
}

/** Below it an off-diagonal element changes no singular value by more than the tolerance. */
function thresholdOf(d: Float64Array, e: Float64Array): number {
  const n = d.length
  let mu = Math.abs(d[0] ?? 0)
  let smallest = mu
  for (let i = 1; i < n && smallest > 0; i++) {
    mu = Math.abs(d[i]!) * (mu / (mu + Math.abs(e[i - 1]!)))
    smallest = Math.min(smallest, mu)
  }
  return Math.max((TOLERANCE * smallest) / Math.sqrt(n), SWEEPS * n * n * TINY)
}

/**
 * Rows and columns of B that have not come apart, in the order of a sweep. Seen from its end, B is the transpose of a lower bidiagonal matrix, and
 * left and right change places.
 */
interface Block {
  readonly d: Float64Array
  readonly e: Float64Array
  readonly first: number
  readonly step: 1 | -1
  /** Off-diagonal elements. */
  readonly count: number
  readonly left: RotationSweeps | undefined
  readonly right: RotationSweeps | undefined
}

/** Where in e the element between rows i and i + 1 of the sweep lies. */
const between = ({ first, step }: Block, i: number): number => (step === 1 ? first + i : first - i - 1)

/** Zeroes an off-diagonal element that is negligible beside the singular values; else gives a lower bound of the smallest of these. */
function deflate(block: Block): number | undefined {
  const { d, e, first, step, count } = block
  const lastE = between(block, count - 1)
  if (Math.abs(e[lastE]!) <= TOLERANCE * Math.abs(d[first + step * count]!)) {
    e[lastE] = 0
    return undefined
  }
  let mu = Math.abs(d[first]!)
  let smallest = mu
  for (let i = 0; i < count; i++) {
    const at = between(block, i)
    const off = Math.abs(e[at]!)
    if (off <= TOLERANCE * mu) {
      e[at] = 0
      return undefined
    }
    mu = Math.abs(d[first + step * (i + 1)]!) * (mu / (mu + off))
    smallest = Math.min(smallest, mu)
  }
  return smallest
}

/** The smaller singular value of the last 2×2 block, or 0 where a shift would cost the smallest singular values their digits. */
function shiftOf(block: Block, smallest: number): number {
  const { d, e, first, step, count } = block
  let largest = Math.abs(d[first]!)
  for (let i = 0; i < count; i++) {
    largest = Math.max(largest, Math.abs(d[first + step * (i + 1)]!), Math.abs(e[between(block, i)]!))
  }
  if (d.length * TOLERANCE * (smallest / largest) <= UNIT) return 0
  const end = first + step * count
  const shift = smallerSingularValue(d[end - step]!, e[between(block, count - 1)]!, d[end]!)
  const ratio = shift / Math.abs(d[first]!)
  return ratio * ratio < UNIT ? 0 : shift
}

/** Of the matrix with rows (f, g) and (0, h); LAPACK's xLAS2. */
function smallerSingularValue(f: number, g: number, h: number): number {
  const [small, large] = [Math.min(Math.abs(f), Math.abs(h)), Math.max(Math.abs(f), Math.abs(h))]
  const off = Math.abs(g)
  if (small === 0) return 0
  const [sum, difference] = [1 + small / large, (large - small) / large]
  if (off < large) {
    const square = (off / large) * (off / large)
    return small * (2 / (Math.sqrt(sum * sum + square) + Math.sqrt(difference * difference + square)))
  }
  const ratio = large / off
  if (ratio === 0) return (small * large) / off
  const [a, b] = [sum * ratio, difference * ratio]
  const c = 1 / (Math.sqrt(1 + a * a) + Math.sqrt(1 + b * b))
  return 2 * (small * c) * ratio
}

/** The sweep of Demmel & Kahan, section 3: every element keeps its relative accuracy. */
function zeroShiftSweep(block: Block): void {
  const { d, e, first, step, count, left, right } = block
  let [c, s, oldC, oldS] = [1, 0, 1, 0]
  for (let i = 0; i < count; i++) {
    const at = first + step * i
    const [f, g] = [d[at]! * c, e[between(block, i)]!]
    const r = hypotenuse(f, g)
    c = r === 0 ? 1 : f / r
    s = r === 0 ? 0 : g / r
    if (i > 0) e[between(block, i - 1)] = oldS * r
    const [x, y] = [oldC * r, d[at + step]! * s]
    const length = hypotenuse(x, y)
    oldC = length === 0 ? 1 : x / length
    oldS = length === 0 ? 0 : y / length
    d[at] = length
    right?.turn(at, c, s)
    left?.turn(at, oldC, oldS)
  }
  const end = first + step * count
  const last = d[end]! * c
  d[end] = last * oldC
  e[between(block, count - 1)] = last * oldS
}

/** Golub & Van Loan, algorithm 8.6.1, with its shift given. */
function shiftedSweep(block: Block, shift: number): void {
  const { d, e, first, step, count, left, right } = block
  const start = d[first]!
  let f = (Math.abs(start) - shift) * ((start < 0 ? -1 : 1) + shift / start)
  let g = e[between(block, 0)]!
  for (let i = 0; i < count; i++) {
    const at = first + step * i
    const here = between(block, i)
    const r = hypotenuse(f, g)
    const [c, s] = r === 0 ? [1, 0] : [f / r, g / r]
    if (i > 0) e[between(block, i - 1)] = r
    f = c * d[at]! + s * e[here]!
    const off = c * e[here]! - s * d[at]!
    g = s * d[at + step]!
    const next = c * d[at + step]!
    right?.turn(at, c, s)
    const length = hypotenuse(f, g)
    const [c2, s2] = length === 0 ? [1, 0] : [f / length, g / length]
    d[at] = length
    f = c2 * off + s2 * next
    d[at + step] = c2 * next - s2 * off
    if (i + 1 < count) {
      const after = between(block, i + 1)
      g = s2 * e[after]!
      e[after] = c2 * e[after]!
    }
    left?.turn(at, c2, s2)
  }
  e[between(block, count - 1)] = f
}
