import type { Tensor } from '../array/index.ts'
import { dualLength, type Norm } from '../attacks/index.ts'
import type { TwoLayer } from '../nets/index.ts'
import { lowerBounds } from './crown.ts'
import type { Bounds } from './intervals.ts'
import { marginRows, networkOf, outputsOf, type Network } from './network.ts'
import { slack } from './slack.ts'
import { slopeRanges } from './slope-ranges.ts'
import { twoLayerForm, type TwoLayerForm } from './two-layer-form.ts'
import { WeightedNorm } from './weighted-norm.ts'

type BallNorm = Exclude<Norm, 'l0'>

/**
 * Radius of a network with one hidden layer by its Lipschitz constants on balls around x, for every
 * Lipschitz activation and in l1, l2 and linf. Within distance s the slope of unit j lies in the range of σ′
 * over z_j ± s‖w_j‖; with c the middles of these ranges, h their halves and t = h∘|a|,
 *
 *     Lip(s) ≤ ‖Wᵀ(c∘a)‖ + ‖diag(√t) W‖·‖√t‖   or, coordinate by coordinate,   ‖|Wᵀ(c∘a)| + |W|ᵀt‖
 *
 * in the dual norm; for relu and |a| constant the first is the bound of `localRadius`. A margin at distance
 * r is at least m - ∫₀^r Lip(s) ds instead of m - r Lip(r): r is certified where a sum of cells from above
 * reaches m. `label` is a class, or ±1. Errors: RangeError for other networks.
 */
export function integratedRadius(
  network: Network | TwoLayer,
  x: Tensor,
  label: number,
  norm: BallNorm = 'l2',
): number {
  const net = networkOf('integratedRadius', network)
  const form = twoLayerForm('integratedRadius', net, label)
  if (!form) throw new RangeError(`integratedRadius: expected one hidden layer, got ${net.architecture.name}`)
  const point = Float64Array.from(x.data)
  const rows = marginRows('integratedRadius', outputsOf(net), label)
  const values = lowerBounds(net, point, rows, { norm, radius: 0 }, 'intervals')
  const at = preactivations(form, point)
  let least = Infinity
  for (const [k, { a }] of form.margins.entries()) {
    const value = values[k]!
    if (Number.isNaN(value)) return NaN
    if (!(value > 0)) return 0
    least = Math.min(
      least,
      integrate(value, () => lipschitzOn(form, at, a, norm), least, cellsOf(form)),
    )
  }
  return least
}

/** Preactivations at x, rounding included, and each row. */
interface Start extends Bounds {
  readonly row: (j: number) => Float64Array
}

function preactivations({ W, b, inputs: d, width: m }: TwoLayerForm, x: Float64Array): Start {
  const [lower, upper] = [new Float64Array(m), new Float64Array(m)]
  for (let j = 0; j < m; j++) {
    let [sum, size] = [b[j]!, Math.abs(b[j]!)]
    for (let i = 0; i < d; i++) {
      sum += W[j * d + i]! * x[i]!
      size += Math.abs(W[j * d + i]! * x[i]!)
    }
    lower[j] = sum - slack(d) * size
    upper[j] = sum + slack(d) * size
  }
  return { lower, upper, row: (j) => W.subarray(j * d, (j + 1) * d) }
}

/** s ↦ an upper bound of Lip(s), to be asked for ascending s. */
function lipschitzOn(
  { W, activation, inputs: d, width: m }: TwoLayerForm,
  { lower, upper, row }: Start,
  a: Float64Array,
  norm: BallNorm,
): (s: number) => number {
  const lengths = Float64Array.from({ length: m }, (_, j) => dualLength(norm, row(j)) * (1 + slack(d)))
  const spread = new Float64Array(m)
  const weighted = norm === 'l1' ? undefined : new WeightedNorm(W, m, d)
  return (s) => {
    const moved = (ends: Float64Array, sign: 1 | -1): Float64Array =>
      ends.map((z, j) => z + sign * (s * lengths[j]! + slack(1) * (Math.abs(z) + s * lengths[j]!)))
    const slopes = slopeRanges(activation, { lower: moved(lower, -1), upper: moved(upper, 1) })
    const [centre, beside] = [new Float64Array(d), new Float64Array(d)]
    let [error, whole] = [0, 0]
    for (let j = 0; j < m; j++) {
      const [p, q] = [slopes.lower[j]!, slopes.upper[j]!]
      const c = ((p + q) / 2) * a[j]!
      // Intervals grow, and so do the ranges; rounding may not undo that.
      const t = Math.max(spread[j]!, ((q - p) / 2) * Math.abs(a[j]!))
      spread[j] = t
      error += Math.abs(c) * lengths[j]!
      whole += t
      const w = row(j)
      for (let i = 0; i < d; i++) {
        centre[i]! += c * w[i]!
        beside[i]! += t * Math.abs(w[i]!)
      }
    }
    const off = slack(m) * error
    const total = centre.map((v, i) => Math.abs(v) + beside[i]!)
    const byCoordinates = (dualLength(norm, total) + off) * (1 + slack(m + d))
    if (!weighted) return byCoordinates
    // ‖u‖₁ ≤ √d‖u‖₂ where l1 is the dual norm.
    const factor = norm === 'linf' ? Math.sqrt(d) : 1
    const aside = whole === 0 ? 0 : factor * weighted.bound(spread) * Math.sqrt(whole)
    const bySpectrum = (dualLength(norm, centre) + aside + off) * (1 + slack(m + d))
    return bySpectrum < byCoordinates ? bySpectrum : byCoordinates
  }
}

/** Cells up to where the slope at x alone would lead; fewer where each is expensive. */
function cellsOf({ inputs, width }: TwoLayerForm): number {
  return Math.min(inputs, width) <= 384 ? 16 : 6
}

/** Cells at most, where slopes stay far below what they may be. */
const MOST_CELLS = 64

/**
 * A lower bound of the r with ∫₀^r Lip(s) ds = value, never below value/Lip(∞), which is the centred radius;
 * more than `enough` is not looked for.
 */
function integrate(value: number, make: () => (s: number) => number, enough: number, cells: number): number {
  const centred = (value / make()(Number.MAX_VALUE)) * (1 - slack(4))
  if (centred === Infinity || centred >= enough) return centred
  const constant = make()
  const start = constant(0)
  const step = start > 0 ? Math.min(centred, value / (cells * start)) : centred / 4
  let [s, used] = [0, 0]
  for (let cell = 0; cell < MOST_CELLS && s < enough; cell++, s += step) {
    const slope = constant(s + step)
    const after = (used + slope * step) * (1 + slack(2))
    if (!(after < value)) {
      const last = (s + ((value - used) * (1 - slack(4))) / slope) * (1 - slack(cell + 4))
      return Math.max(centred, last)
    }
    used = after
  }
  return Math.max(centred, s * (1 - slack(MOST_CELLS)))
}
