/** Parts of tensors: slices, and their adjoint, placing a tensor inside zeros. */
import { checkShape, sameShape, showShape, stridesOf, type Shape, type Tensor } from '../array/index.ts'
import { read, rowMajor, type Operation, type Strided } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'
import { reshape } from './shape.ts'

/** Along every axis the elements `start + step·i`; the step may be negative. */
interface Region {
  readonly start: readonly number[]
  readonly step: readonly number[]
}
type Slice = Region & { readonly count: Shape }
type Placement = Region & { readonly shape: Shape }

/*
 * Slicing reads `count` elements of a region; placing writes a tensor into a region of zeros of some `shape`. As linear
 * maps they are transposes of each other.
 */
const sliceOperation: Operation<Slice> = {
  name: 'slice',
  formula: 'y[i] = x[start + step i]',
  type: ([x], region) => {
    checkInside('slice', region, region.count, x!.shape)
    return { dtype: x!.dtype, shape: region.count }
  },
  kernel: ([x], region) => {
    const { offset, strides } = addresses(region, x!.shape)
    return read(region.count, strides, offset)
  },
  vjp: (_, cotangent, { inputs: [x], params: { start, step } }) =>
    apply(padOperation, [cotangent], { start, step, shape: x!.shape }),
  jvp: (_, tangent, { params }) => apply(sliceOperation, [tangent], params),
  batch: ([x], _, { start, step, count }) =>
    apply(sliceOperation, [x!], {
      start: [0, ...start],
      step: [1, ...step],
      count: [x!.shape[0]!, ...count],
    }),
  cases: [
    { shapes: [[3, 5]], params: { start: [1, 4], step: [1, -2], count: [2, 3] } },
    { shapes: [[2, 0, 3]], params: { start: [0, 0, 2], step: [1, 1, 1], count: [2, 0, 1] } },
    { shapes: [[4]], params: { start: [3], step: [1], count: [0] } },
    { shapes: [[]], params: { start: [], step: [], count: [] } },
  ],
  refuses: [
    { shapes: [[3]], params: { start: [1], step: [1], count: [3] } },
    { shapes: [[3]], params: { start: [0], step: [0], count: [2] } },
  ],
}

const padOperation: Operation<Placement> = {
  name: 'pad',
  formula: 'y[start + step i] = x[i], and 0 elsewhere',
  type: ([x], { start, step, shape }) => {
    checkShape('pad', shape)
    checkInside('pad', { start, step }, x!.shape, shape)
    return { dtype: x!.dtype, shape }
  },
  kernel: ([x], region) => {
    const { shape } = x!
    return {
      kind: 'move',
      pieces: [{ input: 0, shape, from: rowMajor(shape), to: addresses(region, region.shape) }],
    }
  },
  vjp: (_, cotangent, { inputs: [x], params: { start, step } }) =>
    apply(sliceOperation, [cotangent], { start, step, count: x!.shape }),
  jvp: (_, tangent, { params }) => apply(padOperation, [tangent], params),
  batch: ([x], _, { start, step, shape }) =>
    apply(padOperation, [x!], { start: [0, ...start], step: [1, ...step], shape: [x!.shape[0]!, ...shape] }),
  cases: [
    { shapes: [[2, 3]], params: { start: [1, 5], step: [1, -2], shape: [4, 7] } },
    { shapes: [[0, 2]], params: { start: [0, 1], step: [1, 1], shape: [2, 3] } },
    { shapes: [[]], params: { start: [], step: [], shape: [] } },
  ],
  refuses: [
    { shapes: [[3]], params: { start: [1], step: [1], shape: [3] } },
    { shapes: [[3]], params: { start: [0], step: [0], shape: [3] } },
  ],
}

function addresses({ start, step }: Region, shape: Shape): Strided {
  const strides = stridesOf(shape)
  return {
    offset: strides.reduce((sum, stride, axis) => sum + stride * start[axis]!, 0),
    strides: strides.map((stride, axis) => stride * step[axis]!),
  }
}

function checkInside(op: string, { start, step }: Region, count: Shape, shape: Shape): void {
  const fits = shape.every((n, axis) => {
    const [first, by, m] = [start[axis]!, step[axis]!, count[axis]!]
    const last = first + by * (m - 1)
    return m === 0 || (m > 0 && by !== 0 && Math.min(first, last) >= 0 && Math.max(first, last) < n)
  })
  if (fits && [start, step, count].every((list) => list.length === shape.length)) return
  throw new RangeError(
    `${op}: expected a region inside ${showShape(shape)}, got ${showShape(count)} elements from ${showShape(start)} in steps of ${showShape(step)}`,
  )
}

