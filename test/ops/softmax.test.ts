import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  add,
  checkGrad,
  crossEntropy,
  exp,
  grad,
  jvp,
  logSoftmax,
  logSumExp,
  mul,
  oneHot,
  softmax,
  sub,
  sum,
  tensor,
  vmap,
  type Tensor,
} from '../../src/index.ts'
import { roundoff } from '../../src/array/index.ts'
import * as math from '../../src/math/index.ts'

const row = fc.array(fc.double({ min: -700, max: 700, noNaN: true }), { minLength: 1, maxLength: 20 })
const wholeRow = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 20 })
const inf = Infinity

test('the rows of a softmax sum to 1, and are the exponentials of logSoftmax', () => {
  fc.assert(
    fc.property(row, (list) => {
      const x = tensor([list, list.toReversed()])
      const p = softmax(x)
      // Each quotient and each sum rounds once.
      for (const total of sum(p, 1).data)
        expect(Math.abs(total - 1)).toBeLessThanOrEqual(2 * list.length * roundoff('f64'))
      const logs = logSoftmax(x)
      // exp turns an absolute error of its argument, at most u of its size a few times over, into a relative one.
      exp(logs).data.forEach((q, i) =>
        expect(Math.abs(q - p.data[i]!)).toBeLessThanOrEqual(
          (4 * list.length + 2000) * roundoff('f64') * q + 5e-324,
        ),
      )
    }),
  )
})

test('a shift changes no bit of a softmax where it is exact', () => {
  fc.assert(
    fc.property(wholeRow, fc.integer({ min: -1e9, max: 1e9 }), (list, shift) => {
      const x = tensor(list)
      expect(softmax(add(x, shift)).toArray()).toEqual(softmax(x).toArray())
      expect(logSoftmax(add(x, shift)).toArray()).toEqual(logSoftmax(x).toArray())
    }),
  )
})

/** log Σ exp(x) with a sum that loses nothing that matters (Neumaier). */
function reference(list: readonly number[]): number {
  const largest = list.reduce((a, b) => Math.max(a, b), -inf)
  let [total, lost] = [0, 0]
  for (const x of list) {
    const term = math.exp(x - largest)
    const next = total + term
    lost += total >= term ? total - next + term : term - next + total
    total = next
  }
  return largest + math.log(total + lost)
}

test('logSumExp agrees with a compensated loop', () => {
  fc.assert(
    fc.property(row, (list) => {
      const scale = Math.max(1, ...list.map(Math.abs))
      const gap = Math.abs(logSumExp(tensor(list)).item() - reference(list))
      expect(gap).toBeLessThanOrEqual((list.length + 8) * roundoff('f64') * scale)
    }),
  )
})

test('large and infinite elements of logSumExp', () => {
  const f = (x: number[]): number => logSumExp(tensor(x)).item()
  expect(f([1e300, 1e300])).toBe(1e300)
  expect(f([-1e300, -1e300])).toBe(-1e300)
  expect([f([-inf, -inf]), f([]), f([-inf, 3]), f([inf, 0]), f([inf, -inf])]).toEqual([
    -inf,
    -inf,
    3,
    inf,
    inf,
  ])
  expect(f([NaN, 0])).toBeNaN()
  expect(
    logSumExp(
      tensor([
        [1, -inf],
        [-inf, -inf],
      ]),
      1,
    ).toArray(),
  ).toEqual([1, -inf])
  expect(logSumExp(tensor([], [3, 0]), 1).toArray()).toEqual([-inf, -inf, -inf])
})

test('the gradient of logSumExp is the softmax, and 0 where everything is -Infinity', () => {
  const x = tensor([
    [0.3, -inf, 2],
    [-inf, -inf, -inf],
  ])
  const gradient = grad((y: Tensor) => sum(logSumExp(y, 1)))(tensor([[0.3, -inf, 2]]))
  const p = softmax(tensor([0.3, -inf, 2]))
  gradient.data.forEach((g, i) => expect(g).toBeCloseTo(p.data[i]!, 15))
  expect(p.data[1]).toBe(0)
  const picked = (y: Tensor): Tensor => sum(mul(logSumExp(y, 1), 0.5))
  expect([...grad(picked)(x).data].slice(3)).toEqual([0, 0, 0])
  expect(
    jvp(
      (y: Tensor) => logSumExp(y, 1),
      x,
      tensor([
        [1, 1, 1],
        [1, 1, 1],
      ]),
    ).tangent.data[1],
  ).toBe(0)
})

