/** Powers xʸ for any exponent, and by repeated multiplication for a whole number. */
import type { Tensor } from '../array/index.ts'
import * as e from '../tape/expression.ts'
import { input, type Case, type Expression, type Operation, type Use } from '../tape/index.ts'
import { exp, leadingIn, logLead, logTail, nodes } from '../tape/named-functions.ts'
import { apply, carry, type Carrying, type Operand } from './apply.ts'
import { equal, mul, select, sub } from './arithmetic.ts'
import { alignBatch, elementwiseType } from './elementwise.ts'
import { log } from './functions.ts'
import { broadcastTo, sumTo } from './shape.ts'

/*
 * |x|^y = exp(y log|x|) for 0 < |x| < ∞. An error of y log|x| is a relative error of the power, so it is needed to more digits
 * than the dtype has: y and the logarithm are split into 12 leading bits and the rest, and every product that matters
 * is exact, in f32 as well. Powers of powers of two are exact shifts.
 */
function positivePower(size: Expression, y: Expression): Expression {
  // Larger exponents overflow or vanish in the same way, and leave no ∞ - ∞.
  const bounded = e.max(-1e30, e.min(1e30, y))
  const lead = leadingIn(nodes, bounded)
  const rest = e.sub(bounded, lead)
  const logarithm = e.call(logLead, size)
  const first = e.mul(lead, logarithm)
  const second = e.add(e.mul(rest, logarithm), e.mul(bounded, e.call(logTail, size)))
  const sum = e.add(first, second)
  // What the sum lost is small wherever the power is neither 0 nor ∞, and must not turn the sign of ∞.
  const lost = e.max(-0.5, e.min(0.5, e.sub(second, e.sub(sum, first))))
  const general = e.mul(e.call(exp, sum), e.add(1, lost))
  const shifts = [e.mul(e.exponent(size), lead), e.mul(e.exponent(size), rest)] as const
  const whole = shifts.map((shift) => e.equal(e.floor(shift), shift)) as [Expression, Expression]
  const isShift = e.mul(e.equal(e.mantissa(size), 1), e.mul(...whole))
  return e.select(isShift, e.scale2(1, e.floor(e.add(...shifts))), general)
}

/** The special values of IEEE 754 pow. */
function powerExpression(x: Expression, y: Expression): Expression {
  const size = e.abs(x)
  const [isZero, isInfinite] = [e.equal(size, 0), e.equal(size, Infinity)]
  const extreme = e.select(e.equal(isInfinite, e.less(0, y)), Infinity, 0)
  const power = e.select(e.max(isZero, isInfinite), extreme, positivePower(size, y))
  const isWhole = e.equal(e.floor(y), y)
  const half = e.mul(0.5, y)
  const isOdd = e.mul(isWhole, e.less(e.floor(half), half))
  // The odd powers of -0 keep its sign.
  const isNegative = e.max(e.less(x, 0), e.less(e.div(1, x), 0))
  const signed = e.select(e.mul(isNegative, isOdd), e.neg(power), power)
  const isRoot = e.mul(e.mul(e.less(x, 0), e.less(size, Infinity)), e.sub(1, isWhole))
  const isUndefined = e.max(isRoot, e.sub(1, e.equal(y, y)))
  return e.select(e.max(e.equal(y, 0), e.equal(x, 1)), 1, e.select(isUndefined, NaN, signed))
}

const expression = powerExpression(input(0), input(1))
const domain = [0.5, 2] as const
const sample = (...shapes: number[][]): Case<undefined> => ({ shapes, params: undefined, domain })

/** ∂xʸ/∂x = y xʸ⁻¹, where x = 0 and y = 0 give 0; ∂xʸ/∂y = xʸ log x, where x = 0 gives 0 · xʸ. */
function slope(i: number, { inputs: [x, y], output }: Use<undefined>): Tensor {
  const zero = equal(x!, 0)
  if (i === 1) return mul(output, log(select(zero, 1, x!)))
  // At x = y = 0 the exponent -1 would give 0 · ∞.
  return mul(y!, apply(powerOperation, [x!, select(mul(zero, equal(y!, 0)), 0, sub(y!, 1))], undefined))
}

