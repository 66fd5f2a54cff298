/** Arithmetic, comparison and selection, element by element. */
import type { DType, Tensor } from '../array/index.ts'
import { input, scalar, type Operation } from '../tape/index.ts'
import { apply, carry, type Carrying, type Operand } from './apply.ts'
import { elementwise } from './elementwise.ts'

type Unary = Carrying<undefined, (x: Operand) => Tensor>
type Binary = Carrying<undefined, (a: Operand, b: Operand) => Tensor>
type Ternary = Carrying<undefined, (condition: Operand, a: Operand, b: Operand) => Tensor>

export const add: Binary = elementwise('add', 'a + b', (a, b) => scalar.add(a, b))
export const sub: Binary = elementwise('sub', 'a - b', (a, b) => scalar.sub(a, b))
export const mul: Binary = elementwise('mul', 'a b', (a, b) => scalar.mul(a, b))
export const div: Binary = elementwise('div', 'a / b', (a, b) => scalar.div(a, b), { domain: [0.5, 2] })
export const neg: Unary = elementwise('neg', '-x', (x) => scalar.neg(x))
export const square: Unary = elementwise('square', 'x²', (x) => scalar.mul(x, x))
export const sqrt: Unary = elementwise('sqrt', '√x', (x) => scalar.sqrt(x), { domain: [0.5, 4] })
export const abs: Unary = elementwise('abs', 'the absolute value of x', (x) => scalar.abs(x), {
  kinks: [0],
  convention: "abs'(0) = 0",
})
export const minimum: Binary = elementwise('minimum', 'the smaller of a and b', (a, b) => scalar.min(a, b), {
  kinks: [0],
  convention: 'where a = b, one half to each',
})
export const maximum: Binary = elementwise('maximum', 'the larger of a and b', (a, b) => scalar.max(a, b), {
  kinks: [0],
  convention: 'where a = b, one half to each',
})
/** min(max(x, low), high): `high` wins where low > high. */
export const clamp: Carrying<undefined, (x: Operand, low: Operand, high: Operand) => Tensor> = elementwise(
  'clamp',
  'x held between low and high',
  (x, low, high) => scalar.min(scalar.max(x, low), high),
  { kinks: [0], convention: 'at a bound, one half to x and one half to the bound' },
)
export const sign: Unary = elementwise('sign', '-1, 0 or 1', (x) => scalar.sign(x), {
  kinks: [0],
  convention: "sign'(x) = 0 everywhere",
})
export const floor: Unary = elementwise('floor', 'the largest whole number ≤ x', (x) => scalar.floor(x), {
  kinks: [-2, -1, 0, 1, 2],
  convention: "floor'(x) = 0 everywhere",
})

const comparison = { kinks: [0], convention: 'derivative 0 everywhere', integers: true }

/** 1 where a < b, else 0, in the operands' dtype. */
export const less: Binary = elementwise(
  'less',
  '1 where a < b, else 0',
  (a, b) => scalar.less(a, b),
  comparison,
)
export const lessOrEqual: Binary = elementwise(
  'lessOrEqual',
  '1 where a ≤ b, else 0',
  (a, b) => scalar.lessOrEqual(a, b),
  comparison,
)
export const equal: Binary = elementwise(
  'equal',
  '1 where a = b, else 0',
  (a, b) => scalar.equal(a, b),
  comparison,
)
export const select: Ternary = elementwise(
  'select',
  'a where the condition is not 0, else b',
  (condition, a, b) => scalar.select(condition, a, b),
  {
    kinks: [0],
    convention:
      'the derivative of the branch taken, none by the condition; an infinite slope in the other branch still gives 0 · ∞',
  },
)

const castOperation: Operation<DType> = {
  name: 'cast',
  formula:
    'the nearest number of another dtype; towards i32 the fraction is cut off, modulo 2³², and NaN is 0',
  type: ([x], dtype) => {
    if (!['f64', 'f32', 'i32'].includes(dtype)) {
      throw new TypeError(`cast: expected dtype f64, f32 or i32, got ${String(dtype)}`)
    }
    return { dtype, shape: x!.shape }
  },
  kernel: () => ({ kind: 'map', expression: input(0) }),
  vjp: (_, cotangent, { inputs }) => cast(cotangent, inputs[0]!.dtype),
  jvp: (_, tangent, { params }) => cast(tangent, params),
  batch: ([x], _, dtype) => cast(x!, dtype),
  cases: [{ shapes: [[2, 3]], params: 'f64' }],
}

/** The same values in another dtype. Integers carry no derivative. */
export const cast: Carrying<DType, (x: Tensor, dtype: DType) => Tensor> = carry(castOperation, (x, dtype) =>
  x.dtype === dtype ? x : apply(castOperation, [x], dtype),
)
