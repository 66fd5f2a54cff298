import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Tensor } from '../../../src/array/index.ts'
import { forward, readOnnx } from '../../../src/nets/index.ts'
import { constant, model, node } from './onnx-writer.ts'

const folder = new URL('golden/', import.meta.url)
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.onnx`, folder)))
const golden: Record<string, { shape: number[]; inputs: number[]; logits: number[][] }> = JSON.parse(
  readFileSync(new URL('logits.json', folder), 'utf8'),
).models

test.each(Object.entries(golden))('%s gives PyTorch’s logits', (name, { shape, inputs, logits }) => {
  const { architecture, parameters } = readOnnx(bytesOf(name))
  const y = forward(architecture, parameters, new Tensor(Float32Array.from(inputs), shape, 'f32'))
  expect(y.shape).toEqual([logits.length, logits[0]!.length])
  const gaps = logits.flat().map((z, i) => Math.abs(z - y.data[i]!))
  expect(Math.max(...gaps)).toBeLessThan(1e-5)
})

const relu = node('y = Relu(x)')
const w = constant('w', [2, 2], [1, 2, 3, 4])
const kernel = constant('k', [1, 1, 1, 1], [2])
const four = ['g', 'b', 'm', 'v'].map((name, i) => constant(name, [1], [[3, 1, 5, 4][i]!]))

test.each<[string, Uint8Array, RegExp]>([
  ['operators too old', model([1, 2], [relu], [], 6), /operators of version 7 or later, got 6/],
  ['another domain', model([1, 2], [node('y = Relu(x)', {}, 'mine')]), /got mine:Relu/],
  ['a node named like a property', model([1, 2], [node('y = constructor(x)')]), /got constructor/],
  [
    'numbers in another file',
    model([1, 2], [node('y = MatMul(x, w)')], [constant('w', [2, 2], [], 1)]),
    /in the file, got/,
  ],
  ['a value twice', model([1, 2], [relu, relu]), /an output of its own in Relu, got y again/],
  [
    'padding by a rule',
    model([1, 1, 4, 4], [node('y = Conv(x, k)', { auto_pad: 'SAME_UPPER' })], [kernel]),
    /padding in numbers/,
  ],
  [
    'padding on one side',
    model([1, 1, 4, 4], [node('y = Conv(x, k)', { pads: [1, 0, 0, 0] })], [kernel]),
    /symmetric padding/,
  ],
  ['groups', model([1, 2, 4, 4], [node('y = Conv(x, k)', { group: 2 })], [kernel]), /group = 1/],
  [
    'windows rounded up',
    model([1, 1, 4, 4], [node('y = MaxPool(x)', { kernel_shape: [3, 3], ceil_mode: 1 })]),
    /ceil_mode = 0/,
  ],
  [
    'windows with gaps',
    model([1, 1, 4, 4], [node('y = MaxPool(x)', { kernel_shape: [2, 2], dilations: [2, 2] })]),
    /no dilation/,
  ],
  [
    'a scaled product',
    model([1, 2], [node('y = Gemm(x, w)', { alpha: { float: 2 } })], [w]),
    /alpha = 1 in Gemm/,
  ],
  ['another slope', model([1, 2], [node('y = LeakyRelu(x)')]), /a slope of 0\.1/],
  [
    'a reshape of the batch',
    model([4, 2], [node('y = Reshape(x, s)')], [constant('s', [2], [2, -1])]),
    /a reshape to \[batch, all\]/,
  ],
  [
    'a convolution that is read before and after its normalisation',
    model([1, 1, 2, 2], [node('c = Conv(x, k)'), node('n = BatchNormalization(c, g, b, m, v)'), node('y = Add(c, n)')], [kernel, ...four]), // prettier-ignore
    /different names/,
  ],
  ['inputs that are no network', model([1, 2], [node('y = Add(x)')]), /a constant of rank 1/],
])('ONNX: %s is refused by name', (_, bytes, message) => {
  expect(() => readOnnx(bytes)).toThrow(message)
})

test('ONNX: normalisation is folded, with the epsilon given', () => {
  const nodes = [
    node('c = Conv(x, k)'),
    node('y = BatchNormalization(c, g, b, m, v)', { epsilon: { float: 5 } }),
  ]
  const { architecture, parameters } = readOnnx(model([1, 1, 1, 1], nodes, [kernel, ...four]))
  const y = forward(architecture, parameters, new Tensor(Float32Array.of(7), [1, 1, 1, 1], 'f32'))
  // γ(2·7 - 5)/√(4 + 5) + β
  expect(y.data[0]).toBeCloseTo((3 * 9) / 3 + 1, 5)
})

/** Each of these asks for time or memory that grows with a power of the file, or beyond. */
test('ONNX: small files that would grow are refused at once', () => {
  const sums = [node('v0 = Relu(x)'), node('v1 = Tanh(x)')]
  for (let i = 2; i < 90; i++) sums.push(node(`${i === 89 ? 'y' : `v${i}`} = Add(v${i - 1}, v${i - 2})`))
  expect(() => readOnnx(model([1, 2], sums))).toThrow(/branches that share no layer/)

  const lists = [node('s0 = Shape(x)')]
  for (let i = 1; i < 60; i++) lists.push(node(`s${i} = Concat(s${i - 1}, s${i - 1})`))
  expect(() => readOnnx(model([1, 2], lists))).toThrow(/sizes of a shape/)

  const shared = Array.from({ length: 500 }, (_, i) =>
    node(`${i === 499 ? 'y' : `v${i + 1}`} = MatMul(${i === 0 ? 'x' : `v${i}`}, w)`),
  )
  const wide = constant('w', [200, 200], new Array(40_000).fill(0))
  expect(() => readOnnx(model([1, 200], shared, [wide]))).toThrow(/weights of one layer each/)

  const chain = Array.from({ length: 5000 }, (_, i) => node(`v${i + 1} = Relu(${i === 0 ? 'x' : `v${i}`})`))
  expect(() => readOnnx(model([1, 2], chain))).toThrow(/at most 4096 nodes/)
})
