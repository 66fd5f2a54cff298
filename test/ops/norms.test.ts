import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checkGrad,
  grad,
  hessian,
  max,
  min,
  neg,
  norm,
  sum,
  tensor,
  type NormKind,
  type Tensor,
} from '../../src/index.ts'
import { roundoff } from '../../src/array/index.ts'
import * as math from '../../src/math/index.ts'

const kinds: NormKind[] = ['l1', 'l2', 'linf']
const vector = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 20 })
const { scale2 } = math.numbers

test.each(kinds)('%s scales with powers of two to the bit, over the whole range', (kind) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -4096, max: 4096 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: -1074, max: 1000 }),
      (list, k) => {
        const one = norm(tensor(list), kind).item()
        const scaled = norm(tensor(list.map((x) => scale2(x, k))), kind).item()
        expect(scaled).toBe(scale2(one, k))
      },
    ),
  )
})

test('l1 ≥ l2 ≥ linf, and l2 is the root of the sum of squares', () => {
  fc.assert(
    fc.property(vector, (list) => {
      const [l1, l2, linf] = kinds.map((kind) => norm(tensor(list), kind).item()) as [number, number, number]
      const u = roundoff('f64')
      expect(l1 * (1 + (list.length + 4) * u)).toBeGreaterThanOrEqual(l2)
      expect(l2 * (1 + 4 * u)).toBeGreaterThanOrEqual(linf)
      const squares = list.reduce((s, x) => s + x * x, 0)
      if (squares > 1e-290)
        expect(Math.abs(l2 / Math.sqrt(squares) - 1)).toBeLessThanOrEqual((list.length + 4) * u)
    }),
  )
})

test('lengths that plain squares would lose', () => {
  expect(norm(tensor([3e300, 4e300])).item()).toBeCloseTo(5e300, -285)
  expect(norm(tensor([3 * 5e-324, 4 * 5e-324])).item()).toBe(5 * 5e-324)
  expect(norm(tensor([3e30, 4e30], undefined, 'f32')).item() / 5e30).toBeCloseTo(1, 6)
  const unit = grad((x: Tensor) => norm(x))(tensor([3e300, 4e300]))
  expect(unit.data[0]).toBeCloseTo(0.6, 15)
  expect(unit.data[1]).toBeCloseTo(0.8, 15)
})

test('infinite and missing elements', () => {
  for (const kind of kinds) {
    expect(norm(tensor([1, -Infinity]), kind).item()).toBe(Infinity)
    expect(norm(tensor([1, NaN]), kind).item()).toBeNaN()
    expect(norm(tensor([]), kind).item()).toBe(0)
    expect(norm(tensor([], [2, 0]), kind, 1).toArray()).toEqual([0, 0])
    expect(norm(tensor([], [0, 2]), kind, 1).shape).toEqual([0])
  }
  expect(() => norm(tensor([1]), 'l3' as never)).toThrow(/^norm: expected l1, l2 or linf, got l3/)
})

test.each(kinds)('%s: derivatives of both orders are 0 at 0', (kind) => {
  const f = (x: Tensor): Tensor => norm(x, kind)
  const zero = tensor([0, 0, 0])
  expect(f(zero).item()).toBe(0)
  expect(grad(f)(zero).data.every((g) => g === 0)).toBe(true)
  expect(hessian(f)(zero).data.every((h) => h === 0)).toBe(true)
})

test('one row at 0 leaves the others alone', () => {
  const x = tensor([
    [0, 0],
    [3, -4],
  ])
  const want = { l1: [1, -1], l2: [0.6, -0.8], linf: [0, -1] }
  for (const kind of kinds) {
    const gradient = grad((y: Tensor) => sum(norm(y, kind, 1)))(x).data
    expect([gradient[0], gradient[1]]).toEqual([0, 0])
    want[kind].forEach((w, i) => expect(gradient[2 + i]).toBeCloseTo(w, 15))
  }
  expect(grad((y: Tensor) => norm(y, 'l1'))(tensor([0, 2])).toArray()).toEqual([0, 1])
})

test('the largest coordinates share the derivative of linf', () => {
  expect(grad((x: Tensor) => norm(x, 'linf'))(tensor([2, -2, 1, 2])).toArray()).toEqual([
    1 / 3,
    -1 / 3,
    0,
    1 / 3,
  ])
})

test.each(kinds)('%s: derivatives away from 0, over axes', (kind) => {
  const x = tensor([
    [0.3, -1.2, 0.8],
    [2, 0.15, -0.5],
  ])
  for (const f of [
    (y: Tensor) => norm(y, kind),
    (y: Tensor) => norm(y, kind, 1),
    (y: Tensor) => norm(y, kind, [0], { keepDims: true }),
  ]) {
    expect(checkGrad(f, x).checks.filter(({ status }) => status !== 'passed')).toEqual([])
  }
  expect(norm(x, kind, 0, { keepDims: true }).shape).toEqual([1, 3])
})

test('the curvature of l2 is (1 - u uᵀ)/‖x‖', () => {
  const x = tensor([3, 4])
  const h = hessian((y: Tensor) => norm(y))(x).data
  const want = [(1 - 0.36) / 5, -0.48 / 5, -0.48 / 5, (1 - 0.64) / 5]
  want.forEach((w, i) => expect(h[i]).toBeCloseTo(w, 15))
})

test('min is max with both signs turned', () => {
  fc.assert(
    fc.property(vector, (list) => {
      expect(min(tensor(list)).item()).toBe(list.reduce((a, b) => Math.min(a, b)))
      expect(min(tensor(list)).item()).toBe(neg(max(neg(tensor(list)))).item())
    }),
  )
  const x = tensor([
    [3, 1, 1],
    [0, 5, 2],
  ])
  expect(min(x, 1).toArray()).toEqual([1, 0])
  expect(min(x, 0, { keepDims: true }).toArray()).toEqual([[0, 1, 1]])
  expect(grad((y: Tensor) => sum(min(y, 1)))(x).toArray()).toEqual([
    [0, 0.5, 0.5],
    [1, 0, 0],
  ])
  expect(min(tensor([NaN, 1])).item()).toBeNaN()
  expect(checkGrad((y) => min(y, 0), x).passed).toBe(true)
  expect(() => min(tensor([], [0, 2]), 0)).toThrow(/^min: expected nonempty axes/)
})
