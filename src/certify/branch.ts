import { lengthOf, Tensor, tensor } from '../array/index.ts'
import { leastDistance, qr } from '../linalg/index.ts'
import type { TwoLayer } from '../nets/index.ts'
import { networkOf, type Network } from './network.ts'
import { pieces } from './slopes.ts'
import { twoLayerForm, type TwoLayerForm } from './two-layer-form.ts'

/**
 * - `closed`: the ends are as near as was asked for;
 * - `stopped`: the cap on parts was reached, the ends stand;
 * - `unresolved`: values are not numbers.
 */
export interface Branched {
  readonly lower: number
  /** The distance of a point with a margin of at most 0, to rounding; Infinity when none was found. */
  readonly upper: number
  readonly status: 'closed' | 'stopped' | 'unresolved'
  /** Parts of the space that were bounded. */
  readonly parts: number
  /** That point, of the shape of x. */
  readonly adversarial: Tensor | undefined
}

export interface BranchOptions {
  /** upper/lower to be reached. Default 1.1. */
  readonly ratio?: number
  /** A distance at which an adversarial point is known. */
  readonly upper?: number
  /** At most so many parts. Default 20000. */
  readonly parts?: number
}

/** The part of the space where some units have a known sign; 0 means that either may hold. */
type Signs = Int8Array

/**
 * Branch and bound (as Bunel et al., arXiv:1711.00455) on the signs of the units of a network with one
 * hidden layer of piecewise linear units, for the l2 distance to the nearest other class. On a part with
 * some signs known, within the distance U of the best point so far, the margin is at least a linear function
 * (CROWN's lines on the units that are left); the shortest δ that keeps the signs and makes it at most 0 (a
 * least-distance problem) bounds every adversarial point of the part from below, and the ray through it
 * often meets a new one. The unit whose lines are farthest off at δ splits the part. Least-distance problems
 * are solved to rounding, so `lower` is reduced by a relative 1e-9. `label` is a class, or ±1. Errors:
 * RangeError for other networks.
 */
export function branchedRadius(
  network: Network | TwoLayer,
  x: Tensor,
  label: number,
  { ratio = 1.1, upper = Infinity, parts = 20_000 }: BranchOptions = {},
): Branched {
  const net = networkOf('branchedRadius', network)
  const form = twoLayerForm('branchedRadius', net, label)
  const slopes = form && pieces[form.activation]
  if (!form || !slopes)
    throw new RangeError(
      `branchedRadius: expected one hidden layer of piecewise linear units, got ${net.architecture.name}`,
    )
  if (!(ratio >= 1)) throw new RangeError(`branchedRadius: expected a ratio of at least 1, got ${ratio}`)
  const frame = frameOf(form, Float64Array.from(x.data))
  const search = new Search(frame, slopes, ratio, upper, parts)
  for (const { a, c } of form.margins) search.margin(a, c)
  const { least, best, point, used, isUnresolved } = search
  const status = isUnresolved ? 'unresolved' : used >= parts ? 'stopped' : 'closed'
  const lower = isUnresolved ? 0 : Math.min(least, best) * (1 - 1e-9)
  const adversarial = point && new Tensor(frame.place(point), x.shape, 'f64')
  return { lower, upper: point || upper < Infinity ? best : Infinity, status, parts: used, adversarial }
}

/** Preactivations z + Vy for a perturbation with coordinates y, of its own length. */
interface Frame {
  readonly m: number
  readonly n: number
  readonly V: Float64Array
  readonly lengths: Float64Array
  readonly z: Float64Array
  readonly place: (y: Float64Array) => Float64Array
}

/** Perturbations across all rows of W change nothing: with Wᵀ = QR they are Qy, and Wδ = Rᵀy. */
function frameOf({ W, b, inputs: d, width: m }: TwoLayerForm, x: Float64Array): Frame {
  const product = (A: Float64Array, n: number, y: Float64Array, out: Float64Array): Float64Array => {
    for (let j = 0; j < out.length; j++) for (let i = 0; i < n; i++) out[j]! += A[j * n + i]! * y[i]!
    return out
  }
  const z = product(W, d, x, b.slice())
  const lengthsOf = (V: Float64Array, n: number): Float64Array =>
    Float64Array.from({ length: m }, (_, j) => lengthOf(V.subarray(j * n, (j + 1) * n)))
  if (d <= m) {
    const place = (y: Float64Array): Float64Array => x.map((v, i) => v + y[i]!)
    return { m, n: d, V: W, lengths: lengthsOf(W, d), z, place }
  }
  const transposed = new Float64Array(d * m)
  for (let j = 0; j < m; j++) for (let i = 0; i < d; i++) transposed[i * m + j] = W[j * d + i]!
  const { q, r } = qr(new Tensor(transposed, [d, m], 'f64'))
  const V = new Float64Array(m * m)
  for (let j = 0; j < m; j++) for (let i = 0; i < m; i++) V[j * m + i] = r.data[i * m + j]!
  const place = (y: Float64Array): Float64Array => product(q.data as Float64Array, m, y, x.slice())
  return { m, n: m, V, lengths: lengthsOf(V, m), z, place }
}

