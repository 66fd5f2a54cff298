/** Selection by an i32 tensor, and its adjoint. */
import { normalizeAxes, sameShape, showShape, type Shape, type Tensor, type Type } from '../array/index.ts'
import type { Operation } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'
import { broadcastTo, transpose } from './shape.ts'

/** The axis that is selected from, and the number of leading axes that both operands share; see tape/kernel.ts. */
export interface Selection {
  readonly axis: number
  readonly batch: number
}
export type Scatter = Selection & { readonly size: number }

const takeOperation: Operation<Selection> = {
  name: 'take',
  formula: 'y[b, o, p, i] = x[b, o, indices[b, p], i]',
  type: ([x, indices], { axis, batch }) => {
    checkIndices('take', indices!, x!.shape, batch)
    return { dtype: x!.dtype, shape: x!.shape.toSpliced(axis, 1, ...indices!.shape.slice(batch)) }
  },
  kernel: (_, selection) => ({ kind: 'gather', ...selection }),
  vjp: (_, cotangent, { inputs: [x, indices], params }) =>
    apply(scatterOperation, [cotangent, indices!], { ...params, size: x!.shape[params.axis]! }),
  jvp: (_, tangent, { inputs, params }) => apply(takeOperation, [tangent, inputs[1]!], params),
  batch: ([x, indices], [xBatched, indicesBatched], { axis, batch }) => {
    if (xBatched) {
      // Without axes in common, one index tensor serves all instances: their axis is one more outer axis.
      if (!indicesBatched && batch === 0)
        return apply(takeOperation, [x!, indices!], { axis: axis + 1, batch })
      const own = indicesBatched ? indices! : repeat(indices!, x!.shape[0]!)
      return apply(takeOperation, [x!, own], { axis: axis + 1, batch: batch + 1 })
    }
    // Of one x, the instances are more positions to pick, and come to the front afterwards.
    const picked = apply(takeOperation, [x!, moveAxis(indices!, 0, batch)], { axis, batch })
    return moveAxis(picked, axis, 0)
  },
  differentiable: [true, false],
  cases: [
    { shapes: [[4, 3], [5]], integers: { 1: [0, 3, 3, 1, 0] }, params: { axis: 0, batch: 0 } },
    {
      shapes: [
        [2, 3, 2],
        [2, 2],
      ],
      integers: { 1: [2, 0, 1, 1] },
      params: { axis: 1, batch: 0 },
    },
    { shapes: [[2, 3], [2]], integers: { 1: [2, 0] }, params: { axis: 1, batch: 1 } },
    { shapes: [[3, 2], [0]], integers: { 1: [] }, params: { axis: 0, batch: 0 } },
  ],
  refuses: [{ shapes: [[3], [2]], params: { axis: 0, batch: 0 } }],
}

const scatterOperation: Operation<Scatter> = {
  name: 'scatterAdd',
  formula: 'y[b, o, k, i] = Σ of x[b, o, p, i] over the p with indices[b, p] = k',
  type: ([x, indices], { axis, batch, size }) => {
    checkIndices('scatterAdd', indices!, x!.shape, batch)
    const picked = indices!.shape.slice(batch)
    if (!sameShape(x!.shape.slice(axis, axis + picked.length), picked)) {
      throw new RangeError(
        `scatterAdd: expected axes ${showShape(picked)} of the indices from axis ${axis} on, got shape ${showShape(x!.shape)}`,
      )
    }
    return { dtype: x!.dtype, shape: x!.shape.toSpliced(axis, picked.length, size) }
  },
  kernel: (_, { axis, batch }) => ({ kind: 'gather', axis, batch, scatter: true }),
  vjp: (_, cotangent, { inputs: [, indices], params: { axis, batch } }) =>
    apply(takeOperation, [cotangent, indices!], { axis, batch }),
  jvp: (_, tangent, { inputs, params }) => apply(scatterOperation, [tangent, inputs[1]!], params),
  batch: ([x, indices], [xBatched, indicesBatched], { axis, batch, size }) => {
    if (!indicesBatched && batch === 0)
      return apply(scatterOperation, [x!, indices!], { axis: axis + 1, batch, size })
    const instances = (xBatched ? x! : indices!).shape[0]!
    const operands = [
      xBatched ? x! : repeat(x!, instances),
      indicesBatched ? indices! : repeat(indices!, instances),
    ]
    return apply(scatterOperation, operands, { axis: axis + 1, batch: batch + 1, size })
  },
  differentiable: [true, false],
  cases: [
    { shapes: [[5, 2], [5]], integers: { 1: [0, 3, 3, 1, 0] }, params: { axis: 0, batch: 0, size: 4 } },
    { shapes: [[2, 3], [3]], integers: { 1: [1, 1, 0] }, params: { axis: 1, batch: 0, size: 2 } },
    { shapes: [[2], [2]], integers: { 1: [2, 0] }, params: { axis: 1, batch: 1, size: 3 } },
  ],
  refuses: [{ shapes: [[3], [2]], params: { axis: 0, batch: 0, size: 2 } }],
}

