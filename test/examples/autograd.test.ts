// The README of autograd (github.com/HIPS/autograd): derivatives of tanh over an interval, and its logistic regression, in glassjaw.
import { expect, test } from 'vitest'
import { add, div, exp, grad, log, matmul, mul, neg, sub, sum, tensor, type Tensor } from '../../src/index.ts'

type Function = (x: Tensor) => Tensor

test('derivatives of tanh, one after the other, at many points at once', () => {
  const tanh: Function = (x) => {
    const y = exp(mul(-2, x))
    return div(sub(1, y), add(1, y))
  }
  // The function works element by element, so the gradient of the sum is the derivative at every element.
  const derivative = (f: Function): Function => grad((x: Tensor) => sum(f(x)))
  const x = tensor(Float64Array.from({ length: 200 }, (_, i) => -7 + (14 * i) / 199))

  const orders = [tanh]
  for (let k = 1; k <= 4; k++) orders.push(derivative(orders.at(-1)!))
  const values = orders.map((f) => f(x).data)
  x.data.forEach((point, i) => {
    const t = Math.tanh(point)
    const s = 1 - t * t
    const closed = [t, s, -2 * t * s, (6 * t * t - 2) * s, (16 - 24 * t * t) * t * s]
    closed.forEach((value, k) => expect(Math.abs(values[k]![i]! - value)).toBeLessThan(1e-12))
  })
})

test('finite differences agree', () => {
  const f: Function = (x) => div(sub(1, exp(mul(-2, x))), add(1, exp(mul(-2, x))))
  const slope = (f(tensor(1.0001)).item() - f(tensor(0.9999)).item()) / 0.0002
  expect(Math.abs(grad(f)(tensor(1)).item() - slope)).toBeLessThan(2e-9)
})

test('logistic regression by gradient steps', () => {
  const inputs = tensor([
    [0.52, 1.12, 0.77],
    [0.88, -1.08, 0.15],
    [0.52, 0.06, -1.3],
    [0.74, -2.49, 1.39],
  ])
  const targets = tensor([1, 1, 0, 1])
  const sigmoid: Function = (x) => div(1, add(1, exp(neg(x))))
  const predict: Function = (weights) => sigmoid(matmul(inputs, weights))
  const loss: Function = (weights) => {
    const p = predict(weights)
    return neg(sum(log(add(mul(p, targets), mul(sub(1, p), sub(1, targets))))))
  }
  const gradient = grad(loss)
  let weights = tensor([0, 0, 0])
  const before = loss(weights).item()
  for (let step = 0; step < 500; step++) weights = sub(weights, mul(0.1, gradient(weights)))
  expect(before).toBeCloseTo(4 * Math.LN2, 14)
  expect(loss(weights).item()).toBeLessThan(0.1)
  predict(weights).data.forEach((p, i) => expect(Math.round(p)).toBe(targets.data[i]))
})
