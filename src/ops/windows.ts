/** Sliding windows over the last axes, and their adjoint. */
import {
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
  type Shape,
  type Tensor,
  type Type,
} from '../array/index.ts'
import type { MoveKernel, Operation, Piece } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'
import { paddingSides, type Padding } from './slicing.ts'

/** One entry for every spatial axis; these are the last axes. */
interface Windows {
  /** Of the tensor that the windows slide over, without its padding. */
  readonly size: Shape
  readonly window: Shape
  readonly stride: readonly number[]
  readonly padding: readonly (readonly [before: number, after: number])[]
  readonly dilation: readonly number[]
}

export interface WindowOptions {
  /** How far apart windows begin; default 1. */
  readonly stride?: number | readonly number[]
  /** Zeros around the spatial axes: one number, or for every axis a number or [before, after]; default 0. */
  readonly padding?: number | Padding
  /** How far apart the elements of a window lie; default 1. */
  readonly dilation?: number | readonly number[]
}

/*
 * Element k of window i is element i·stride + k·dilation - before of x, or 0 where that lies in the padding. Both
 * operations are one strided copy for every position k in the window, over the windows i that find x there. An element
 * of x that lies in several windows receives its additions with k ascending.
 */
const unfoldOperation: Operation<Windows> = {
  name: 'unfold',
  formula: 'y[…, k, i] = x[…, i stride + k dilation - before]',
  type: ([x], windows) => {
    const lead = leadOf('unfold', x!, windows.size)
    return { dtype: x!.dtype, shape: [...lead, ...windows.window, ...countsOf('unfold', windows)] }
  },
  kernel: ([x], windows) => copies('unfold', sizeOf(x!.shape.slice(0, -windows.size.length)), windows),
  vjp: (_, cotangent, { params }) => apply(foldOperation, [cotangent], params),
  jvp: (_, tangent, { params }) => apply(unfoldOperation, [tangent], params),
  // The instances are one more leading axis.
  batch: ([x], _, windows) => apply(unfoldOperation, [x!], windows),
  cases: [
    { shapes: [[2, 5]], params: windowsOf('unfold', [5], [3], { stride: 2, padding: [[1, 0]] }) },
    { shapes: [[4, 5]], params: windowsOf('unfold', [4, 5], [2, 2], { dilation: [2, 1], padding: 1 }) },
    { shapes: [[2, 1, 3, 2]], params: windowsOf('unfold', [3, 2], [1, 2], { stride: [3, 1] }) },
    { shapes: [[0, 3]], params: windowsOf('unfold', [3], [2], {}) },
  ],
  refuses: [
    { shapes: [[2, 3]], params: { size: [3], window: [4], stride: [1], padding: [[0, 0]], dilation: [1] } },
  ],
}

const foldOperation: Operation<Windows> = {
  name: 'fold',
  formula: 'x[…, j] = Σ of y[…, k, i] over the k, i with i stride + k dilation - before = j',
  type: ([y], windows) => {
    const lead = leadOf('fold', y!, [...windows.window, ...countsOf('fold', windows)])
    return { dtype: y!.dtype, shape: [...lead, ...windows.size] }
  },
  kernel: ([y], windows) => {
    const { kind, pieces } = copies('fold', sizeOf(y!.shape.slice(0, -2 * windows.size.length)), windows)
    return { kind, pieces: pieces.map((piece) => ({ ...piece, from: piece.to, to: piece.from })), add: true }
  },
  vjp: (_, cotangent, { params }) => apply(unfoldOperation, [cotangent], params),
  jvp: (_, tangent, { params }) => apply(foldOperation, [tangent], params),
  batch: ([y], _, windows) => apply(foldOperation, [y!], windows),
  cases: [
    { shapes: [[2, 3, 3]], params: windowsOf('fold', [5], [3], { stride: 2, padding: 1 }) },
    { shapes: [[2, 2, 4, 6]], params: windowsOf('fold', [4, 5], [2, 2], { dilation: [2, 1], padding: 1 }) },
    { shapes: [[0, 2, 2]], params: windowsOf('fold', [3], [2], {}) },
  ],
  refuses: [
    { shapes: [[2, 2]], params: { size: [3], window: [3], stride: [1], padding: [[0, 0]], dilation: [1] } },
  ],
}

