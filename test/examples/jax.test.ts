// The programs of JAX's README (github.com/jax-ml/jax) and the logistic regression of its autodiff cookbook, in glassjaw.
import { expect, test } from 'vitest'
import {
  abs,
  add,
  div,
  exp,
  grad,
  hessian,
  jacobian,
  less,
  log,
  matmul,
  mul,
  neg,
  reshape,
  select,
  sigmoid,
  square,
  sub,
  sum,
  tanh as builtIn,
  tensor,
  vmap,
  type Tensor,
} from '../../src/index.ts'

test('nested derivatives of tanh', () => {
  const tanh = (x: Tensor): Tensor => {
    const y = exp(mul(-2, x))
    return div(sub(1, y), add(1, y))
  }
  const x = tensor(1)
  expect(grad(tanh)(x).item()).toBeCloseTo(0.4199743, 7)
  expect(grad(grad(grad(tanh)))(x).item()).toBeCloseTo(0.62162673, 7)
  // tanh' = 1 - t² and tanh''' = -2 + 8 t² - 6 t⁴
  const t2 = Math.tanh(1) ** 2
  expect(grad(tanh)(x).item()).toBeCloseTo(1 - t2, 14)
  expect(grad(grad(grad(tanh)))(x).item()).toBeCloseTo(-2 + 8 * t2 - 6 * t2 * t2, 13)
})

test('a choice inside a differentiated function', () => {
  const absoluteValue = (x: Tensor): Tensor => select(less(0, x), x, neg(x))
  expect([1, -1].map((x) => grad(absoluteValue)(tensor(x)).item())).toEqual([1, -1])
  expect([1, -1].map((x) => grad((y: Tensor) => abs(y))(tensor(x)).item())).toEqual([1, -1])
})

test('full Hessians from both modes', () => {
  const f = (x: Tensor): Tensor => sum(mul(builtIn(x), reshape(square(x), [3, 1])))
  const byHand = jacobian(jacobian(f, 'reverse'), 'forward')
  const x = tensor([0.3, -1, 2])
  expect(byHand(x).toArray()).toEqual(hessian(f)(x).toArray())
})

type Layer = readonly [W: Tensor, b: Tensor]

test('gradients of every example of a batch', () => {
  const predict = (layers: readonly Layer[], input: Tensor): Tensor => {
    let [outputs, activations] = [input, input]
    for (const [W, b] of layers) {
      outputs = add(matmul(W, activations), b)
      activations = builtIn(outputs)
    }
    return outputs // no activation on the last layer
  }
  const loss = (layers: readonly Layer[], input: Tensor, target: Tensor): Tensor =>
    sum(square(sub(predict(layers, input), target)))
  const perExample = vmap(grad(loss), [null, 0, 0])

  const layers: readonly Layer[] = [
    [
      tensor([
        [0.5, -1],
        [1.5, 0.2],
        [-0.7, 0.4],
      ]),
      tensor([0.1, 0, -0.3]),
    ],
    [tensor([[1, -0.5, 0.8]]), tensor([0.2])],
  ]
  const inputs = tensor([
    [1, 2],
    [0, -1],
    [0.5, 0.5],
    [-2, 1],
  ])
  const targets = tensor([[1], [0], [2], [-1]])
  const gradients = perExample(layers, inputs, targets)
  expect(gradients[0]![0].shape).toEqual([4, 3, 2])
  // Their sum over the batch is the gradient of the total.
  const total = (p: readonly Layer[]): Tensor => sum(vmap(loss, [null, 0, 0])(p, inputs, targets))
  gradients.flat().forEach((g, i) => {
    const whole = grad(total)(layers).flat()[i]!.data
    sum(g, 0).data.forEach((value, j) => expect(value).toBeCloseTo(whole[j]!, 13))
  })
})

test('logistic regression', () => {
  const inputs = tensor([
    [0.52, 1.12, 0.77],
    [0.88, -1.08, 0.15],
    [0.52, 0.06, -1.3],
    [0.74, -2.49, 1.39],
  ])
  const targets = tensor([1, 1, 0, 1])
  const predict = (W: Tensor, b: Tensor): Tensor => sigmoid(add(matmul(inputs, W), b))
  const loss = ({ W, b }: { W: Tensor; b: Tensor }): Tensor => {
    const p = predict(W, b)
    const likely = add(mul(p, targets), mul(sub(1, p), sub(1, targets)))
    return neg(sum(log(likely)))
  }
  const [W, b] = [tensor([0.2, -0.5, 0.9]), tensor(0.1)]
  const gradient = grad(loss)({ W, b })
  // In closed form: Xᵀ(p - targets) and Σ(p - targets).
  const residual = sub(predict(W, b), targets)
  const closed = matmul(inputs, residual, { transposeA: true })
  gradient.W.data.forEach((g, i) => expect(g).toBeCloseTo(closed.data[i]!, 14))
  expect(gradient.b.item()).toBeCloseTo(sum(residual).item(), 14)
})
