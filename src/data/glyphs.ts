import { Tensor } from '../array/index.ts'
import { normal, stream, uniform } from '../random/index.ts'
import type { Dataset } from './dataset.ts'
import { skeletons } from './strokes.ts'

export interface GlyphOptions {
  readonly count: number
  readonly seed: number
}

/** Pixels along a side. */
const side = 28
/** Standard deviations of a control point (of the unit square) and of a pixel's noise. */
const [jitter, noise] = [0.025, 0.1]

/**
 * Images of digits [count, 1, 28, 28] in [0, 1], drawn from stroke skeletons with random affine maps, stroke
 * widths, blur, contrast and noise: hard enough that a linear model stays below 90 % and a small
 * convolutional network passes 98 %. Sample i has a stream of its own: it is the same whatever `count`.
 */
export function glyphs({ count, seed }: GlyphOptions): Dataset {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`glyphs: expected a count of at least 1, got ${count}`)
  const source = stream(seed, 'glyphs')
  const inputs = new Float32Array(count * side * side)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) labels[i] = draw(source.child(i), inputs.subarray(i * side * side))
  return {
    ...{ name: 'glyphs', classes: 10 },
    inputs: new Tensor(inputs, [count, 1, side, side], 'f32'),
    labels: new Tensor(labels, [count], 'i32'),
  }
}

/** Draws one digit into 784 pixels and gives its class. */
function draw(source: ReturnType<typeof stream>, pixels: Float32Array): number {
  const u = uniform(source.child('shape'), 12)
  const between = (k: number, low: number, high: number): number => low + (high - low) * u[k]!
  const label = Math.floor(u[0]! * 10)
  const ways = skeletons[label]!
  const strokes = ways[Math.floor(u[1]! * ways.length)]!
  // An affine map from the unit square around its centre to pixels: scale, then shear, then rotation.
  const [width, height] = [between(2, 13, 22), between(3, 16, 23)]
  const shear = between(4, -0.35, 0.35)
  // The rotation by half of the angle's tangent, without trigonometry: within ±0.19 of it, ±22 degrees.
  const half = between(5, -0.19, 0.19)
  const [c, s] = [(1 - half * half) / (1 + half * half), (2 * half) / (1 + half * half)]
  const [dx, dy] = [between(6, -2.5, 2.5), between(7, -2.5, 2.5)]
  const [thickness, blur] = [between(8, 0.5, 1.5), between(9, 0.5, 1.2)]
  const [ink, paper] = [between(10, 0.55, 1), between(11, 0, 0.15)]
  const points = strokes.flat().length
  const wobble = normal(source.child('points'), 2 * points)
  const covered = new Float64Array(side * side).fill(Infinity)
  let k = 0
  for (const stroke of strokes) {
    let before: readonly [number, number] | undefined
    for (const [px, py] of stroke) {
      const x = (px - 0.5 + jitter * wobble[2 * k]!) * width
      const y = (py - 0.5 + jitter * wobble[2 * k + 1]!) * height
      k++
      const slanted = x - shear * y
      const at = [side / 2 + dx + c * slanted - s * y, side / 2 + dy + s * slanted + c * y] as const
      if (before) cover(covered, before, at, thickness + blur)
      before = at
    }
  }
  const z = normal(source.child('noise'), side * side)
  for (let i = 0; i < side * side; i++) {
    const depth = Math.min(1, Math.max(0, (thickness + blur - Math.sqrt(covered[i]!)) / (2 * blur)))
    const value = paper + (ink - paper) * depth * depth * (3 - 2 * depth) + noise * z[i]!
    pixels[i] = Math.min(1, Math.max(0, value))
  }
  return label
}

/** Lowers squared distances of pixel centres to those from the segment from a to b, within `reach` of it. */
function cover(
  squared: Float64Array,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  reach: number,
): void {
  const [ux, uy] = [bx - ax, by - ay]
  const length = ux * ux + uy * uy
  const first = (a: number, b: number): number => Math.max(0, Math.floor(Math.min(a, b) - reach - 0.5))
  const last = (a: number, b: number): number => Math.min(side - 1, Math.ceil(Math.max(a, b) + reach))
  for (let row = first(ay, by); row <= last(ay, by); row++)
    for (let column = first(ax, bx); column <= last(ax, bx); column++) {
      const [x, y] = [column + 0.5 - ax, row + 0.5 - ay]
      const t = length > 0 ? Math.min(1, Math.max(0, (x * ux + y * uy) / length)) : 0
      const [ex, ey] = [x - t * ux, y - t * uy]
      const i = row * side + column
      squared[i] = Math.min(squared[i]!, ex * ex + ey * ey)
    }
}
