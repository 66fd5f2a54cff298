/** Whole programs of the kinds that people run on devices. */
import { Tensor } from '../../src/array/index.ts'
import {
  add,
  averagePool2d,
  conv2d,
  crossEntropy,
  div,
  dot,
  exp,
  gelu,
  grad,
  hvp,
  jvp,
  logSumExp,
  matmul,
  max,
  maxPool2d,
  mean,
  mul,
  norm,
  record,
  relu,
  reshape,
  sign,
  softmax,
  sqrt,
  square,
  stack,
  sub,
  sum,
  take,
  tanh,
  transpose,
  vmap,
} from '../../src/index.ts'
import { numbers, type Case } from './agreement.ts'

const of = (name: string, f: (...xs: Tensor[]) => Tensor | Tensor[], ...args: Tensor[]): Case => ({
  name,
  args,
  tape: record(f as (...xs: Tensor[]) => Tensor, ...args),
})

const labels = (n: number, classes: number): Tensor =>
  new Tensor(
    Int32Array.from({ length: n }, (_, i) => (7 * i) % classes),
    [n],
    'i32',
  )

/** Two convolutions and a linear layer, for images of 8 by 8. */
export function convNet(images: Tensor, first: Tensor, second: Tensor, last: Tensor): Tensor {
  const a = maxPool2d(relu(conv2d(images, first, { padding: 1 })), 2)
  const b = averagePool2d(tanh(conv2d(a, second)), 2)
  return matmul(reshape(b, [images.shape[0]!, last.shape[0]!]), last)
}

/** Weights between ±0.5: sizes of the layers as in He's initialisation. */
const weights = (shape: readonly number[], salt: number): Tensor => numbers(shape, salt, 'f64', [-0.5, 0.5])

export const convWeights: readonly [Tensor, Tensor, Tensor] = [
  weights([3, 1, 3, 3], 1),
  weights([4, 3, 3, 3], 2),
  weights([4, 3], 3),
]

const perceptron = (x: Tensor, w: Tensor, v: Tensor): Tensor => matmul(tanh(matmul(x, w)), v)
const loss = (x: Tensor, w: Tensor, v: Tensor): Tensor =>
  crossEntropy(perceptron(x, w, v), labels(x.shape[0]!, 5))
const convLoss = (x: Tensor, own: Tensor, ...layers: readonly Tensor[]): Tensor =>
  crossEntropy(convNet(x, layers[0]!, layers[1]!, layers[2]!), own)

const [x, w, v] = [numbers([6, 9], 1), weights([9, 17], 2), weights([17, 5], 3)]
const classes = labels(4, 3)
const images = numbers([4, 1, 8, 8], 4, 'f64', [0, 1])

/** Three steps of projected gradient ascent on the loss, in a box around a batch of images. */
export function pgd(
  step: number,
  radius: number,
  own: Tensor,
  ...layers: readonly Tensor[]
): (x: Tensor) => Tensor {
  return (x) => {
    let z = x
    for (let i = 0; i < 3; i++) {
      const ascent = grad((y: Tensor) => convLoss(y, own, ...layers))(z)
      const moved = add(z, mul(step, sign(ascent)))
      const delta = sub(moved, x)
      const clipped = sub(relu(add(delta, radius)), relu(sub(delta, radius)))
      z = add(x, sub(clipped, radius))
    }
    return z
  }
}

export const tapes: readonly Case[] = [
  of('a perceptron', perceptron, x, w, v),
  of('its loss', loss, x, w, v),
  of('its gradient by the input', (a, b, c) => grad((y: Tensor) => loss(y, b!, c!))(a!), x, w, v),
  of(
    'its gradient by the weights',
    (a, b, c) => grad((layers: Tensor[]) => loss(a!, layers[0]!, layers[1]!))([b!, c!]),
    x,
    w,
    v,
  ),
  of(
    'a Hessian-vector product',
    (a, d) => hvp((y: Tensor) => sum(gelu(matmul(y, w))))(a!, d!),
    x,
    numbers([6, 9], 5),
  ),
  of('a tangent', (a, d) => jvp((y: Tensor) => perceptron(y, w, v), a!, d!).tangent, x, numbers([6, 9], 5)),
  of(
    'one gradient for every row',
    (a) => vmap(grad((y: Tensor) => sum(perceptron(reshape(y, [1, 9]), w, v))))(a!),
    x,
  ),
  of('a convolutional net', (a) => convNet(a!, ...convWeights), images),
  of(
    'its gradient by the images',
    (a) => grad((y: Tensor) => convLoss(y, classes, ...convWeights))(a!),
    images,
  ),
  of(
    'its gradient by the weights',
    (a, ...layers) => grad((list: Tensor[]) => convLoss(a!, classes, ...list))(layers),
    images,
    ...convWeights,
  ),
  of('batched projected gradient ascent', (a) => pgd(0.01, 0.02, classes, ...convWeights)(a!), images),
  of('softmax of rows', (a) => softmax(a!), x),
  of('log-sum-exp over columns', (a) => logSumExp(a!, 0), x),
  of(
    'normalised rows',
    (a) =>
      div(sub(a!, mean(a!, 1, { keepDims: true })), sqrt(add(0.1, mean(square(a!), 1, { keepDims: true })))),
    x,
  ),
  of('a Gram matrix', (a) => matmul(a!, a!, { transposeB: true }), x),
  of('batched products', (a, b) => matmul(a!, b!), numbers([3, 4, 5], 6), numbers([3, 5, 2], 7)),
  of(
    'a product of transposes',
    (a, b) => matmul(transpose(a!), transpose(b!)),
    numbers([5, 4], 6),
    numbers([3, 5], 7),
  ),
  of(
    'attention',
    (q, k, u) => matmul(softmax(div(matmul(q!, k!, { transposeB: true }), 3)), u!),
    x,
    numbers([7, 9], 8),
    numbers([7, 4], 9),
  ),
  of(
    'kernel of Gaussians',
    (a, b) => exp(mul(-0.5, sum(square(sub(reshape(a!, [6, 1, 9]), reshape(b!, [1, 7, 9]))), 2))),
    x,
    numbers([7, 9], 8),
  ),
  of(
    'selected and stacked rows',
    (a) =>
      stack(Array.from({ length: 9 }, (_, i) => take(a!, new Tensor(Int32Array.of((5 * i) % 6), [], 'i32')))),
    x,
  ),
  of(
    'norms and largest elements',
    (a) => [norm(a!), max(a!, 1), dot(reshape(a!, [54]), reshape(a!, [54]))],
    x,
  ),
]

/** Products of so many rows, sums and columns, of numbers between ±1. */
export function product(m: number, k: number, n: number): Case {
  const [a, b] = [numbers([m, k], m + n, 'f64', [-1, 1]), numbers([k, n], k, 'f64', [-1, 1])]
  return of(`a product ${m}×${k}×${n}`, (p, q) => matmul(p!, q!), a, b)
}
