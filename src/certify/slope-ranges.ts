import { roundoff, Tensor } from '../array/index.ts'
import { pi } from '../math/index.ts'
import { activations, type ActivationName } from '../nets/index.ts'
import type { Bounds } from './intervals.ts'
import { pieces, slopeRange } from './slopes.ts'

/** Where σ′ is extremal, and how large it is there. */
type Turn = readonly [at: number, slope: number]

const ROOT_TWO = 1.4142135623730951
const SILU_TURN = 2.399357280515468

/** The turns of σ′, between which it is monotone. */
const turns: Readonly<Partial<Record<ActivationName, (low: number, high: number) => readonly Turn[]>>> = {
  tanh: () => [[0, 1]],
  erf: () => [[0, slopeRange('slopes', 'erf')[1]]],
  sigmoid: () => [[0, 0.25]],
  softplus: () => [],
  gelu: () => hump('gelu', ROOT_TWO),
  silu: () => hump('silu', SILU_TURN),
  sin: (low, high) => periodic(0, 1, low, high),
  cos: (low, high) => periodic(pi / 2, -1, low, high),
}

/** σ′ falls until -at, rises until at and falls again. */
function hump(name: ActivationName, at: number): readonly Turn[] {
  const [least, most] = slopeRange('slopes', name)
  return [
    [-at, least],
    [at, most],
  ]
}

/** Turns at + kπ with slopes sign, -sign, sign … from k = 0 on, in both directions. */
function periodic(at: number, sign: 1 | -1, low: number, high: number): readonly Turn[] {
  if (!(high - low < 2 * pi))
    return [
      [low, 1],
      [low, -1],
    ]
  const found: Turn[] = []
  for (let k = Math.floor((low - at) / pi); k <= Math.ceil((high - at) / pi); k++)
    found.push([at + k * pi, k % 2 === 0 ? sign : -sign])
  return found
}

/** The relative distance within which a turn counts as inside: above the rounding of the constants here. */
const NEAR = 1e-12

/**
 * For each interval of z one that contains (σ(z′) - σ(z))/(z′ - z) for all z ≠ z′ of it: the range of σ′, by
 * the slopes at its ends and the turns inside, moved outwards by 32 roundings of 1 + |σ′|, more than the
 * computed slopes are off by. Errors: RangeError for an activation that is not Lipschitz.
 */
export function slopeRanges(name: ActivationName, { lower, upper }: Bounds): Bounds {
  const [least, most] = slopeRange('slopes', name)
  const n = lower.length
  const out = { lower: new Float64Array(n).fill(least), upper: new Float64Array(n).fill(most) }
  const sides = pieces[name]
  if (sides) {
    for (let j = 0; j < n; j++) {
      if (lower[j]! >= 0) out.lower[j] = out.upper[j] = sides[1]
      else if (upper[j]! <= 0) out.lower[j] = out.upper[j] = sides[0]
    }
    return out
  }
  const turnsOf = turns[name]
  if (!turnsOf) return out
  const slopesAt = (z: Float64Array): ArrayLike<number> =>
    activations[name].slope(new Tensor(z, [n], 'f64')).data
  const [left, right] = [slopesAt(lower), slopesAt(upper)]
  for (let j = 0; j < n; j++) {
    const [low, high] = [lower[j]!, upper[j]!]
    let [a, b] = [Math.min(left[j]!, right[j]!), Math.max(left[j]!, right[j]!)]
    const room = NEAR * (1 + Math.abs(low) + Math.abs(high))
    for (const [at, slope] of turnsOf(low, high)) {
      if (at < low - room || at > high + room) continue
      a = Math.min(a, slope)
      b = Math.max(b, slope)
    }
    const error = 32 * roundoff('f64') * (1 + Math.max(Math.abs(a), Math.abs(b)))
    // A NaN leaves everything possible.
    if (a - error > least) out.lower[j] = a - error
    if (b + error < most) out.upper[j] = b + error
  }
  return out
}
