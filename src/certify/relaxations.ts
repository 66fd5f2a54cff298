import type { ActivationName } from '../nets/index.ts'
import { applied, outward, type Bounds } from './intervals.ts'
import { slack } from './slack.ts'
import { pieces, slopeRange } from './slopes.ts'

/** Lines below and above an activation on the bounds of its input: lower slope·z + lower offset ≤ σ(z) ≤ …, elementwise. */
export interface Relaxation {
  readonly below: { readonly slope: Float64Array; readonly offset: Float64Array }
  readonly above: { readonly slope: Float64Array; readonly offset: Float64Array }
}

/**
 * Lines for CROWN (Zhang et al., arXiv:1811.00866). Piecewise linear activations have the chord above, and below the piece of
 * the longer side, which makes the smaller area; others both at the chord's slope, as far apart as values on a grid of 64 points and
 * the Lipschitz constant allow. Offsets are rounded outwards.
 */
export function relaxed(name: ActivationName, bounds: Bounds): Relaxation {
  const slopes = pieces[name]
  return slopes ? kinked(slopes, bounds) : sampled(name, bounds)
}

function emptyLines(n: number): Relaxation {
  const line = (): Relaxation['below'] => ({ slope: new Float64Array(n), offset: new Float64Array(n) })
  return { below: line(), above: line() }
}

function kinked([left, right]: readonly [number, number], { lower, upper }: Bounds): Relaxation {
  const { below, above } = emptyLines(lower.length)
  lower.forEach((l, i) => {
    const u = upper[i]!
    if (l >= 0 || u <= 0) {
      below.slope[i] = above.slope[i] = l >= 0 ? right : left
      return
    }
    const chord = (right * u - left * l) / (u - l)
    above.slope[i] = chord
    // The chord must lie above both ends, whatever was rounded.
    const room = slack(4) * (Math.abs(u) + Math.abs(l)) * (Math.abs(chord) + Math.abs(right) + Math.abs(left))
    above.offset[i] = Math.max(right * u - chord * u, left * l - chord * l) + room
    below.slope[i] = u >= -l ? right : left
  })
  return { below, above }
}

const points = 64

function sampled(name: ActivationName, { lower, upper }: Bounds): Relaxation {
  const n = lower.length
  const { below, above } = emptyLines(n)
  const [least, most] = slopeRange('crown', name)
  const z = new Float64Array(n * (points + 1))
  for (let i = 0; i < n; i++)
    for (let k = 0; k <= points; k++)
      z[i * (points + 1) + k] = k === points ? upper[i]! : lower[i]! + ((upper[i]! - lower[i]!) * k) / points
  const value = applied(name, z)
  const [low, high] = [outward(value, -1), outward(value, 1)]
  for (let i = 0; i < n; i++) {
    const start = i * (points + 1)
    const width = upper[i]! - lower[i]!
    const chord = width > 0 ? (value[start + points]! - value[start]!) / width : 0
    const slope = Math.min(most, Math.max(least, Number.isFinite(chord) ? chord : 0))
    let [bottom, top] = [Infinity, -Infinity]
    for (let k = 0; k <= points; k++) {
      const at = slope * z[start + k]!
      const room = slack(2) * Math.abs(at)
      bottom = Math.min(bottom, low[start + k]! - at - room)
      top = Math.max(top, high[start + k]! - at + room)
    }
    // Between two grid points σ - slope·z leaves their values by at most half a step times its own Lipschitz constant.
    const steep = Math.max(Math.abs(most - slope), Math.abs(least - slope))
    const gap = ((width / points) * steep * (1 + slack(points))) / 2
    below.slope[i] = above.slope[i] = slope
    below.offset[i] = bottom - gap
    above.offset[i] = top + gap
  }
  return { below, above }
}