/** The lower line of the margin on a part: slope·preactivations + offset, unit by unit. */
interface Lines {
  readonly slope: Float64Array
  readonly offset: Float64Array
}

/** How often a ball without a point is made four times as large. */
const WIDEST = 8

class Search {
  readonly #frame: Frame
  readonly #slopes: readonly [left: number, right: number]
  readonly #ratio: number
  readonly #cap: number
  #a: Float64Array = new Float64Array(0)
  #c = 0
  /** The distance within which is searched: that of the best point, once there is one. */
  best: number
  point: Float64Array | undefined
  /** The least bound of the parts that were left alone. */
  least = Infinity
  used = 0
  isUnresolved = false

  constructor(frame: Frame, slopes: readonly [number, number], ratio: number, upper: number, cap: number) {
    this.#frame = frame
    this.#slopes = slopes
    this.#ratio = ratio
    this.#cap = cap
    this.best = upper
  }

  /** Searches the part of the space where one margin is at most 0. */
  margin(a: Float64Array, c: number): void {
    ;[this.#a, this.#c] = [a, c]
    const { m, n, z, V } = this.#frame
    const [left, right] = this.#slopes
    const slope = a.map((v, j) => v * (z[j]! > 0 ? right : left))
    const value = this.#valueOf(z)
    if (!Number.isFinite(value)) {
      this.isUnresolved = true
      return
    }
    if (!(value > 0)) this.#improve(new Float64Array(n))
    const downhill = new Float64Array(n)
    for (let j = 0; j < m; j++) for (let i = 0; i < n; i++) downhill[i]! -= slope[j]! * V[j * n + i]!
    this.#alongRay(downhill)
    if (this.best < Infinity) this.#explore([{ signs: new Int8Array(m), bound: 0 }])
    else this.#widen(value / lengthOf(downhill))
  }

  /** With no point to start from, ever larger balls; the last one without a point is certified. */
  #widen(first: number): void {
    const others = this.least
    let horizon = first > 0 && first < Infinity ? first : this.#farthest()
    for (let widened = 0; ; widened++, horizon *= 4) {
      this.least = others
      this.best = horizon
      this.#explore([{ signs: new Int8Array(this.#frame.m), bound: 0 }])
      if (this.best < horizon) return
      this.least = Math.min(this.least, horizon)
      this.best = Infinity
      if (widened === WIDEST || this.used >= this.#cap) return
    }
  }

  /** The distance of the farthest kink: beyond it nothing changes along rays that cross it. */
  #farthest(): number {
    const { z, lengths } = this.#frame
    return (
      z.reduce((most, v, j) => (lengths[j]! > 0 ? Math.max(most, Math.abs(v) / lengths[j]!) : most), 0) || 1
    )
  }

