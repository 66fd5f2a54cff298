/** Orthonormal bases, kept as lists of vectors: projections, combinations, orthogonalisation. */
import { combine, dot } from '../array/index.ts'
import { normal, type Stream } from '../random/index.ts'
import { withWorkspace } from '../run/index.ts'

/** ⟨v, w⟩ for every v, four at a time, which reads w once for all four. */
export function project(vs: readonly Float64Array[], w: Float64Array): Float64Array {
  const h = new Float64Array(vs.length)
  const n = w.length
  let j = 0
  for (; j + 3 < vs.length; j += 4) {
    const [a, b, c, d] = [vs[j]!, vs[j + 1]!, vs[j + 2]!, vs[j + 3]!]
    let [s0, s1, s2, s3] = [0, 0, 0, 0]
    for (let i = 0; i < n; i++) {
      const x = w[i]!
      s0 += a[i]! * x
      s1 += b[i]! * x
      s2 += c[i]! * x
      s3 += d[i]! * x
    }
    h[j] = s0
    h[j + 1] = s1
    h[j + 2] = s2
    h[j + 3] = s3
  }
  for (; j < vs.length; j++) h[j] = dot(vs[j]!, w)
  return h
}

const BLOCK = 512

/** w ← w - Σ h[j]·v[j], four at a time, and block by block, in which w stays in the cache. */
export function subtract(w: Float64Array, h: Float64Array, vs: readonly Float64Array[]): void {
  for (let from = 0; from < w.length; from += BLOCK) {
    const to = Math.min(w.length, from + BLOCK)
    let j = 0
    for (; j + 3 < vs.length; j += 4) {
      const [a, b, c, d] = [vs[j]!, vs[j + 1]!, vs[j + 2]!, vs[j + 3]!]
      const [h0, h1, h2, h3] = [h[j]!, h[j + 1]!, h[j + 2]!, h[j + 3]!]
      for (let i = from; i < to; i++) w[i] = w[i]! - (h0 * a[i]! + h1 * b[i]! + (h2 * c[i]! + h3 * d[i]!))
    }
    for (; j < vs.length; j++) {
      const [v, c] = [vs[j]!, h[j]!]
      for (let i = from; i < to; i++) w[i] = w[i]! - c * v[i]!
    }
  }
}

/** Elements of every vector that are multiplied at a time. */
const CHUNK = 4096

/** Σ s[j]·v[j] for every list s of coefficients: new vectors, by packed products. */
export function rotate(vs: readonly Float64Array[], lists: readonly Float64Array[]): Float64Array[] {
  const n = vs[0]?.length ?? 0
  const [p, m] = [lists.length, vs.length]
  const out = lists.map(() => new Float64Array(n))
  const most = Math.min(n, CHUNK)
  withWorkspace(p * m + (m + p) * most, m * most, (workspace) => {
    const [s, v, c] = [workspace.array(p * m), workspace.array(m * most), workspace.array(p * most)]
    lists.forEach((list, i) => s.set(list, i * m))
    for (let from = 0; from < n; from += CHUNK) {
      const width = Math.min(CHUNK, n - from)
      vs.forEach((x, j) => v.set(x.subarray(from, from + width), j * width))
      const [a, b] = [
        { data: s, row: m, column: 1 },
        { data: v, row: width, column: 1 },
      ]
      workspace.multiply(a, b, c, p, m, width)
      out.forEach((y, i) => y.set(c.subarray(i * width, (i + 1) * width), from))
    }
  })
  return out
}

/** An inner product: the images of the basis under B, or the basis itself, and x ↦ B x. */
export interface Inner {
  readonly images: Float64Array[]
  readonly image: (x: Float64Array) => Promise<Float64Array> | Float64Array
}

export interface Remainder {
  /** The coefficients that were taken away, summed over all passes. */
  readonly h: Float64Array
  readonly norm: number
  readonly image: Float64Array
  readonly passes: number
}

/**
 * w ← (I - V Vᵀ B) w by Gram-Schmidt, and again as long as a pass takes away more than half of what was there (Daniel, Gragg, Kaufman & Stewart, Math. Comp. 30,
 * 1976), at least `least` times. The norm is taken after the last pass.
 */
export async function orthogonalize(
  vs: readonly Float64Array[],
  w: Float64Array,
  inner: Inner,
  least: number,
): Promise<Remainder> {
  const h = new Float64Array(vs.length)
  let image = await inner.image(w)
  let norm = Math.sqrt(Math.max(0, dot(w, image)))
  let passes = 0
  while (passes < 4) {
    const before = norm
    const c = project(inner.images, w)
    subtract(w, c, vs)
    for (let j = 0; j < h.length; j++) h[j]! += c[j]!
    image = await inner.image(w)
    norm = Math.sqrt(Math.max(0, dot(w, image)))
    passes++
    if (passes >= least && (norm > 0.5 * before || norm === 0)) break
  }
  return { h, norm, image, passes }
}

/** A random direction of norm 1 across the basis, with its image; undefined where none is left. */
export async function freshDirection(
  vs: readonly Float64Array[],
  n: number,
  inner: Inner,
  random: Stream,
): Promise<{ vector: Float64Array; image: Float64Array; passes: number } | undefined> {
  if (vs.length >= n) return undefined
  for (let attempt = 0; attempt < 8; attempt++) {
    const vector = normal(random, n)
    const whole = Math.sqrt(Math.max(0, dot(vector, await inner.image(vector))))
    const { norm, image, passes } = await orthogonalize(vs, vector, inner, 2)
    if (norm > 1e-10 * whole) return { ...unit(vector, image, norm), passes }
  }
  return undefined
}

/** w/norm and its image, in place. */
export function unit(
  w: Float64Array,
  image: Float64Array,
  norm: number,
): { vector: Float64Array; image: Float64Array } {
  combine(w, [1 / norm], [w])
  if (image !== w) combine(image, [1 / norm], [image])
  return { vector: w, image }
}

/** max |VᵀBV - I|. */
export function orthogonalityLoss(vs: readonly Float64Array[], images: readonly Float64Array[]): number {
  let worst = 0
  vs.forEach((v, i) => {
    project(images.slice(0, i + 1), v).forEach((g, j) => {
      worst = Math.max(worst, Math.abs(g - (i === j ? 1 : 0)))
    })
  })
  return worst
}
