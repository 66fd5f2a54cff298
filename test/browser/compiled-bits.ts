import {
  add,
  averagePool2d,
  cast,
  compile,
  conv2d,
  cos,
  crossEntropy,
  erf,
  exp,
  expm1,
  gelu,
  grad,
  log,
  log1p,
  matmul,
  maxPool2d,
  mul,
  pow,
  reshape,
  sigmoid,
  silu,
  sin,
  softplus,
  sqrt,
  sum,
  tanh,
  tensor,
  type DType,
  type ExecutorName,
  type Shape,
  type Tensor,
} from '../../src/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { fnv1a, grid } from './bits.ts'

const dtypes = ['f64', 'f32'] as const
const hash = (x: Tensor): number => fnv1a(Float64Array.from(x.data))
const random = (name: string, shape: Shape, dtype: DType): Tensor => {
  const size = shape.reduce((n, m) => n * m, 1)
  return cast(tensor(normal(stream(1, name), size), shape), dtype)
}

const power = (x: Tensor): Tensor => pow(x, 2.5)
const ofOne = { exp, expm1, log, log1p, sin, cos, tanh, erf, sigmoid, softplus, silu, gelu, sqrt, power }

/** A net of two convolutions for images of 12 by 12. */
function loss(first: Tensor, second: Tensor, last: Tensor, images: Tensor): Tensor {
  const n = images.shape[0]!
  const a = maxPool2d(tanh(conv2d(images, first, { padding: 1 })), 2)
  const b = averagePool2d(gelu(conv2d(a, second, { padding: 1 })), 2)
  const labels = tensor(
    Array.from({ length: n }, (_, i) => i % 10),
    [n],
    'i32',
  )
  return crossEntropy(matmul(reshape(b, [n, last.shape[0]!]), last), labels)
}

/** Hashes of what this executor makes of elementary functions, their derivatives, and the gradients of a convolutional net. */
export function compiledHashes(executor: ExecutorName): Record<string, number> {
  const out: Record<string, number> = {}
  for (const dtype of dtypes) {
    const points = cast(tensor(grid()), dtype)
    for (const [name, f] of Object.entries(ofOne)) {
      const value = compile((x: Tensor) => f(x), { executor })
      const slope = compile(
        grad((x: Tensor) => sum(f(x))),
        { executor },
      )
      out[`${name} ${dtype}`] = hash(value(points))
      out[`${name}′ ${dtype}`] = hash(slope(points))
    }
    const shapes: Shape[] = [
      [6, 2, 3, 3],
      [8, 6, 3, 3],
      [72, 10],
      [5, 2, 12, 12],
    ]
    const args = shapes.map((shape, i) => mul(random(`part ${i}`, shape, dtype), 0.3))
    shapes.forEach((_, i) => {
      const by = (...xs: Tensor[]): Tensor =>
        grad((x: Tensor) => {
          const [first, second, last, images] = xs.with(i, x) as [Tensor, Tensor, Tensor, Tensor]
          return add(loss(first, second, last, images), mul(sum(mul(x, x)), 0.01))
        })(xs[i]!)
      out[`convolutional net by part ${i} ${dtype}`] = hash(compile(by, { executor })(...args))
    })
  }
  return out
}