  #explore(stack: { readonly signs: Signs; readonly bound: number }[]): void {
    for (let part = stack.pop(); part; part = stack.pop()) {
      if (part.bound * this.#ratio >= this.best || this.used >= this.#cap) {
        if (part.bound < this.best) this.least = Math.min(this.least, part.bound)
        continue
      }
      this.used++
      const lines = this.#linesOn(part.signs)
      const y = lines && this.#shortest(part.signs, lines)
      if (!y) continue
      const bound = Math.max(part.bound, lengthOf(y))
      if (bound >= this.best) continue
      this.#alongRay(y)
      const split = this.#worst(part.signs, lines, y)
      if (split < 0) {
        // The lines are exact here: the point is adversarial itself.
        this.#improve(y)
        continue
      }
      const toward = this.#preactivation(split, y) >= 0 ? 1 : -1
      for (const sign of [-toward, toward]) {
        const signs = part.signs.slice()
        signs[split] = sign
        stack.push({ signs, bound })
      }
    }
  }

  #preactivation(j: number, y: Float64Array): number {
    const { n, V, z } = this.#frame
    let sum = z[j]!
    for (let i = 0; i < n; i++) sum += V[j * n + i]! * y[i]!
    return sum
  }

  #valueOf(z: ArrayLike<number>): number {
    const [left, right] = this.#slopes
    return this.#a.reduce((sum, a, j) => sum + a * z[j]! * (z[j]! > 0 ? right : left), this.#c)
  }

  #improve(y: Float64Array): void {
    const length = lengthOf(y)
    if (!(length < this.best)) return
    this.best = length
    this.point = y.slice()
  }

  /** The first point along a ray at which the margin, piecewise linear there, is at most 0. */
  #alongRay(y: Float64Array): void {
    const { m, z } = this.#frame
    const length = lengthOf(y)
    if (!(length > 0)) return
    const speed = Float64Array.from({ length: m }, (_, j) => this.#preactivation(j, y) - z[j]!)
    const at = (t: number): number => this.#valueOf(z.map((v, j) => v + t * speed[j]!))
    const kinks = Array.from(z, (v, j) => -v / speed[j]!).filter((t) => t > 0 && t < Infinity)
    const end = this.best < Infinity ? this.best / length : Math.max(1, ...kinks) * 2
    let [before, value] = [0, at(0)]
    for (const t of [...kinks.filter((t) => t < end).sort((p, q) => p - q), end]) {
      const next = at(t)
      if (next <= 0) {
        const crossing = value > 0 ? before + ((t - before) * value) / (value - next) : before
        this.#improve(y.map((v) => v * crossing))
        return
      }
      ;[before, value] = [t, next]
    }
  }

  /**
   * The lower line of the margin on a part within the best distance, or undefined where the part is empty
   * there.
   */
  #linesOn(signs: Signs): Lines | undefined {
    const { m, z, lengths } = this.#frame
    const [left, right] = this.#slopes
    const [slope, offset] = [new Float64Array(m), new Float64Array(m)]
    for (let j = 0; j < m; j++) {
      const reach = this.best * lengths[j]! * (1 + 1e-12)
      const low = signs[j]! > 0 ? Math.max(0, z[j]! - reach) : z[j]! - reach
      const high = signs[j]! < 0 ? Math.min(0, z[j]! + reach) : z[j]! + reach
      if (low > high) return undefined
      const a = this.#a[j]!
      if (low >= 0 || high <= 0) slope[j] = a * (low >= 0 ? right : left)
      // A convex unit lies above either piece, and below its chord.
      else if (a > 0) slope[j] = a * (high >= -low ? right : left)
      else {
        const chord = (right * high - left * low) / (high - low)
        slope[j] = a * chord
        offset[j] = a * (right * high - chord * high)
      }
    }
    return { slope, offset }
  }

  /** The shortest perturbation that keeps the signs and brings the line of the margin to 0. */
  #shortest(signs: Signs, { slope, offset }: Lines): Float64Array | undefined {
    const { m, n, V, z } = this.#frame
    const known = Array.from(signs.keys()).filter((j) => signs[j] !== 0)
    const k = known.length
    const G = new Float64Array((k + 1) * n)
    const h = new Float64Array(k + 1)
    known.forEach((j, r) => {
      for (let i = 0; i < n; i++) G[r * n + i] = signs[j]! * V[j * n + i]!
      h[r] = -signs[j]! * z[j]!
    })
    h[k] = this.#c
    for (let j = 0; j < m; j++) {
      h[k]! += slope[j]! * z[j]! + offset[j]!
      if (slope[j] !== 0) for (let i = 0; i < n; i++) G[k * n + i]! -= slope[j]! * V[j * n + i]!
    }
    const found = leastDistance(tensor(G, [k + 1, n]), tensor(h))
    return found.status === 'found' ? (found.x.data as Float64Array) : undefined
  }

  /**
   * The unit without a sign whose line is farthest from it at a point, or -1 where all lines are exact to
   * rounding.
   */
  #worst(signs: Signs, { slope, offset }: Lines, y: Float64Array): number {
    const [left, right] = this.#slopes
    let [worst, unit, size] = [0, -1, Math.abs(this.#c)]
    for (let j = 0; j < signs.length; j++) {
      const z = this.#preactivation(j, y)
      const exact = this.#a[j]! * z * (z > 0 ? right : left)
      size += Math.abs(exact)
      const gap = exact - (slope[j]! * z + offset[j]!)
      if (signs[j] === 0 && gap > worst) [worst, unit] = [gap, j]
    }
    return worst > 1e-12 * size ? unit : -1
  }
}
