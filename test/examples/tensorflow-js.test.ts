// The first model of TensorFlow.js's README (github.com/tensorflow/tfjs), one dense unit, and the same with a hidden layer, in glassjaw.
import { expect, test } from 'vitest'
import {
  add,
  grad,
  matmul,
  mean,
  mul,
  square,
  sub,
  tanh,
  tensor,
  valueAndGrad,
  type Tensor,
} from '../../src/index.ts'

type Parameters = { readonly [name: string]: Tensor }

/** One step of gradient descent on a tree of parameters. */
function descend<P extends Parameters>(parameters: P, gradient: P, rate: number): P {
  const names = Object.keys(parameters)
  return Object.fromEntries(
    names.map((name) => [name, sub(parameters[name]!, mul(rate, gradient[name]!))]),
  ) as P
}

test('a dense unit learns the line y = 2 x - 1', () => {
  const xs = tensor([1, 2, 3, 4], [4, 1])
  const ys = tensor([1, 3, 5, 7], [4, 1])
  const dense = ({ kernel, bias }: Parameters, x: Tensor): Tensor => add(matmul(x, kernel!), bias!)
  const meanSquaredError = (p: Parameters): Tensor => mean(square(sub(dense(p, xs), ys)))

  let p: Parameters = { kernel: tensor([[0.3]]), bias: tensor([0]) }
  for (let epoch = 0; epoch < 1000; epoch++) p = descend(p, grad(meanSquaredError)(p), 0.05)
  expect(dense(p, tensor([[5]])).item()).toBeCloseTo(9, 6)
})

test('a dense network with a hidden layer learns exclusive or', () => {
  const xs = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])
  const ys = tensor([[0], [1], [1], [0]])
  const network = ({ W, b, V, c }: Parameters, x: Tensor): Tensor =>
    add(matmul(tanh(add(matmul(x, W!), b!)), V!), c!)
  const loss = valueAndGrad((p: Parameters) => mean(square(sub(network(p, xs), ys))))

  let p: Parameters = {
    W: tensor([
      [1.2, -0.8, 0.5],
      [-1, 0.9, 0.6],
    ]),
    b: tensor([0.1, -0.2, 0]),
    V: tensor([[0.7], [0.9], [-0.4]]),
    c: tensor([0]),
  }
  for (let epoch = 0; epoch < 1000; epoch++) p = descend(p, loss(p).gradient, 0.2)
  expect(loss(p).value.item()).toBeLessThan(1e-3)
  network(p, xs).data.forEach((y, i) => expect(Math.round(y)).toBe(ys.data[i]))
})
