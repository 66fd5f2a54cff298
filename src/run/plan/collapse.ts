import type { Shape } from '../../array/index.ts'

/** Loops over a shape, and for everything that is read or written in them its strides. */
export interface Loops {
  readonly shape: number[]
  readonly strides: number[][]
}

/**
 * The same loops with as few axes as possible: axes of size 1 vanish, and neighbours become one axis where everybody steps from the end of
 * the inner one to the next index of the outer one.
 */
export function collapse(shape: Shape, strides: readonly (readonly number[])[]): Loops {
  const out: Loops = { shape: [], strides: strides.map(() => []) }
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis]!
    if (n === 1) continue
    const inner = out.shape[0]
    const joins = inner !== undefined && strides.every((s, i) => s[axis] === out.strides[i]![0]! * inner)
    if (joins) out.shape[0] = inner * n
    else {
      out.shape.unshift(n)
      strides.forEach((s, i) => out.strides[i]!.unshift(s[axis]!))
    }
  }
  return out
}