function leadOf(op: string, { shape }: Type, last: Shape): Shape {
  const at = shape.length - last.length
  if (at >= 0 && sameShape(shape.slice(at), last)) return shape.slice(0, at)
  throw new RangeError(`${op}: expected a shape that ends in ${showShape(last)}, got ${showShape(shape)}`)
}

/** The number of windows along every axis. */
function countsOf(op: string, { size, window, stride, padding, dilation }: Windows): number[] {
  return size.map((n, axis) => {
    const padded = padding[axis]![0] + n + padding[axis]![1]
    const reach = (window[axis]! - 1) * dilation[axis]! + 1
    if (reach <= padded) return Math.floor((padded - reach) / stride[axis]!) + 1
    throw new RangeError(
      `${op}: expected windows that fit into ${padded} elements along spatial axis ${axis}, got windows that reach over ${reach}`,
    )
  })
}

/** The copies from `images` tensors of the spatial size to their windows. */
function copies(op: string, images: number, windows: Windows): MoveKernel {
  const { size, window, stride, padding, dilation } = windows
  const counts = countsOf(op, windows)
  const inImage = stridesOf([images, ...size])
  const inWindows = stridesOf([images, ...window, ...counts])
  const rank = size.length
  const start: Piece = {
    input: 0,
    shape: [images],
    from: { offset: 0, strides: [inImage[0]!] },
    to: { offset: 0, strides: [inWindows[0]!] },
  }
  const extend = (axis: number) => (piece: Piece) =>
    Array.from({ length: window[axis]! }, (_, k): Piece => {
      const origin = k * dilation[axis]! - padding[axis]![0]
      const first = Math.max(0, Math.ceil(-origin / stride[axis]!))
      const end = Math.min(counts[axis]!, Math.floor((size[axis]! - 1 - origin) / stride[axis]!) + 1)
      const [pixel, row, step] = [inImage[1 + axis]!, inWindows[1 + axis]!, inWindows[1 + rank + axis]!]
      const { from, to } = piece
      return {
        input: 0,
        shape: [...piece.shape, Math.max(0, end - first)],
        from: {
          offset: from.offset + (origin + first * stride[axis]!) * pixel,
          strides: [...from.strides, stride[axis]! * pixel],
        },
        to: { offset: to.offset + k * row + first * step, strides: [...to.strides, step] },
      }
    })
  const pieces = size.reduce((list, _, axis) => list.flatMap(extend(axis)), [start])
  return { kind: 'move', pieces: pieces.filter(({ shape }) => sizeOf(shape) > 0) }
}

function windowsOf(op: string, size: Shape, window: Shape, options: WindowOptions): Windows {
  const { stride = 1, padding = 0, dilation = 1 } = options
  const perAxis = (what: string, value: number | readonly number[]): readonly number[] => {
    const list = typeof value === 'number' ? size.map(() => value) : value
    if (list.length === size.length && list.every((n) => Number.isInteger(n) && n > 0)) return list
    throw new RangeError(
      `${op}: expected a ${what} of ${size.length} positive integers, got ${JSON.stringify(value)}`,
    )
  }
  const widths = typeof padding === 'number' ? size.map(() => padding) : padding
  return {
    size,
    window: perAxis('window', window),
    stride: perAxis('stride', stride),
    padding: paddingSides(op, widths, size.length),
    dilation: perAxis('dilation', dilation),
  }
}

/**
 * All windows over the last axes, as many as `window` has entries: shape `[…, …size]` becomes `[…, …window, …windows]`.
 * Errors when no window fits.
 */
export const unfold: Carrying<
  Windows,
  (x: Tensor, window: readonly number[], options?: WindowOptions) => Tensor
> = carry(unfoldOperation, (x, window, options = {}) => {
  const rank = window.length
  if (rank === 0 || rank > x.shape.length) {
    throw new RangeError(`unfold: expected a window of 1 to ${x.shape.length} axes, got ${showShape(window)}`)
  }
  return apply(unfoldOperation, [x], windowsOf('unfold', x.shape.slice(-rank), window, options))
})

/** The adjoint of `unfold`: adds the windows up where they lie in a tensor whose last axes are `size`. */
export const fold: Carrying<
  Windows,
  (y: Tensor, size: readonly number[], window: readonly number[], options?: WindowOptions) => Tensor
> = carry(foldOperation, (y, size, window, options = {}) =>
  apply(foldOperation, [y], windowsOf('fold', size, window, options)),
)
