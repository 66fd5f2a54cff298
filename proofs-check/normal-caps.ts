import { normalCdf } from '../src/math/index.ts'
import { quantileCap } from './caps.ts'

/**
 * The cap of a median whose measurement is close to normal with at most this standard deviation, and whose declared
 * truth lies within `bias` of the target.
 */
export function normalMedianCap(plan: {
  readonly deviation: number
  readonly margin: number
  readonly bias?: number
  readonly alpha: number
  readonly block: number
}): number {
  const { deviation, margin, bias = 0, alpha, block } = plan
  const above = normalCdf((margin - bias) / deviation)
  return quantileCap({ q: 0.5, below: 1 - above, above, alpha, block })
}