/** One axis of a slice: everything (null), one index (the axis vanishes), or [start, stop, step], null where left open. */
export type Range =
  null | number | readonly [start: number | null, stop?: number | null, step?: number | null]

/**
 * Part of a tensor, one range per axis; axes without a range are kept whole. As in NumPy, negative indices count from
 * the end, ranges are cut off at the ends of the axis, and a negative step runs backwards: `slice(x, [[0, 2], -1])` is
 * `x[0:2, -1]`. Errors when a single index lies outside its axis.
 */
export const slice: Carrying<Slice, (x: Tensor, ranges: readonly Range[]) => Tensor> = carry(
  sliceOperation,
  (x, ranges) => {
    if (ranges.length > x.shape.length) {
      throw new RangeError(`slice: expected at most ${x.shape.length} ranges, got ${ranges.length}`)
    }
    const axes = x.shape.map((n, axis) => resolveRange(n, ranges[axis] ?? null))
    const kept = x.shape.map((_, axis) => axis).filter((axis) => typeof ranges[axis] !== 'number')
    const part = region(x, {
      start: axes.map(({ start }) => start),
      step: axes.map(({ step }) => step),
      count: axes.map(({ count }) => count),
    })
    return reshape(
      part,
      kept.map((axis) => part.shape[axis]!),
    )
  },
)

/** A slice along one axis, the others whole. */
export function sliceAlong(x: Tensor, axis: number, range: Range): Tensor {
  return slice(
    x,
    x.shape.map((_, other) => (other === axis ? range : null)),
  )
}

function region(x: Tensor, params: Slice): Tensor {
  const whole = sameShape(params.count, x.shape) && params.step.every((by) => by === 1)
  return whole ? x : apply(sliceOperation, [x], params)
}

function resolveRange(n: number, range: Range): { start: number; step: number; count: number } {
  if (range === null) return { start: 0, step: 1, count: n }
  if (typeof range === 'number') {
    if (Number.isInteger(range) && range >= -n && range < n)
      return { start: range < 0 ? range + n : range, step: 1, count: 1 }
    throw new RangeError(`slice: expected an index in [${-n},${n}), got ${range}`)
  }
  const [from, to = null, by] = range
  const step = by ?? 1
  if (step === 0 || ![from ?? 0, to ?? 0, step].every(Number.isInteger)) {
    throw new RangeError(
      `slice: expected integers [start, stop, step] with a step that is not 0, got ${JSON.stringify(range)}`,
    )
  }
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1]
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + n : at, low), high)
  const start = from === null ? (step > 0 ? low : high) : clamp(from)
  const stop = to === null ? (step > 0 ? high : low) : clamp(to)
  const count = Math.max(0, Math.ceil((stop - start) / step))
  // One element or none has no direction: written the same way, it is the same slice.
  return { start: count === 0 ? 0 : start, step: count <= 1 ? 1 : step, count }
}

/** Zeros around a tensor: for every axis how many before and after, or one number for both. */
export type Padding = readonly (number | readonly [before: number, after: number])[]

/** Surrounds a tensor with zeros; `pad(x, [0, [1, 2]])` puts one column before and two behind. */
export const pad: Carrying<Placement, (x: Tensor, widths: Padding) => Tensor> = carry(
  padOperation,
  (x, widths) => {
    const sides = paddingSides('pad', widths, x.shape.length)
    if (sides.every(([before, after]) => before + after === 0)) return x
    return apply(padOperation, [x], {
      start: sides.map(([before]) => before),
      step: sides.map(() => 1),
      shape: x.shape.map((n, axis) => sides[axis]![0] + n + sides[axis]![1]),
    })
  },
)

/** A padding with both sides written out. */
export function paddingSides(op: string, widths: Padding, axes: number): (readonly [number, number])[] {
  const sides = widths.map((width) => (typeof width === 'number' ? ([width, width] as const) : width))
  if (sides.length !== axes || !sides.flat().every((width) => Number.isInteger(width) && width >= 0)) {
    throw new RangeError(`${op}: expected nonnegative widths for ${axes} axes, got ${JSON.stringify(widths)}`)
  }
  return sides
}