test('shapes: axes, kept axes, zero sizes', () => {
  const x = tensor(
    Array.from({ length: 24 }, (_, i) => (i * 7) % 5),
    [2, 3, 4],
  )
  expect(logSumExp(x).shape).toEqual([])
  expect(logSumExp(x, [0, 2]).shape).toEqual([3])
  expect(logSumExp(x, 1, { keepDims: true }).shape).toEqual([2, 1, 4])
  expect(sum(softmax(x, [0, 2]), [0, 2]).data.every((t) => Math.abs(t - 1) < 1e-15)).toBe(true)
  expect(softmax(tensor([], [3, 0])).shape).toEqual([3, 0])
  expect(() => softmax(tensor(1))).toThrow(/^softmax: expected distinct axes of a rank-0 tensor/)
})

test.each<[string, (x: Tensor) => Tensor]>([
  ['logSumExp', (x) => logSumExp(x, 1)],
  ['softmax', (x) => softmax(x)],
  ['softmax over columns', (x) => softmax(x, 0)],
  ['logSoftmax', (x) => logSoftmax(x)],
  ['crossEntropy by class', (x) => crossEntropy(x, tensor([2, 0], [2], 'i32'))],
  [
    'crossEntropy by weights',
    (x) =>
      crossEntropy(
        x,
        tensor([
          [0.2, 0.3, 0.5],
          [0, 1, 0],
        ]),
      ),
  ],
])('the derivatives of %s', (_, f) => {
  const { checks } = checkGrad(
    f,
    tensor([
      [0.3, -1.2, 0.8],
      [2, 0.1, -0.5],
    ]),
  )
  expect(checks.filter(({ status }) => status !== 'passed')).toEqual([])
})

test('crossEntropy: labels by number and one-hot agree, and the gradient is (softmax - oneHot)/n', () => {
  const logits = tensor([
    [1, -2, 0.5],
    [0, 3, 3.5],
  ])
  const labels = tensor([2, 1], [2], 'i32')
  const weights = oneHot(labels, 3)
  expect(crossEntropy(logits, labels).item()).toBeCloseTo(crossEntropy(logits, weights).item(), 15)
  const want = mul(sub(softmax(logits), weights), 0.5)
  for (const target of [labels, weights]) {
    grad((x: Tensor) => crossEntropy(x, target))(logits).data.forEach((g, i) =>
      expect(g).toBeCloseTo(want.data[i]!, 15),
    )
  }
  // Every class equally likely: the loss is log k.
  expect(crossEntropy(tensor([[5, 5, 5, 5]]), tensor([0], [1], 'i32')).item()).toBe(math.log(4))
})

test('crossEntropy of a logit that leaves nothing to the others, and of a class that is ruled out', () => {
  const sure = tensor([[1e5, 0]])
  expect(crossEntropy(sure, tensor([0], [1], 'i32')).item()).toBe(0)
  expect(crossEntropy(sure, tensor([1], [1], 'i32')).item()).toBe(1e5)
  const ruledOut = tensor([[0, -inf]])
  for (const target of [tensor([0], [1], 'i32'), tensor([[1, 0]])]) {
    const f = (x: Tensor): Tensor => crossEntropy(x, target)
    expect(f(ruledOut).item()).toBe(0)
    expect(grad(f)(ruledOut).toArray()).toEqual([[0, 0]])
  }
})

test('crossEntropy per sample, with logits and labels batched', () => {
  const logits = tensor([
    [1, -2, 0.5],
    [0, 3, 3.5],
  ])
  const labels = tensor([2, 1], [2], 'i32')
  const losses = vmap((x: Tensor, label: Tensor) => crossEntropy(x, label))(logits, labels)
  expect(losses.shape).toEqual([2])
  expect((losses.data[0]! + losses.data[1]!) / 2).toBeCloseTo(crossEntropy(logits, labels).item(), 15)
})

test('crossEntropy says what labels it takes', () => {
  expect(() => crossEntropy(tensor([[1, 2]]), tensor([0, 1], [2], 'i32'))).toThrow(
    /^crossEntropy: expected labels like i32\[1\] or weights like f64\[1,2\], got i32\[2\]/,
  )
  expect(() => crossEntropy(tensor([[1, 2]]), tensor([[0, 1]], undefined, 'f32'))).toThrow(
    /^crossEntropy: .* got f32/,
  )
  expect(() => crossEntropy(tensor([[1, 2]]), tensor([2], [1], 'i32'))).toThrow(/expected .*, got 2/)
})
