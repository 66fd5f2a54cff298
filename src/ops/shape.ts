/** Operations that move elements or add them up along axes. */
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  normalizeAxes,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
  type Shape,
  type Tensor,
  type Type,
} from '../array/index.ts'
import { read, type Operation } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'

const reshapeOperation: Operation<Shape> = {
  name: 'reshape',
  formula: 'the same elements in row-major order, in another shape',
  type: ([x], shape) => {
    checkShape('reshape', shape)
    if (sizeOf(shape) !== sizeOf(x!.shape)) {
      throw new RangeError(
        `reshape: expected ${sizeOf(x!.shape)} elements in all, got shape ${showShape(shape)}`,
      )
    }
    return { dtype: x!.dtype, shape }
  },
  kernel: (_, shape) => read(shape, stridesOf(shape)),
  vjp: (_, cotangent, { inputs }) => reshape(cotangent, inputs[0]!.shape),
  jvp: (_, tangent, { params }) => reshape(tangent, params),
  batch: ([x], _, shape) => reshape(x!, [x!.shape[0]!, ...shape]),
  cases: [
    { shapes: [[2, 3]], params: [3, 2] },
    { shapes: [[]], params: [1, 1] },
    { shapes: [[0, 3]], params: [5, 0] },
  ],
  refuses: [{ shapes: [[2, 3]], params: [4] }],
}

/** The same elements in row-major order; one size may be -1 and is then worked out. */
export const reshape: Carrying<Shape, (x: Tensor, shape: Shape) => Tensor> = carry(
  reshapeOperation,
  (x, shape) => {
    if (!Array.isArray(shape)) checkShape('reshape', shape)
    const known = shape.reduce((n, size) => (size === -1 ? n : n * size), 1)
    const full = shape.map((size) => (size === -1 ? x.size / known : size))
    return sameShape(x.shape, full) ? x : apply(reshapeOperation, [x], full)
  },
)

const transposeOperation: Operation<readonly number[]> = {
  name: 'transpose',
  formula: 'axis i of the result is axis axes[i] of the input',
  type: ([x], axes) => {
    const sorted = normalizeAxes('transpose', axes, x!.shape.length)
    if (sorted.length !== x!.shape.length) {
      throw new RangeError(`transpose: expected all ${x!.shape.length} axes, got ${JSON.stringify(axes)}`)
    }
    return { dtype: x!.dtype, shape: axes.map((axis) => x!.shape[axis]!) }
  },
  kernel: ([x], axes) => {
    const strides = stridesOf(x!.shape)
    return read(
      axes.map((axis) => x!.shape[axis]!),
      axes.map((axis) => strides[axis]!),
    )
  },
  vjp: (_, cotangent, { params }) => transpose(cotangent, inverse(params)),
  jvp: (_, tangent, { params }) => transpose(tangent, params),
  batch: ([x], _, axes) => transpose(x!, [0, ...shifted(axes)]),
  cases: [
    { shapes: [[2, 3, 4]], params: [2, 0, 1] },
    { shapes: [[2, 0]], params: [1, 0] },
  ],
  refuses: [{ shapes: [[2, 3]], params: [0] }],
}

/** Axes in another order; reversed when no order is given. */
export const transpose: Carrying<readonly number[], (x: Tensor, axes?: readonly number[]) => Tensor> = carry(
  transposeOperation,
  (x, axes = x.shape.map((_, axis) => x.shape.length - 1 - axis)) =>
    apply(
      transposeOperation,
      [x],
      axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)),
    ),
)

function inverse(axes: readonly number[]): number[] {
  const out = new Array<number>(axes.length)
  axes.forEach((axis, i) => (out[axis] = i))
  return out
}

