/** Matrix times matrix. All matrices stay where each library keeps them; packing and reading the result back are part of the time. */
import { compile, matmul, tensor } from '../../dist/src/index.js'
import { faster } from '../bounds.mjs'
import { registers } from '../limits.mjs'
import { noise } from '../numbers.mjs'
import { here, jaxjs, mlMatrix, python, readBack, tfjs } from '../peers.mjs'

const arrays = { f32: Float32Array, f64: Float64Array }

/** Two square matrices. */
function matrices(n, dtype) {
  return { n, a: noise(1, n * n, 1, arrays[dtype]), b: noise(2, n * n, 1, arrays[dtype]) }
}

function ours({ n, a, b }) {
  const [left, right] = [tensor(a, [n, n]), tensor(b, [n, n])]
  const out = tensor(new a.constructor(n * n), [n, n])
  const product = compile((x, y) => matmul(x, y))
  return () => (product.into(out, left, right), out)
}

const f32 = [256, 512, 1024].map((n) => ({
  name: `matmul-f32-${n}`,
  work: `matrix product f32, ${n}³`,
  unit: 'ms',
  operations: 2 * n ** 3,
  tolerance: 1e-4,
  data: () => matrices(n, 'f32'),
  ours,
  peers: {
    'TensorFlow.js wasm': tfjs((tf, { a, b }) => {
      const [left, right] = [tf.tensor2d(a, [n, n]), tf.tensor2d(b, [n, n])]
      return () => readBack([tf.matMul(left, right)])
    }),
    'jax-js': jaxjs(({ numpy }, { a, b }) => {
      const [left, right] = [a, b].map((data) => numpy.array(data).reshape([n, n]))
      return () => numpy.matmul(left.ref, right.ref).data()
    }),
    'register loop': here(() => registers(2 * n ** 3, 'f32')),
    PyTorch: python(`matmul-f32-${n}`),
  },
  bounds: [faster(1.2, 'TensorFlow.js wasm'), faster(1.7, 'jax-js'), faster(0.85, 'register loop')],
}))

const f64 = {
  name: 'matmul-f64-512',
  work: 'matrix product f64, 512³',
  unit: 'ms',
  operations: 2 * 512 ** 3,
  tolerance: 1e-5,
  data: () => matrices(512, 'f64'),
  ours,
  peers: {
    'ours in f32': here(() => ours(matrices(512, 'f32'))),
    'register loop': here(() => registers(2 * 512 ** 3, 'f64')),
    'ml-matrix': mlMatrix(({ Matrix }, { n, a, b }) => {
      const rows = (data) => Array.from({ length: n }, (_, i) => data.slice(i * n, (i + 1) * n))
      const [left, right] = [new Matrix(rows(a)), new Matrix(rows(b))]
      return { run: () => left.mmul(right), read: (product) => Float64Array.from(product.to1DArray()) }
    }),
  },
  bounds: [faster(0.45, 'ours in f32')],
}

export const rows = [...f32, f64]