function checkIndices(op: string, indices: Type, shape: Shape, batch: number): void {
  if (indices.dtype !== 'i32') {
    throw new TypeError(`${op}: expected i32 indices, got ${indices.dtype}\nhint: cast(indices, 'i32')`)
  }
  if (!sameShape(indices.shape.slice(0, batch), shape.slice(0, batch))) {
    throw new RangeError(
      `${op}: expected indices whose first axes are ${showShape(shape.slice(0, batch))}, got shape ${showShape(indices.shape)}`,
    )
  }
}

function repeat(x: Tensor, size: number): Tensor {
  return broadcastTo(x, [size, ...x.shape])
}

function moveAxis(x: Tensor, from: number, to: number): Tensor {
  const axes = x.shape.map((_, axis) => axis)
  axes.splice(to, 0, ...axes.splice(from, 1))
  return from === to ? x : transpose(x, axes)
}

/**
 * The elements of x at the given positions along an axis: `take(x, indices, 1)` is `x[:, indices]`. The axes of the
 * indices (i32) take the place of the axis. Errors, at run time, for an index outside [0, n).
 */
export const take: Carrying<Selection, (x: Tensor, indices: Tensor, axis?: number) => Tensor> = carry(
  takeOperation,
  (x, indices, axis = 0) => {
    const [at] = normalizeAxes('take', axis, x.shape.length) as [number]
    return apply(takeOperation, [x, indices], { axis: at, batch: 0 })
  },
)

/**
 * The adjoint of `take`: zeros with `size` elements along the axis, to which every part of x is added at its index;
 * where indices repeat, in ascending order of position. From `axis` on, x has the axes of the indices (i32).
 */
export const scatterAdd: Carrying<
  Scatter,
  (x: Tensor, indices: Tensor, size: number, axis?: number) => Tensor
> = carry(scatterOperation, (x, indices, size, axis = 0) => {
  const rank = x.shape.length - indices.shape.length + 1
  const [at] = normalizeAxes('scatterAdd', axis, rank) as [number]
  if (!Number.isInteger(size) || size < 0) {
    throw new RangeError(`scatterAdd: expected a size, a nonnegative integer, got ${size}`)
  }
  return apply(scatterOperation, [x, indices], { axis: at, batch: 0, size })
})

/** Along one axis, `y[…, j, …] = x[…, indices[…, j, …], …]`: the indices (i32) agree with x in all other axes. */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis = -1): Tensor {
  const last = x.shape.length - 1
  const [at] = normalizeAxes('takeAlongAxis', axis, x.shape.length) as [number]
  const others = (shape: Shape): number[] => shape.toSpliced(at, 1)
  if (indices.shape.length !== x.shape.length || !sameShape(others(indices.shape), others(x.shape))) {
    throw new RangeError(
      `takeAlongAxis: expected indices like ${showShape(x.shape)} except along axis ${at}, got shape ${showShape(indices.shape)}`,
    )
  }
  const operands = [moveAxis(x, at, last), moveAxis(indices, at, last)]
  return moveAxis(apply(takeOperation, operands, { axis: last, batch: last }), last, at)
}

/** One element per row: `pick(logits, labels)[i] = logits[i, labels[i]]`, labels in i32, any number of leading axes. */
export function pick(x: Tensor, indices: Tensor): Tensor {
  const rows = x.shape.slice(0, -1)
  if (x.shape.length === 0 || !sameShape(indices.shape, rows)) {
    throw new RangeError(
      `pick: expected one index for every row of ${showShape(x.shape)}, got shape ${showShape(indices.shape)}`,
    )
  }
  return apply(takeOperation, [x, indices], { axis: rows.length, batch: rows.length })
}
