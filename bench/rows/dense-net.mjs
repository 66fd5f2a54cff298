/**
 * A 784-256-10 ReLU network: the gradient of one output by one point, and the gradient of the cross-entropy of 128 points by
 * all weights. Points are new every time; TensorFlow.js and jax-js have them uploaded beforehand, ours copies them in.
 */
import { add, compile, crossEntropy, grad, matmul, relu, slice, tensor } from '../../dist/src/index.js'
import { faster, slower } from '../bounds.mjs'
import { noise, noises, permuted, turning } from '../numbers.mjs'
import { jaxjs, python, readBack, tfjs } from '../peers.mjs'

const [INPUTS, WIDTH, OUTPUTS, BATCH] = [784, 256, 10, 128]
const OUTPUT = 3

/** Weights in the layout [out, in], and points. */
export function network(points, size) {
  return {
    w1: noise(1, WIDTH * INPUTS, 0.06),
    b1: noise(2, WIDTH, 0.1),
    w2: noise(3, OUTPUTS * WIDTH, 0.1),
    b2: noise(4, OUTPUTS, 0.1),
    xs: noises(10, points, size),
  }
}

/** The other layout, [in, out]. */
const turned = (w, rows) => permuted(w, [rows, w.length / rows], [1, 0])

/** One output of the network as a function of a point, as tensors of ours. */
export function oneOutput({ w1, b1, w2, b2 }) {
  const [first, second] = [tensor(w1, [WIDTH, INPUTS]), tensor(w2, [OUTPUTS, WIDTH])]
  const [bias, last] = [tensor(b1), tensor(b2)]
  const logits = (x) => add(matmul(second, relu(add(matmul(first, x), bias))), last)
  return (x) => slice(logits(x), [OUTPUT])
}

/** jax-js with the weights in a layout, and the product that goes with it. */
function jaxInputGradient({ numpy: np, nn, jit, grad }, { w1, b1, w2, b2, xs }, layout, product) {
  const stored = (w, rows) => {
    const [data, shape] = layout(w, rows)
    return np.array(data).reshape(shape)
  }
  const weights = [stored(w1, WIDTH), np.array(b1), stored(w2, OUTPUTS), np.array(b2)]
  const chosen = np.array(Float32Array.from({ length: OUTPUTS }, (_, i) => Number(i === OUTPUT)))
  const layer = (x, w, b) => product(np, x, w).add(b)
  const output = (x, u, a, v, b) => np.dot(layer(nn.relu(layer(x, u, a)), v, b), chosen.ref)
  const gradient = jit(grad(output))
  return turning(
    xs.map((x) => np.array(x)),
    (x) => gradient(x.ref, ...weights.map((w) => w.ref)).data(),
  )
}

const outIn = (w, rows) => [w, [rows, w.length / rows]]
const inOut = (w, rows) => [turned(w, rows), [w.length / rows, rows]]

const inputGradient = {
  name: 'input-gradient',
  work: 'input gradient, 784-256-10, one point',
  unit: 'µs',
  tolerance: 1e-4,
  data: () => network(8, INPUTS),
  ours: (data) => {
    const gradient = compile(grad(oneOutput(data)))
    const out = tensor(new Float32Array(INPUTS))
    return turning(
      data.xs.map((x) => tensor(x)),
      (x) => (gradient.into(out, x), out),
    )
  },
  peers: {
    'PyTorch, x[1,784]': python('input-gradient-rows'),
    'PyTorch, plain vectors': python('input-gradient-vectors'),
    'PyTorch, derivative by hand': python('input-gradient-by-hand'),
    'TensorFlow.js wasm': tfjs((tf, { w1, b1, w2, b2, xs }) => {
      const [u, v] = [
        tf.tensor2d(turned(w1, WIDTH), [INPUTS, WIDTH]),
        tf.tensor2d(turned(w2, OUTPUTS), [WIDTH, OUTPUTS]),
      ]
      const [a, b] = [tf.tensor1d(b1), tf.tensor1d(b2)]
      const logits = (x) => x.matMul(u).add(a).relu().matMul(v).add(b)
      const gradient = tf.grad((x) => logits(x).slice([0, OUTPUT], [1, 1]).asScalar())
      const points = xs.map((x) => tf.tensor2d(x, [1, INPUTS]))
      return turning(points, (x) => readBack([tf.tidy(() => gradient(x))]))
    }),
    'jax-js jit(grad), x W': jaxjs((jax, data) =>
      jaxInputGradient(jax, data, inOut, (np, x, w) => np.matmul(x, w)),
    ),
    'jax-js jit(grad), W x': jaxjs((jax, data) =>
      jaxInputGradient(jax, data, outIn, (np, x, w) => np.matmul(w, x)),
    ),
  },
  bounds: [
    faster(5, 'PyTorch, x[1,784]'),
    faster(1.1, 'PyTorch, plain vectors'),
    faster(8, 'TensorFlow.js wasm'),
    faster(10, 'jax-js jit(grad), x W'),
  ],
}

