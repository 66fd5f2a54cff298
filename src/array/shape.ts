/** Sizes along each axis, outermost first; `[]` is a scalar. Elements lie in row-major order. */
export type Shape = readonly number[]

/** The number of elements: the product of the sizes, 1 for a scalar, 0 when an axis is empty. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const n of shape) size *= n
  return size
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]!
  }
  return strides
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis])
}

/** `[2,3]`, as error messages print it. */
export function showShape(shape: Shape): string {
  return `[${shape.join(',')}]`
}

/** Refuses anything but a list of nonnegative integers with fewer than 2^32 elements in all. */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new RangeError(`${op}: expected a shape of nonnegative integers, got ${JSON.stringify(shape)}`)
  }
  if (sizeOf(shape) >= 4294967296) {
    throw new RangeError(`${op}: expected fewer than 2^32 elements, got shape ${showShape(shape)}`)
  }
}

/** NumPy's rule: align at the last axis; sizes agree or one of them is 1. */
export function broadcastShapes(op: string, shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length))
  const out = new Array<number>(rank).fill(1)
  for (const shape of shapes) {
    for (let back = 1; back <= shape.length; back++) {
      const n = shape[shape.length - back]!
      const m = out[rank - back]!
      if (n === m || n === 1) continue
      if (m !== 1) {
        const got = shapes.map(showShape).join(' and ')
        throw new RangeError(`${op}: expected shapes that broadcast, got ${got}`)
      }
      out[rank - back] = n
    }
  }
  return out
}

/** Strides that read a tensor of shape `from` as if it had shape `to`: 0 along repeated axes. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from)
  const lead = to.length - from.length
  return to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]!))
}

/** Axes in ascending order, negative ones counted from the end; all of them when none is named. */
export function normalizeAxes(
  op: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = typeof axes === 'number' ? [axes] : Array.isArray(axes) ? (axes as readonly number[]) : [NaN]
  const out = list.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b)
  if (!out.every((axis, i) => Number.isInteger(axis) && axis >= 0 && axis < rank && axis !== out[i - 1])) {
    throw new RangeError(
      `${op}: expected distinct axes of a rank-${rank} tensor, got ${JSON.stringify(axes)}`,
    )
  }
  return out
}
