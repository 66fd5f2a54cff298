import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checkGrad,
  grad,
  hessian,
  integerPower,
  mul,
  pow,
  sum,
  tensor,
  type Tensor,
} from '../../src/index.ts'
import * as math from '../../src/math/index.ts'

const { exponent, scale2 } = math.numbers
const singles = (list: number[]): Tensor => tensor(list, undefined, 'f32')
const power = (x: number, y: number): number => pow(tensor(x), tensor(y)).item()

/** |got - x| in units in the last place of x, for a format of `bits` bits whose smallest number is 2^least. */
function ulps(got: number, x: number, bits: number, least: number): number {
  if (Object.is(got, x) || got === x) return 0
  return Math.abs(got - x) / scale2(1, Math.max(least, exponent(x) - bits + 1))
}

const base = fc.double({ min: 1e-300, max: 1e300, noNaN: true })
const small = fc.double({ min: 0.01, max: 100, noNaN: true })
const anyPower = fc.oneof(
  fc.double({ min: -1100, max: 1100, noNaN: true }),
  fc.double({ min: -3, max: 3, noNaN: true }),
)

test('pow is within 2 units in the last place of the scalar power, which is within 1.04 of the exact one', () => {
  fc.assert(
    fc.property(fc.oneof(base, small), anyPower, (x, y) => {
      expect(ulps(power(x, y), math.pow(x, y), 53, -1074)).toBeLessThanOrEqual(2)
    }),
    { numRuns: 2000 },
  )
})

test('in f32 as well, although every step rounds', () => {
  fc.assert(
    fc.property(small, fc.double({ min: -20, max: 20, noNaN: true }), (a, b) => {
      const [x, y] = [Math.fround(a), Math.fround(b)]
      const exact = math.pow(x, y)
      fc.pre(exact < 3e38)
      expect(ulps(pow(singles([x]), singles([y])).data[0]!, exact, 24, -149)).toBeLessThanOrEqual(2)
    }),
    { numRuns: 2000 },
  )
})

const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -3,
  7,
  Infinity,
  -Infinity,
  NaN,
  1e300,
  -1e300,
  5e-324,
  1 - 2 ** -53,
]

test('special values are those of IEEE 754 pow', () => {
  for (const x of special) {
    for (const y of special) {
      const [got, want] = [power(x, y), math.pow(x, y)]
      expect([x, y, ulps(got, want, 53, -1074) <= 2 && Object.is(Math.sign(got), Math.sign(want))]).toEqual([
        x,
        y,
        true,
      ])
    }
  }
})

test('powers of powers of two are exact', () => {
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -40, max: 40 }), (k, n) => {
      expect(power(scale2(1, k), n)).toBe(scale2(1, k * n))
    }),
  )
  expect([power(4, 0.5), power(0.25, -1.5), power(-2, 10), power(-2, -3)]).toEqual([2, 8, 1024, -0.125])
})

test('a whole exponent from 0 to 8 given as a number multiplies, so that whole results are exact', () => {
  fc.assert(
    fc.property(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 0, max: 8 }), (x, n) => {
      expect(pow(tensor(x), n).item()).toBe(Number(BigInt(x) ** BigInt(n)))
    }),
  )
})

test('integer powers of negative bases have the right sign and slope, by either way', () => {
  for (const n of [1, 2, 3, 5, 8]) {
    for (const exponent of [n, tensor(n)]) {
      const f = (x: Tensor): Tensor => pow(x, exponent)
      expect(f(tensor(-1.5)).item() / math.pow(-1.5, n)).toBeCloseTo(1, 14)
      expect(grad(f)(tensor(-1.5)).item() / (n * math.pow(-1.5, n - 1))).toBeCloseTo(1, 14)
      expect(checkGrad(f, tensor([-1.5, 0.7, -0.3])).passed).toBe(true)
    }
  }
})

test('derivatives at 0', () => {
  const slopes = (y: number): number[] => {
    const f = (x: Tensor): Tensor => pow(x, tensor(y))
    return [grad(f)(tensor(0)).item(), hessian(f)(tensor(0)).item()]
  }
  expect(slopes(0)).toEqual([0, 0])
  expect(slopes(1)).toEqual([1, 0])
  expect(slopes(2)).toEqual([0, 2])
  expect(slopes(3)).toEqual([0, 0])
  expect(slopes(2.5)).toEqual([0, 0])
  expect(slopes(0.5)[0]).toBe(Infinity)
  for (const n of [0, 1, 2, 3]) {
    const f = (x: Tensor): Tensor => integerPower(x, n)
    expect([grad(f)(tensor(0)).item(), hessian(f)(tensor(0)).item()]).toEqual(slopes(n))
  }
  const byExponent = (x: number, y: number): number => grad((e: Tensor) => pow(x, e))(tensor(y)).item()
  expect([byExponent(0, 0), byExponent(0, 1), byExponent(0, 2.5)]).toEqual([0, 0, 0])
  expect(byExponent(-2, 3)).toBeNaN()
})

test('a mixed second derivative at exponent 0 is x⁻¹', () => {
  const byBase = (y: Tensor): Tensor => grad((x: Tensor) => pow(x, y))(tensor(4))
  expect(grad(byBase)(tensor(0)).item()).toBe(0.25)
})

test('bases and exponents broadcast', () => {
  const f = (x: Tensor, y: Tensor): Tensor => mul(pow(x, y), sum(y))
  expect(checkGrad(f, tensor([[1.5], [0.6]]), tensor([0.4, -1.2, 2.5])).passed).toBe(true)
  expect(pow(2, tensor([1, 2, 3])).toArray()).toEqual([2, 4, 8])
})

test('integerPower refuses other exponents', () => {
  expect(() => integerPower(tensor(2), 0.5)).toThrow(
    /^integerPower: expected a whole exponent .*, got 0.5\nhint: pow/,
  )
})