const labels = Array.from({ length: BATCH }, (_, i) => i % OUTPUTS)

const parameterGradient = {
  name: 'parameter-gradient',
  work: 'parameter gradient, 784-256-10, batch 128',
  unit: 'ms',
  tolerance: 1e-4,
  data: () => network(4, BATCH * INPUTS),
  ours: ({ w1, b1, w2, b2, xs }) => {
    const weights = [tensor(w1, [WIDTH, INPUTS]), tensor(b1), tensor(w2, [OUTPUTS, WIDTH]), tensor(b2)]
    const out = weights.map((w) => tensor(new Float32Array(w.size), w.shape))
    const classes = tensor(Int32Array.from(labels))
    const layer = (x, w, b) => add(matmul(x, w, { transposeB: true }), b)
    const loss = ([u, a, v, b], x, y) => crossEntropy(layer(relu(layer(x, u, a)), v, b), y)
    const gradient = compile((params, x, y) => grad(loss)(params, x, y))
    const points = xs.map((x) => tensor(x, [BATCH, INPUTS]))
    return turning(points, (x) => (gradient.into(out, weights, x, classes), out))
  },
  peers: {
    'jax-js jit(grad)': jaxjs(({ numpy: np, nn, jit, grad }, { w1, b1, w2, b2, xs }) => {
      const weights = [
        np.array(w1).reshape([WIDTH, INPUTS]),
        np.array(b1),
        np.array(w2).reshape([OUTPUTS, WIDTH]),
        np.array(b2),
      ]
      const hot = nn.oneHot(np.array(Int32Array.from(labels)), OUTPUTS)
      const layer = (x, w, b) => np.matmul(x, w.transpose()).add(b)
      const loss = ([u, a, v, b], x) =>
        nn
          .logSoftmax(layer(nn.relu(layer(x, u, a)), v, b))
          .mul(hot.ref)
          .sum()
          .mul(-1 / BATCH)
      const gradient = jit(grad(loss))
      const points = xs.map((x) => np.array(x).reshape([BATCH, INPUTS]))
      return turning(points, async (x) => {
        const results = gradient(
          weights.map((w) => w.ref),
          x.ref,
        )
        return Promise.all(results.map((g) => g.data()))
      })
    }),
    'TensorFlow.js wasm': tfjs((tf, { w1, b1, w2, b2, xs }) => {
      const weights = [
        tf.tensor2d(turned(w1, WIDTH), [INPUTS, WIDTH]),
        tf.tensor1d(b1),
        tf.tensor2d(turned(w2, OUTPUTS), [WIDTH, OUTPUTS]),
        tf.tensor1d(b2),
      ]
      const hot = tf.oneHot(labels, OUTPUTS).toFloat()
      const points = xs.map((x) => tf.tensor2d(x, [BATCH, INPUTS]))
      const run = (x) => {
        const logits = (u, a, v, b) => x.matMul(u).add(a).relu().matMul(v).add(b)
        const gradient = tf.grads((...w) => tf.losses.softmaxCrossEntropy(hot, logits(...w)))
        return readBack(tf.tidy(() => gradient(weights)))
      }
      const read = ([u, a, v, b]) => [turned(u, INPUTS), a, turned(v, WIDTH), b]
      return { run: turning(points, run), read }
    }),
    PyTorch: python('parameter-gradient'),
  },
  bounds: [faster(2.2, 'jax-js jit(grad)'), faster(8, 'TensorFlow.js wasm'), slower(4.5, 'PyTorch')],
}

export const rows = [inputGradient, parameterGradient]