const broadcastOperation: Operation<Shape> = {
  name: 'broadcastTo',
  formula: 'repeats along new axes and along axes of size 1',
  type: ([x], shape) => {
    checkShape('broadcastTo', shape)
    if (!sameShape(broadcastShapes('broadcastTo', [x!.shape, shape]), shape)) {
      throw new RangeError(
        `broadcastTo: expected a shape that ${showShape(x!.shape)} fits, got ${showShape(shape)}`,
      )
    }
    return { dtype: x!.dtype, shape }
  },
  kernel: ([x], shape) => read(shape, broadcastStrides(x!.shape, shape)),
  vjp: (_, cotangent, { inputs }) => sumTo(cotangent, inputs[0]!.shape),
  jvp: (_, tangent, { params }) => broadcastTo(tangent, params),
  batch: ([x], _, shape) => {
    const [size, ...own] = x!.shape
    const ones = new Array<number>(shape.length - own.length).fill(1)
    return broadcastTo(reshape(x!, [size!, ...ones, ...own]), [size!, ...shape])
  },
  cases: [
    { shapes: [[3, 1]], params: [2, 3, 4] },
    { shapes: [[]], params: [2] },
    { shapes: [[1]], params: [0] },
  ],
  refuses: [{ shapes: [[3]], params: [2] }],
}

export const broadcastTo: Carrying<Shape, (x: Tensor, shape: Shape) => Tensor> = carry(
  broadcastOperation,
  (x, shape) => (sameShape(x.shape, shape) ? x : apply(broadcastOperation, [x], shape)),
)

const sumOperation: Operation<readonly number[]> = {
  name: 'sum',
  formula: 'Σ over the axes',
  type: ([x], axes) => reducedType('sum', x!, axes),
  kernel: (_, axes) => ({ kind: 'reduce', combine: 'sum', axes }),
  vjp: (_, cotangent, { inputs, params }) => spread(cotangent, inputs[0]!.shape, params),
  jvp: (_, tangent, { params }) => apply(sumOperation, [tangent], params),
  batch: ([x], _, axes) => apply(sumOperation, [x!], shifted(axes)),
  cases: [
    { shapes: [[2, 3, 4]], params: [0, 2] },
    { shapes: [[5, 2]], params: [0] },
    { shapes: [[37]], params: [0] },
    { shapes: [[0, 2]], params: [0] },
    { shapes: [[]], params: [] },
  ],
  refuses: [{ shapes: [[2]], params: [1] }],
}

export interface ReduceOptions {
  /** Leave the summed axes in place with size 1. */
  readonly keepDims?: boolean
}

type Axes = number | readonly number[]

/** The sum over `axes` (all when left out), added up in the order of run/order.ts. */
export const sum: Carrying<readonly number[], (x: Tensor, axes?: Axes, options?: ReduceOptions) => Tensor> =
  carry(sumOperation, (x, axes, options) => reduce(sumOperation, x, axes, options))

/** The type rule of reductions over ascending axes. */
export function reducedType(name: string, x: Type, axes: readonly number[]): Type {
  if (x.dtype === 'i32') throw new TypeError(`${name}: expected f64 or f32, got i32\nhint: cast(x, 'f64')`)
  const list = normalizeAxes(name, axes, x.shape.length)
  return { dtype: x.dtype, shape: x.shape.filter((_, axis) => !list.includes(axis)) }
}

/** Applies a reduction with axes as users give them. */
export function reduce(
  operation: Operation<readonly number[]>,
  x: Tensor,
  axes: Axes | undefined,
  { keepDims = false }: ReduceOptions = {},
): Tensor {
  const list = normalizeAxes(operation.name, axes, x.shape.length)
  const y = apply(operation, [x], list)
  return keepDims ? reshape(y, keptShape(x.shape, list)) : y
}

/** The same axes behind a batch axis. */
export function shifted(axes: readonly number[]): number[] {
  return axes.map((axis) => axis + 1)
}

function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
}

/** Repeats the result of a reduction along the axes that it lost. */
export function spread(y: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return broadcastTo(reshape(y, keptShape(shape, axes)), shape)
}

/** The adjoint of broadcasting: sums over the axes along which `shape` was repeated. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const lead = x.shape.length - shape.length
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || shape[axis - lead] !== x.shape[axis])
  return reshape(sum(x, axes), shape)
}
