import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as g from '../../../src/index.ts'
import { allocate, sizeOf, type Shape } from '../../../src/array/index.ts'
import { Tensor, tensor } from '../../../src/index.ts'

type Parameters = Record<string, Tensor>
type Lists = Record<string, number[]>
interface Golden {
  readonly loss: number
  readonly gradient: Lists
  readonly hvp: Lists
}
const goldens = JSON.parse(readFileSync(new URL('golden/models.json', import.meta.url), 'utf8')) as Record<
  string,
  Golden
>

/** As `numbers` in golden.py. */
function numbers(shape: Shape, salt: number, scale = 1): Tensor {
  const data = allocate('f64', sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = scale * (((i * 7 + salt * 13) % 31) / 16 - 15 / 16)
  return new Tensor(data, shape, 'f64')
}

const labels = (...list: number[]): Tensor => tensor(list, undefined, 'i32')
/** One number per channel, added over images and positions. */
const withBias = (x: Tensor, bias: Tensor): Tensor => g.add(x, g.reshape(bias, [bias.size, 1, 1]))

function convolutional(p: Parameters, x: Tensor): Tensor {
  let h = g.tanh(withBias(g.conv2d(x, p['w1']!, { padding: 1 }), p['b1']!))
  h = g.maxPool2d(h, 2)
  h = g.relu(withBias(g.conv2d(h, p['w2']!, { stride: 2, padding: 1, groups: 2 }), p['b2']!))
  h = g.averagePool2d(h, 2, { stride: 1 })
  const logits = g.add(g.matmul(g.reshape(h, [2, -1]), p['w3']!), p['b3']!)
  return g.crossEntropy(logits, labels(2, 0))
}

function residual(p: Parameters, x: Tensor): Tensor {
  const h = withBias(g.conv2d(g.silu(x), p['w1']!, { padding: 1 }), p['b1']!)
  const y = g.add(x, withBias(g.conv2d(g.gelu(h), p['w2']!, { padding: 1 }), p['b2']!))
  const centred = g.sub(y, g.mean(y, [1, 2, 3], { keepDims: true }))
  const variance = g.mean(g.square(centred), [1, 2, 3], { keepDims: true })
  const z = g.div(centred, g.sqrt(g.add(variance, 1e-3)))
  return g.mean(g.mul(g.softplus(z), g.sin(z)))
}

function classifier(p: Parameters, x: Tensor): Tensor {
  const logits = g.add(g.matmul(x, p['w']!), p['b']!)
  return g.add(g.crossEntropy(logits, labels(0, 3, 1, 2, 3)), g.mul(0.05, g.sum(g.square(p['w']!))))
}

/** Gauss-Jordan elimination with row exchanges: the inverse, and log |det|. */
function eliminate(x: Tensor): { inverse: Float64Array; logDet: number } {
  const n = x.shape[0]!
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 2 * n }, (_, j) => (j < n ? x.data[i * n + j]! : Number(j - n === i))),
  )
  let logDet = 0
  for (let k = 0; k < n; k++) {
    const best = rows.reduce(
      (at, row, i) => (i >= k && Math.abs(row[k]!) > Math.abs(rows[at]![k]!) ? i : at),
      k,
    )
    ;[rows[k], rows[best]] = [rows[best]!, rows[k]!]
    const pivot = rows[k]![k]!
    logDet += Math.log(Math.abs(pivot))
    rows[k] = rows[k]!.map((value) => value / pivot)
    for (let i = 0; i < n; i++) {
      const factor = rows[i]![k]!
      if (i !== k) rows[i] = rows[i]!.map((value, j) => value - factor * rows[k]![j]!)
    }
  }
  return { inverse: Float64Array.from(rows.flatMap((row) => row.slice(n))), logDet }
}

