import { lengthOf, tensor, type Tensor } from '../array/index.ts'
import { leastDistance } from '../linalg/index.ts'
import type { TwoLayer } from '../nets/index.ts'
import { networkOf, type Network } from './network.ts'
import { pieces } from './slopes.ts'
import { twoLayerForm } from './two-layer-form.ts'

/** Networks with more hidden units are refused: there would be more than 2^12 patterns. */
export const mostUnits = 12

/**
 * The exact l2 distance from x to the nearest point of another class, of a network with one hidden layer of at most 12 piecewise
 * linear units: for every pattern of active units the nearest point with that pattern and a margin below 0 (by 10⁻¹² of that at x), a
 * least-distance problem (Lawson & Hanson 1974). Infinity where there is none. 0 for a point that is not classified as its label.
 * Errors: RangeError for other networks.
 */
export function exactRadius(network: Network | TwoLayer, x: Tensor, label: number): number {
  const net = networkOf('exactRadius', network)
  const form = twoLayerForm('exactRadius', net, label)
  const slopes = form && pieces[form.activation]
  if (!form || !slopes || form.width > mostUnits)
    throw new RangeError(
      `exactRadius: expected one hidden layer of at most ${mostUnits} piecewise linear units, got ${net.architecture.name}`,
    )
  const { inputs: d, width: m, W, b, margins } = form
  const z = Float64Array.from({ length: m }, (_, j) => {
    let sum = b[j]!
    for (let i = 0; i < d; i++) sum += W[j * d + i]! * x.data[i]!
    return sum
  })
  if (!z.every(Number.isFinite)) return NaN
  let best = Infinity
  for (const { a, c } of margins) {
    // Where the margin only touches 0, as on the edge of a region without active units, no class changes.
    const margin = a.reduce((sum, weight, j) => sum + weight * (z[j]! > 0 ? slopes[1] : slopes[0]) * z[j]!, c)
    const beyond = 1e-12 * Math.abs(margin)
    for (let pattern = 0; pattern < 1 << m; pattern++) {
      const active = (j: number): boolean => ((pattern >> j) & 1) === 1
      // Rows G δ ≥ h: active units stay at z ≥ 0, others at z ≤ 0, the margin at most 0.
      const G = new Float64Array((m + 1) * d)
      const h = new Float64Array(m + 1)
      h[m] = c + beyond
      for (let j = 0; j < m; j++) {
        const sign = active(j) ? 1 : -1
        const slope = a[j]! * (active(j) ? slopes[1] : slopes[0])
        h[j] = -sign * z[j]!
        h[m]! += slope * z[j]!
        for (let i = 0; i < d; i++) {
          G[j * d + i] = sign * W[j * d + i]!
          G[m * d + i]! -= slope * W[j * d + i]!
        }
      }
      const found = leastDistance(tensor(G, [m + 1, d]), tensor(h))
      if (found.status === 'found') best = Math.min(best, lengthOf(Float64Array.from(found.x.data)))
    }
  }
  return best
}
