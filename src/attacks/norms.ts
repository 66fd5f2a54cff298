import { dot } from '../array/index.ts'

/** How perturbations are measured; l0 counts the coordinates that change. */
export type Norm = 'l0' | 'l1' | 'l2' | 'linf'

/** The length of v. l2 is scaled by the largest entry where squares leave the range of numbers. */
export function lengthIn(norm: Norm, v: Float64Array): number {
  let largest = 0
  let total = 0
  let count = 0
  for (let i = 0; i < v.length; i++) {
    const size = Math.abs(v[i]!)
    // NaN stays NaN.
    largest = size > largest || size !== size ? size : largest
    total += size
    if (size !== 0) count++
  }
  if (norm === 'linf') return largest
  if (norm === 'l1') return total
  if (norm === 'l0') return count
  const square = dot(v, v)
  if ((square > 1e-200 && square < 1e200) || largest === 0 || !(largest < Infinity)) return Math.sqrt(square)
  let sum = 0
  for (let i = 0; i < v.length; i++) sum += (v[i]! / largest) * (v[i]! / largest)
  return largest * Math.sqrt(sum)
}

/** The norm dual to l1, l2 or linf: the largest ⟨g, u⟩ over ‖u‖ ≤ 1. */
export function dualLength(norm: Norm, g: Float64Array): number {
  return lengthIn(norm === 'l1' ? 'linf' : norm === 'linf' ? 'l1' : 'l2', g)
}

/** The u of ‖u‖ = 1 with the largest ⟨g, u⟩; zero for a zero g. For l1 (and l0) the first largest coordinate. */
export function steepest(norm: Norm, g: Float64Array): Float64Array {
  const u = new Float64Array(g.length)
  if (norm === 'linf') {
    for (let i = 0; i < g.length; i++) u[i] = Math.sign(g[i]!)
  } else if (norm === 'l2') {
    const length = lengthIn('l2', g)
    if (length > 0) for (let i = 0; i < g.length; i++) u[i] = g[i]! / length
  } else {
    let best = -1
    for (let i = 0; i < g.length; i++) if (best < 0 || Math.abs(g[i]!) > Math.abs(g[best]!)) best = i
    if (best >= 0) u[best] = Math.sign(g[best]!)
  }
  return u
}

/** x + c·v */
export function along(x: Float64Array, v: Float64Array, c: number): Float64Array {
  const out = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) out[i] = x[i]! + c * v[i]!
  return out
}

/** x - y */
export function difference(x: Float64Array, y: Float64Array): Float64Array {
  return along(x, y, -1)
}
