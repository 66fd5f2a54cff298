import { lengthIn } from './norms.ts'

/** Where adversarial points may lie: anywhere, in a box, or on the sphere ‖x′‖₂ = ‖x‖₂ around 0. */
export type Domain =
  | { readonly kind: 'all' }
  | { readonly kind: 'box'; readonly low: number; readonly high: number }
  | { readonly kind: 'sphere' }

/** A domain for one point. */
export interface Room {
  readonly low: number
  readonly high: number
  /** ‖x‖₂ on a sphere, else undefined. */
  readonly radius: number | undefined
}

/** Refuses a point outside of its box, and boxes that are none. */
export function roomOf(domain: Domain, x: Float64Array): Room {
  switch (domain.kind) {
    case 'all':
      return { low: -Infinity, high: Infinity, radius: undefined }
    case 'sphere':
      return { low: -Infinity, high: Infinity, radius: lengthIn('l2', x) }
    case 'box': {
      const { low, high } = domain
      if (!(low < high)) throw new RangeError(`attack: expected a box with low < high, got [${low}, ${high}]`)
      const outside = x.findIndex((value) => value < low || value > high)
      if (outside >= 0)
        throw new RangeError(`attack: expected a point in [${low}, ${high}], got ${x[outside]} at ${outside}`)
      return { low, high, radius: undefined }
    }
    default:
      throw new RangeError(
        `attack: expected domain all, box or sphere, got ${JSON.stringify((domain as { kind: unknown }).kind)}`,
      )
  }
}

/** The nearest point of the domain, in place: exact in a box, to rounding on a sphere. */
export function into({ low, high, radius }: Room, x: Float64Array): Float64Array {
  if (radius !== undefined) {
    const length = lengthIn('l2', x)
    if (length > 0) for (let i = 0; i < x.length; i++) x[i] = (x[i]! / length) * radius
  } else if (low > -Infinity || high < Infinity) {
    for (let i = 0; i < x.length; i++) x[i] = Math.min(high, Math.max(low, x[i]!))
  }
  return x
}
