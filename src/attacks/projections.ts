import { lengthIn, type Norm } from './norms.ts'

/** A projection: the perturbation, its length, and whether the hyperplane can be reached inside the box. */
export interface Projection {
  readonly perturbation: Float64Array
  readonly length: number
  /** False where the box does not meet the hyperplane: then the perturbation goes to the box's nearest corner. */
  readonly reached: boolean
}

/**
 * The smallest δ with ⟨w, x + δ⟩ = b, w = `normal`, and x + δ in [low, high]ᵈ, x inside (Croce & Hein, arXiv:1907.02044, section 3.1), in
 * l1, l2 or linf. With g = b - ⟨w, x⟩ = `gap` every coordinate moves towards sign(g w_i), by at most its room c_i:
 *
 * - linf: min(t, c_i) with Σ |w_i| min(t, c_i) = |g|;
 * - l2: min(t|w_i|, c_i) with Σ |w_i| min(t|w_i|, c_i) = |g|;
 * - l1: coordinates in order of falling |w_i|, each up to its room.
 *
 * The t are found by sorting the breakpoints, exactly but for rounding. On ℝᵈ, with infinite rooms, they are
 * g w/‖w‖², g sign(w)/‖w‖₁ and the coordinate of the largest |w_i|.
 */
export function ontoHyperplane(
  norm: Exclude<Norm, 'l0'>,
  x: Float64Array,
  normal: Float64Array,
  gap: number,
  low: number,
  high: number,
): Projection {
  const d = x.length
  const perturbation = new Float64Array(d)
  if (gap === 0) return { perturbation, length: 0, reached: true }
  // In units of the largest weight, so that products of the smallest numbers do not vanish.
  const largest = lengthIn('linf', normal)
  const w = normal.map((v) => (largest > 0 ? v / largest : 0))
  const need = Math.abs(gap) / largest
  // Room of every coordinate in its direction; those with w_i = 0 do not help.
  const direction = (i: number): number => Math.sign(gap) * Math.sign(w[i]!)
  const room = (i: number): number => (direction(i) > 0 ? high - x[i]! : x[i]! - low)
  const useful: number[] = []
  for (let i = 0; i < d; i++) if (w[i] !== 0 && room(i) > 0) useful.push(i)
  const move = (i: number, size: number): void => {
    perturbation[i] = direction(i) * Math.min(size, room(i))
  }
  let reach = 0
  for (const i of useful) reach += Math.abs(w[i]!) * room(i)
  if (!(reach >= need)) {
    for (const i of useful) move(i, Infinity)
    return { perturbation, length: lengthIn(norm, perturbation), reached: false }
  }
  if (norm === 'l1') {
    useful.sort((i, j) => Math.abs(w[j]!) - Math.abs(w[i]!) || i - j)
    let left = need
    for (const i of useful) {
      const size = Math.min(left / Math.abs(w[i]!), room(i))
      move(i, size)
      left -= size * Math.abs(w[i]!)
      if (left <= 0) break
    }
  } else {
    const t = level(norm, useful, w, room, need)
    for (const i of useful) move(i, norm === 'linf' ? t : t * Math.abs(w[i]!))
  }
  return { perturbation, length: lengthIn(norm, perturbation), reached: true }
}

/** The t with Σ |w_i| min(t s_i, c_i) = need, s_i = 1 or |w_i|: linear between the breakpoints c_i/s_i. */
function level(
  norm: 'l2' | 'linf',
  useful: readonly number[],
  w: Float64Array,
  room: (i: number) => number,
  need: number,
): number {
  const share = (i: number): number => (norm === 'linf' ? 1 : Math.abs(w[i]!))
  const order = useful
    .map((i) => ({ i, breakpoint: room(i) / share(i) }))
    .sort((p, q) => p.breakpoint - q.breakpoint || p.i - q.i)
  // Rates of those that still move are summed from the end, so that no subtraction loses digits.
  const rates = new Float64Array(order.length + 1)
  for (let k = order.length - 1; k >= 0; k--)
    rates[k] = rates[k + 1]! + Math.abs(w[order[k]!.i]!) * share(order[k]!.i)
  let full = 0
  for (let k = 0; k < order.length; k++) {
    const { i, breakpoint } = order[k]!
    const t = (need - full) / rates[k]!
    if (t <= breakpoint) return t
    full += Math.abs(w[i]!) * room(i)
  }
  return order.at(-1)?.breakpoint ?? 0
}

/** The nearest point of the ball ‖v‖ ≤ radius to v, in l2's sense for l1 (Duchi et al. 2008); in place. */
export function ontoBall(norm: Norm, v: Float64Array, radius: number): Float64Array {
  const length = lengthIn(norm, v)
  if (!(length > radius)) return v
  if (norm === 'linf') for (let i = 0; i < v.length; i++) v[i] = Math.min(radius, Math.max(-radius, v[i]!))
  else if (norm === 'l2') for (let i = 0; i < v.length; i++) v[i]! *= radius / length
  else if (norm === 'l0') keepLargest(v, Math.floor(radius))
  else {
    const sizes = Float64Array.from(v, Math.abs).sort().reverse()
    let [sum, threshold] = [0, 0]
    for (let k = 0; k < sizes.length; k++) {
      sum += sizes[k]!
      const candidate = (sum - radius) / (k + 1)
      if (candidate >= sizes[k]!) break
      threshold = candidate
    }
    for (let i = 0; i < v.length; i++) v[i] = Math.sign(v[i]!) * Math.max(0, Math.abs(v[i]!) - threshold)
  }
  return v
}

/** Zeros all but the k largest entries; the first ones among equals stay. */
export function keepLargest(v: Float64Array, k: number): Float64Array {
  const order = Array.from(v.keys()).sort((i, j) => Math.abs(v[j]!) - Math.abs(v[i]!) || i - j)
  for (const i of order.slice(k)) v[i] = 0
  return v
}
