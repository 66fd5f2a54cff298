/**
 * Functions without a record of one kind of operand: selections by integers, whose indices are no operands of a differentiable program,
 * and what is written with other operations. Programs take them as steps beside the records.
 */
import { tensor, type Shape, type Tensor } from '../../src/array/index.ts'
import {
  averagePool2d,
  conv2d,
  cos,
  crossEntropy,
  customGradient,
  dot,
  einsum,
  flip,
  logSoftmax,
  logSumExp,
  maxPool2d,
  mean,
  mul,
  norm,
  outer,
  pick,
  reshape,
  scatterAdd,
  sin,
  softmax,
  stack,
  take,
  takeAlongAxis,
} from '../../src/index.ts'
import type { Choice, Ingredient } from './programs.ts'

const i32 = (list: Parameters<typeof tensor>[0]): Tensor => tensor(list, undefined, 'i32')

function composite(name: string, ...choices: Omit<Choice, 'name'>[]): Ingredient {
  return { name, choices: choices.map((choice) => ({ ...choice, name })) }
}

const of = (apply: (...xs: Tensor[]) => Tensor, ...shapes: Shape[]): Omit<Choice, 'name'> => ({
  shapes,
  apply: (xs) => apply(...xs),
})

/** The mean of nothing is NaN and its logSumExp -Infinity, which no property can compare. */
function filled(x: Tensor): Tensor {
  if (x.size > 0) return x
  throw new RangeError('filled: expected elements, got none')
}

/** The sine with rules of its own, of a scaled argument: forward, reverse and batched rules of a user's function. */
const ownSine = customGradient('ownSine', (x, scale) => sin(mul(x!, scale!)), {
  vjp: (i, cotangent, { inputs }) => mul(cotangent, ownSlope(i, inputs)),
  jvp: (i, tangent, { inputs }) => mul(tangent, ownSlope(i, inputs)),
})

function ownSlope(i: number, [x, scale]: readonly Tensor[]): Tensor {
  return mul(i === 0 ? scale! : x!, cos(mul(x!, scale!)))
}

export const composites: readonly Ingredient[] = [
  composite(
    'take',
    of(
      (x) =>
        take(
          x,
          i32([
            [2, 0],
            [2, 2],
          ]),
        ),
      [3, 2],
    ),
    of((x) => take(x, i32([1]), -1), [2, 2]),
    of((x) => take(x, i32([])), [3]),
  ),
  composite(
    'takeAlongAxis',
    of(
      (x) =>
        takeAlongAxis(
          x,
          i32([
            [1, 1],
            [0, 1],
          ]),
        ),
      [2, 3],
    ),
  ),
  composite(
    'pick',
    of((x) => pick(x, i32([2, 0])), [2, 3]),
    of((x) => pick(x, i32([])), [0, 3]),
  ),
  composite(
    'scatterAdd',
    of((x) => scatterAdd(x, i32([1, 1, 0]), 3), [3]),
    of((x) => scatterAdd(x, i32([0, 3]), 4, 1), [2, 2]),
  ),
  composite(
    'stack',
    of((a, b) => stack([a, b], 1), [2, 2], [2, 2]),
    of((a) => stack([a, a]), []),
  ),
  composite(
    'flip',
    of((x) => flip(x), [2, 3]),
    of((x) => flip(x, 0), [0, 2]),
  ),
  composite(
    'mean',
    of((x) => mean(filled(x)), [2, 3]),
    of((x) => mean(filled(x), 0, { keepDims: true }), [2, 2]),
  ),
  composite(
    'dot',
    of((a, b) => dot(a, b), [3], [3]),
    of((a, b) => dot(a, b), [0], [0]),
  ),
  composite(
    'conv2d',
    of((x, w) => conv2d(x, w, { padding: 1, stride: 2 }), [1, 2, 3, 3], [1, 2, 2, 2]),
    of((x, w) => conv2d(x, w, { groups: 2 }), [2, 2, 2, 2], [2, 1, 2, 1]),
  ),
  composite(
    'averagePool2d',
    of((x) => averagePool2d(x, 2, { stride: 1 }), [2, 3, 2]),
  ),
  composite('maxPool2d', { ...of((x) => maxPool2d(x, 2, { stride: 1, padding: 1 }), [1, 2, 3]), kinks: [] }),
  composite(
    'logSumExp',
    of((x) => logSumExp(filled(x)), [2, 2]),
    of((x) => logSumExp(filled(x), 0), [3, 2]),
  ),
  composite(
    'softmax',
    of((x) => softmax(x), [2, 3]),
    of((x) => softmax(x), [0, 2]),
  ),
  composite(
    'logSoftmax',
    of((x) => logSoftmax(x, 0), [3]),
  ),
  composite(
    'crossEntropy',
    of((x) => crossEntropy(x, i32([1, 0])), [2, 3]),
  ),
  composite(
    'outer',
    of((a, b) => outer(a, b), [2], [3]),
    of((a, b) => outer(a, b), [0], [2]),
  ),
  composite(
    'einsum',
    of((a, b) => einsum('ij,kj->ik', a, b), [2, 3], [2, 3]),
    of((a, b) => einsum('bij,bj->bi', a, b), [2, 1, 3], [2, 3]),
    of((a) => einsum('ijk->ki', a), [2, 2, 2]),
  ),
  composite(
    'norm',
    { ...of((x) => norm(x), [3]), kinks: [0] },
    { ...of((x) => norm(x, 'l1', 0), [2, 2]), kinks: [0] },
    { ...of((x) => norm(x, 'linf', 1), [2, 3]), kinks: [0] },
    of((x) => norm(x), [0]),
  ),
  composite(
    'customGradient',
    of((a, b) => ownSine(a, reshape(b, a.shape)), [2, 2], [2, 2]),
    of((a) => ownSine(a, a), []),
  ),
]
