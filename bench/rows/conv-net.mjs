/**
 * A convolutional network, all gradients of the cross-entropy of 32 images: 5×5 convolution to 16 channels, 2×2 maximum,
 * 5×5 to 32 channels, 2×2 maximum, 128, 10; no padding. TensorFlow.js has no derivative of a convolution by its filter on
 * WebAssembly; it gets the fastest of those that its operations can express, convolutions again.
 */
import {
  add,
  compile,
  conv2d,
  crossEntropy,
  grad,
  matmul,
  maxPool2d,
  relu,
  reshape,
  tensor,
} from '../../dist/src/index.js'
import { faster, slower } from '../bounds.mjs'
import { noise, noises, permuted, turning } from '../numbers.mjs'
import { python, readBack, tfjs } from '../peers.mjs'

const [BATCH, SIDE, FEATURES, CLASSES] = [32, 28, 512, 10]
/** Filters [out, in, height, width], matrices [out, in]. */
const shapes = [[16, 1, 5, 5], [16], [32, 16, 5, 5], [32], [128, FEATURES], [128], [CLASSES, 128], [CLASSES]]
const scales = [0.35, 0.1, 0.09, 0.1, 0.08, 0.1, 0.15, 0.1]
const labels = Array.from({ length: BATCH }, (_, i) => i % CLASSES)

function data() {
  const size = (shape) => shape.reduce((a, b) => a * b)
  return {
    weights: shapes.map((shape, i) => noise(i + 1, size(shape), scales[i])),
    images: noises(20, 4, BATCH * SIDE * SIDE),
  }
}

function ours({ weights, images }) {
  const params = weights.map((w, i) => tensor(w, shapes[i]))
  const out = params.map((w) => tensor(new Float32Array(w.size), w.shape))
  const classes = tensor(Int32Array.from(labels))
  const convolved = (x, filter, bias) =>
    maxPool2d(relu(add(conv2d(x, filter), reshape(bias, [bias.size, 1, 1]))), 2)
  const layer = (x, w, bias) => add(matmul(x, w, { transposeB: true }), bias)
  const loss = ([f, a, g, b, u, c, v, d], x, y) => {
    const features = reshape(convolved(convolved(x, f, a), g, b), [BATCH, FEATURES])
    return crossEntropy(layer(relu(layer(features, u, c)), v, d), y)
  }
  const gradient = compile((p, x, y) => grad(loss)(p, x, y))
  const points = images.map((x) => tensor(x, [BATCH, 1, SIDE, SIDE]))
  return turning(points, (x) => (gradient.into(out, params, x, classes), out))
}

// TensorFlow.js keeps channels last, which also changes the order of the features in front of the first matrix.
const toChannelsLast = ([f, a, g, b, u, c, v, d]) => [
  permuted(f, shapes[0], [2, 3, 1, 0]),
  a,
  permuted(g, shapes[2], [2, 3, 1, 0]),
  b,
  permuted(u, [128, 32, 16], [2, 1, 0]),
  c,
  permuted(v, shapes[6], [1, 0]),
  d,
]
const toOurs = ([f, a, g, b, u, c, v, d]) => [
  permuted(f, [5, 5, 1, 16], [3, 2, 0, 1]),
  a,
  permuted(g, [5, 5, 16, 32], [3, 2, 0, 1]),
  b,
  permuted(u, [16, 32, 128], [2, 1, 0]),
  c,
  permuted(v, [128, CLASSES], [1, 0]),
  d,
]
const lastShapes = [
  [5, 5, 1, 16],
  [16],
  [5, 5, 16, 32],
  [32],
  [FEATURES, 128],
  [128],
  [128, CLASSES],
  [CLASSES],
]

/** `conv(x, filter)` with derivatives that run on WebAssembly; none by x where x is the network's input. */
function convolution(tf, isInput) {
  const plain = (x, filter) => tf.conv2d(x, filter, 1, 'valid')
  const byFilter = (x, dy) =>
    plain(x.transpose([3, 1, 2, 0]), dy.transpose([1, 2, 0, 3])).transpose([1, 2, 0, 3])
  const byInput = (dy, filter) => {
    const border = filter.shape[0] - 1
    const padded = dy.pad([
      [0, 0],
      [border, border],
      [border, border],
      [0, 0],
    ])
    return plain(padded, filter.reverse([0, 1]).transpose([0, 1, 3, 2]))
  }
  const inner = tf.customGrad((x, filter, save) => {
    save([x, filter])
    const gradFunc = (dy, [x, filter]) => [byInput(dy, filter), byFilter(x, dy)]
    return { value: plain(x, filter), gradFunc }
  })
  const first = (x) =>
    tf.customGrad((filter) => ({ value: plain(x, filter), gradFunc: (dy) => byFilter(x, dy) }))
  return (x, filter) => (isInput(x) ? first(x)(filter) : inner(x, filter))
}

function inTensorflow(tf, { weights, images }) {
  const params = toChannelsLast(weights).map((w, i) => tf.tensor(w, lastShapes[i]))
  const points = images.map((x) => tf.tensor4d(x, [BATCH, SIDE, SIDE, 1]))
  const hot = tf.oneHot(labels, CLASSES).toFloat()
  const conv = convolution(tf, (x) => points.includes(x))
  const convolved = (x, filter, bias) => tf.maxPool(conv(x, filter).add(bias).relu(), 2, 2, 'valid')
  const run = (x) => {
    const loss = (f, a, g, b, u, c, v, d) => {
      const features = convolved(convolved(x, f, a), g, b).reshape([BATCH, FEATURES])
      const logits = features.matMul(u).add(c).relu().matMul(v).add(d)
      return tf.losses.softmaxCrossEntropy(hot, logits)
    }
    return readBack(tf.tidy(() => tf.grads(loss)(params)))
  }
  return { run: turning(points, run), read: toOurs }
}

export const rows = [
  {
    name: 'conv-net',
    work: 'all gradients of a conv net, batch 32',
    unit: 'ms',
    tolerance: 1e-4,
    data,
    ours,
    peers: { 'TensorFlow.js wasm': tfjs(inTensorflow), PyTorch: python('conv-net') },
    bounds: [faster(1.4, 'TensorFlow.js wasm'), slower(2, 'PyTorch')],
  },
]
