import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  clamp,
  elu,
  geluTanh,
  grad,
  hardTanh,
  maximum,
  minimum,
  sum,
  tensor,
  type Tensor,
} from '../../src/index.ts'
import * as math from '../../src/math/index.ts'

const finite = fc.double({ min: -40, max: 40, noNaN: true })

test('elu, hardTanh and geluTanh by their formulas', () => {
  fc.assert(
    fc.property(finite, (x) => {
      const at = (f: (y: Tensor) => Tensor): number => f(tensor(x)).item()
      expect(at(elu)).toBe(x > 0 ? x : math.expm1(x))
      expect(at(hardTanh)).toBe(Math.max(-1, Math.min(1, x)))
      const inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)
      expect(Math.abs(at(geluTanh) - 0.5 * x * (1 + math.tanh(inner)))).toBeLessThanOrEqual(
        4e-15 * Math.max(1, Math.abs(x)),
      )
    }),
  )
})

test('geluTanh keeps its relative accuracy in the left tail', () => {
  // x/2 (1 + tanh u) = x/(1 + e^(-2u)), and e^(-2u) is all that counts here.
  const u = 0.7978845608028654 * (-6 - 0.044715 * 216)
  expect(geluTanh(tensor(-6)).item() / (-6 * math.exp(2 * u))).toBeCloseTo(1, 8)
  expect(geluTanh(tensor([-1e100, 1e100])).toArray()).toEqual([-0, 1e100])
})

test('NaN passes through, and so do infinities', () => {
  for (const f of [elu, hardTanh, geluTanh, (x: Tensor) => clamp(x, -1, 1)])
    expect(f(tensor(NaN)).item()).toBeNaN()
  expect([elu, hardTanh].map((f) => f(tensor([-Infinity, Infinity])).toArray())).toEqual([
    [-1, Infinity],
    [-1, 1],
  ])
})

test('clamp holds x between its bounds, which broadcast', () => {
  fc.assert(
    fc.property(finite, finite, finite, (x, low, high) => {
      expect(clamp(x, low, high).item()).toBe(minimum(maximum(x, low), high).item())
      if (low <= high) expect(clamp(x, low, high).item()).toBe(x < low ? low : x > high ? high : x)
      else expect(clamp(x, low, high).item()).toBe(high)
    }),
  )
  expect(
    clamp(
      tensor([
        [-2, 0.5],
        [3, 9],
      ]),
      tensor([0, 1]),
      5,
    ).toArray(),
  ).toEqual([
    [0, 1],
    [3, 5],
  ])
})

test('the gradients of clamp: x inside, the bound outside, one half to each on it', () => {
  const gradients = (x: number): number[] => {
    const at = grad(([a, low, high]: Tensor[]) => clamp(a!, low!, high!))([x, -1, 2].map((v) => tensor(v)))
    return at.map((g) => g.item())
  }
  expect([-3, -1, 0, 2, 5].map(gradients)).toEqual([
    [0, 1, 0],
    [0.5, 0.5, 0],
    [1, 0, 0],
    [0.5, 0, 0.5],
    [0, 0, 1],
  ])
})

test('the saturated parts of hardTanh have slope 0 and elu is smooth to first order', () => {
  const slopes = (f: (x: Tensor) => Tensor, at: number[]): unknown =>
    grad((x: Tensor) => sum(f(x)))(tensor(at)).toArray()
  expect(slopes(hardTanh, [-1, -0.5, 1, 7])).toEqual([0, 1, 0, 0])
  expect(slopes(elu, [0, 3])).toEqual([1, 1])
})