/** d A⁻¹ = -A⁻¹ dA A⁻¹. */
const inverse = g.host({
  name: 'inverse',
  type: ([a]) => a!,
  call: ([a]) => eliminate(a!).inverse,
  jvp: (_, t, { output }) => g.neg(g.matmul(g.matmul(output, t), output)),
  vjp: (_, c, { output }) => {
    const left = g.matmul(output, c, { transposeA: true })
    return g.neg(g.matmul(left, output, { transposeB: true }))
  },
})

/** d log |det A| = ⟨A⁻ᵀ, dA⟩. */
const logDet = g.host({
  name: 'logDet',
  type: ([a]) => ({ dtype: a!.dtype, shape: [] }),
  call: ([a]) => Float64Array.of(eliminate(a!).logDet),
  jvp: (_, t, { inputs: [a] }) => g.sum(g.mul(t, g.transpose(inverse(a!)))),
  vjp: (_, c, { inputs: [a] }) => g.mul(c, g.transpose(inverse(a!))),
})

const unit = tensor([0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => Number(i === j))))

function logDeterminant({ a }: Parameters, x: Tensor): Tensor {
  const gram = g.add(g.matmul(a!, a!, { transposeB: true }), g.mul(unit, g.exp(x)))
  return g.add(logDet(gram), g.dot(x, g.matmul(a!, x)))
}

type Model = (p: Parameters, x: Tensor) => Tensor
const models: [name: string, model: Model, shapes: Record<string, Shape>, input: Shape, scale: number][] = [
  [
    'convolutional',
    convolutional,
    { w1: [4, 2, 3, 3], b1: [4], w2: [6, 2, 3, 3], b2: [6], w3: [6, 3], b3: [3] },
    [2, 2, 6, 6],
    0.6,
  ],
  ['residual', residual, { w1: [3, 2, 3, 3], b1: [3], w2: [2, 3, 3, 3], b2: [2] }, [2, 2, 4, 4], 0.5],
  ['classifier', classifier, { w: [3, 4], b: [4] }, [5, 3], 1],
  ['logDeterminant', logDeterminant, { a: [5, 5] }, [5], 1],
]

/** The largest difference, relative to the largest entry. */
function gap(got: Tensor, wanted: readonly number[]): number {
  expect(got.size).toBe(wanted.length)
  const size = Math.max(...wanted.map(Math.abs))
  expect(size).toBeGreaterThan(0)
  return Math.max(...wanted.map((y, i) => Math.abs(got.data[i]! - y))) / size
}

test.each(models)(
  '%s: loss, gradients and Hessian-vector products equal those of PyTorch',
  (name, model, shapes, input, scale) => {
    const golden = goldens[name]!
    const names = [...Object.keys(shapes), 'x']
    const point: Parameters = {
      ...Object.fromEntries(
        Object.entries(shapes).map(([key, shape], k) => [key, numbers(shape, k + 1, scale)]),
      ),
      x: numbers(input, 9),
    }
    const direction = Object.fromEntries(names.map((key, k) => [key, numbers(point[key]!.shape, 20 + k)]))
    const f = ({ x, ...p }: Parameters): Tensor => model(p, x!)
    const { value, gradient } = g.valueAndGrad(f)(point)
    expect(gap(value, [golden.loss])).toBeLessThan(1e-12)
    const products = (['forward-over-reverse', 'reverse-over-reverse'] as const).map((route) =>
      g.hvp(f, route)(point, direction),
    )
    for (const key of names) {
      const wanted = golden.hvp[key]!
      expect({ key, gap: gap(gradient[key]!, golden.gradient[key]!) }).toSatisfy(({ gap }) => gap < 1e-12)
      for (const product of products)
        expect({ key, gap: gap(product[key]!, wanted) }).toSatisfy(({ gap }) => gap < 1e-12)
    }
  },
)

test('the custom operations pass the derivative checker', () => {
  const a = g.add(
    g.mul(0.2, numbers([3, 3], 4)),
    tensor([
      [1, 0, 0],
      [0, 2, 0],
      [0, 0, 3],
    ]),
  )
  expect(g.checkGrad(logDet, a).passed).toBe(true)
  expect(g.checkGrad(inverse, a).passed).toBe(true)
})
