/** Joining tensors. */
import { normalizeAxes, sameShape, showShape, type Shape, type Tensor, type Type } from '../array/index.ts'
import { rowMajor, type Operation } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'
import { broadcastTo, reshape } from './shape.ts'
import { pad, sliceAlong } from './slicing.ts'

const concatenateOperation: Operation<number> = {
  name: 'concatenate',
  formula: 'the inputs one after the other along an axis',
  type: (inputs, axis) => concatenateType(inputs, axis),
  kernel: (inputs, axis) => {
    const whole = rowMajor(concatenateType(inputs, axis).shape)
    const starts = startsOf(inputs, axis)
    const pieces = inputs.map(({ shape }, input) => {
      const to = { ...whole, offset: starts[input]! * whole.strides[axis]! }
      return { input, shape, from: rowMajor(shape), to }
    })
    return { kind: 'move', pieces }
  },
  vjp: (i, cotangent, { inputs, params: axis }) => {
    const start = startOf(inputs, i, axis)
    return sliceAlong(cotangent, axis, [start, start + inputs[i]!.shape[axis]!])
  },
  jvp: (i, tangent, { inputs, output, params: axis }) => {
    const before = startOf(inputs, i, axis)
    const after = output.shape[axis]! - before - tangent.shape[axis]!
    return pad(
      tangent,
      tangent.shape.map((_, other) => (other === axis ? [before, after] : 0)),
    )
  },
  batch: (inputs, batched, axis) => {
    const size = inputs[batched.indexOf(true)]!.shape[0]!
    const full = inputs.map((x, i) => (batched[i] ? x : broadcastTo(x, [size, ...x.shape])))
    return apply(concatenateOperation, full, axis + 1)
  },
  cases: [
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 0],
      ],
      params: 1,
    },
    {
      shapes: [
        [1, 2],
        [3, 2],
      ],
      params: 0,
    },
    { shapes: [[0]], params: 0 },
  ],
  refuses: [
    { shapes: [[3], [3]], params: 1 },
    {
      shapes: [
        [2, 3],
        [3, 3],
      ],
      params: 1,
    },
  ],
}

/** Where along the axis input i begins. */
function startOf(inputs: readonly Type[], i: number, axis: number): number {
  let start = 0
  for (let before = 0; before < i; before++) start += inputs[before]!.shape[axis]!
  return start
}

/** Where along the axis each input begins. */
function startsOf(inputs: readonly Type[], axis: number): number[] {
  let end = 0
  return inputs.map(({ shape }) => (end += shape[axis]!) - shape[axis]!)
}

function concatenateType(inputs: readonly Type[], axis: number): Type {
  const [{ dtype, shape }] = inputs as [Type]
  if (!(axis in shape)) {
    throw new RangeError(`concatenate: expected an axis of ${showShape(shape)}, got ${axis}`)
  }
  const others = (s: Shape): number[] => s.filter((_, i) => i !== axis)
  for (const x of inputs) {
    if (x.dtype !== dtype) {
      throw new TypeError(
        `concatenate: expected tensors of one dtype, got ${dtype} and ${x.dtype}\nhint: cast(x, dtype)`,
      )
    }
    if (x.shape.length !== shape.length || !sameShape(others(x.shape), others(shape))) {
      throw new RangeError(
        `concatenate: expected shapes that differ along axis ${axis} alone, got ${showShape(shape)} and ${showShape(x.shape)}`,
      )
    }
  }
  const total = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0)
  return { dtype, shape: shape.map((n, i) => (i === axis ? total : n)) }
}

/** The tensors one after the other along an axis that they have; their other axes agree. */
export const concatenate: Carrying<number, (list: readonly Tensor[], axis?: number) => Tensor> = carry(
  concatenateOperation,
  (list, axis = 0) => {
    checkList('concatenate', list)
    const [at] = normalizeAxes('concatenate', axis, list[0]!.shape.length) as [number]
    return list.length === 1 ? list[0]! : apply(concatenateOperation, list, at)
  },
)

/** Tensors of one shape next to each other along a new axis, whose position is counted in the result. */
export function stack(list: readonly Tensor[], axis = 0): Tensor {
  checkList('stack', list)
  const { shape } = list[0]!
  const [at] = normalizeAxes('stack', axis, shape.length + 1) as [number]
  const odd = list.find((x) => !sameShape(x.shape, shape))
  if (odd) {
    throw new RangeError(
      `stack: expected tensors of one shape, got ${showShape(shape)} and ${showShape(odd.shape)}`,
    )
  }
  return concatenate(
    list.map((x) => reshape(x, shape.toSpliced(at, 0, 1))),
    at,
  )
}

function checkList(op: string, list: readonly Tensor[]): void {
  if (list.length === 0) throw new RangeError(`${op}: expected at least one tensor, got none`)
}
