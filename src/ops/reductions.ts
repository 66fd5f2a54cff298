/** Reductions besides `sum`. */
import { normalizeAxes, sizeOf, type Tensor } from '../array/index.ts'
import type { Operation } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'
import { div, equal, mul, neg } from './arithmetic.ts'
import { reduce, reducedType, shifted, spread, sum, type ReduceOptions } from './shape.ts'

const maxOperation: Operation<readonly number[]> = {
  name: 'max',
  formula: 'the largest element over the axes',
  type: ([x], axes) => {
    const type = reducedType('max', x!, axes)
    if (axes.some((axis) => x!.shape[axis] === 0))
      throw new RangeError('max: expected nonempty axes, got an empty one')
    return type
  },
  kernel: (_, axes) => ({ kind: 'reduce', combine: 'max', axes }),
  vjp: (_, cotangent, { inputs: [x], output, params }) =>
    mul(spread(cotangent, x!.shape, params), shares(x!, output, params)),
  jvp: (_, tangent, { inputs: [x], output, params }) => sum(mul(tangent, shares(x!, output, params)), params),
  batch: ([x], _, axes) => apply(maxOperation, [x!], shifted(axes)),
  kinks: 'where several elements are largest, they share the derivative equally',
  cases: [
    { shapes: [[2, 3, 4]], params: [1, 2] },
    { shapes: [[5, 2]], params: [0] },
    { shapes: [[]], params: [] },
  ],
  refuses: [{ shapes: [[0, 2]], params: [0] }],
}

/** 1/ties at every largest element, else 0. */
function shares(x: Tensor, largest: Tensor, axes: readonly number[]): Tensor {
  const mask = equal(x, spread(largest, x.shape, axes))
  return div(mask, spread(sum(mask, axes), x.shape, axes))
}

/** The largest element over `axes` (all when left out). NaN wins. */
export const max: Carrying<
  readonly number[],
  (x: Tensor, axes?: number | readonly number[], options?: ReduceOptions) => Tensor
> = carry(maxOperation, (x, axes, options) => reduce(maxOperation, x, axes, options))

/** The smallest element over `axes` (all when left out). NaN wins; where several are smallest, they share the derivative equally. */
export function min(x: Tensor, axes?: number | readonly number[], options?: ReduceOptions): Tensor {
  const list = normalizeAxes('min', axes, x.shape.length)
  if (list.some((axis) => x.shape[axis] === 0))
    throw new RangeError('min: expected nonempty axes, got an empty one')
  return neg(max(neg(x), list, options))
}

/** The arithmetic mean over `axes` (all when left out); NaN where there is nothing to average. */
export function mean(x: Tensor, axes?: number | readonly number[], options?: ReduceOptions): Tensor {
  const total = sum(x, axes, options)
  return div(total, x.size / sizeOf(total.shape))
}