const powerOperation: Operation = {
  name: 'pow',
  formula: 'xʸ',
  type: (inputs) => elementwiseType('pow', inputs, false),
  kernel: () => ({ kind: 'map', expression }),
  vjp: (i, cotangent, use) => sumTo(mul(cotangent, slope(i, use)), use.inputs[i]!.shape),
  jvp: (i, tangent, use) => broadcastTo(mul(tangent, slope(i, use)), use.output.shape),
  batch: (inputs, batched) => apply(powerOperation, alignBatch(inputs, batched), undefined),
  kinks: 'at x = 0: ∂/∂x = 0 for y = 0, ∂/∂y = 0 for y ≥ 0',
  cases: [sample([2, 3], [2, 3]), sample([], []), sample([3, 1], [2]), sample([0], [1])],
  refuses: [sample([2], [3])],
}

/**
 * xʸ with the special values of IEEE 754 pow: 1 for y = 0 and for x = 1, NaN for x < 0 and an exponent that is no whole
 * number, signs of odd powers kept. At most 2 units in the last place off; an exponent that is one of the numbers
 * 0, 1, …, 8 is `integerPower`. For x < 0 the derivative by y is NaN.
 */
export const pow: Carrying<undefined, (x: Operand, y: Operand) => Tensor> = carry(powerOperation, (x, y) =>
  typeof y === 'number' && Number.isInteger(y) && y >= 0 && y <= 8
    ? integerPower(x, y)
    : apply(powerOperation, [x, y], undefined),
)

/** xⁿ by squaring: the bits of n say which squares are multiplied. */
function product(x: Expression, n: number): Expression {
  if (n === 0) return e.constant(1)
  if (n === 1) return x
  const half = product(x, Math.floor(n / 2))
  const even = e.mul(half, half)
  return n % 2 === 0 ? even : e.mul(even, x)
}

const integerOperation: Operation<number> = {
  name: 'integerPower',
  formula: 'xⁿ',
  type: (inputs, n) => {
    if (!Number.isInteger(n) || n < 0) {
      throw new RangeError(
        `integerPower: expected a whole exponent from 0 on, got ${n}\nhint: pow(x, y) takes any exponent`,
      )
    }
    return elementwiseType('integerPower', inputs, false)
  },
  kernel: (_, n) => ({ kind: 'map', expression: productOf(n) }),
  vjp: (_, cotangent, { inputs: [x], params: n }) => mul(cotangent, integerSlope(x!, n)),
  jvp: (_, tangent, { inputs: [x], params: n }) => mul(tangent, integerSlope(x!, n)),
  batch: ([x], _, n) => integerPower(x!, n),
  cases: [0, 1, 2, 3, 7]
    .map((n) => ({ shapes: [[2, 3]], params: n }))
    .concat([
      { shapes: [[0]], params: 2 },
      { shapes: [[]], params: 5 },
    ]),
  refuses: [{ shapes: [[2]], params: -1 }],
}

const products = new Map<number, Expression>()

/** One expression per exponent, so that executors can keep what they make of it. */
function productOf(n: number): Expression {
  let known = products.get(n)
  if (!known) products.set(n, (known = product(input(0), n)))
  return known
}

function integerSlope(x: Tensor, n: number): Operand {
  return n === 0 ? 0 : mul(n, integerPower(x, n - 1))
}

/** xⁿ for a whole number n ≥ 0 by repeated multiplication, for every x; x⁰ = 1. */
export const integerPower: Carrying<number, (x: Operand, n: number) => Tensor> = carry(
  integerOperation,
  (x, n) => apply(integerOperation, [x], n),
)
