/**
 * Training a 784-256-256-10 ReLU network by SGD with momentum: an epoch of 64 batches of 128, from the same weights at every call.
 * Orders of samples differ, so that of the losses only that they are finite is compared.
 */
import { tensor } from '../../dist/src/index.js'
import { initialise, mlp, train } from '../../dist/src/nets/index.js'
import { stream } from '../../dist/src/random/index.js'
import { faster, slower } from '../bounds.mjs'
import { noise } from '../numbers.mjs'
import { python, tfjs } from '../peers.mjs'

const [INPUTS, WIDTH, OUTPUTS, BATCH, BATCHES] = [784, 256, 10, 128, 64]
const N = BATCH * BATCHES
const labels = Int32Array.from({ length: N }, (_, i) => i % OUTPUTS)

export const rows = [
  {
    name: 'training-epoch',
    work: 'SGD epoch, 784-256-256-10, 64 × 128',
    unit: 'ms',
    tolerance: 0,
    data: () => ({ x: noise(1, N * INPUTS) }),
    ours: ({ x }) => {
      const architecture = mlp({ input: INPUTS, widths: [WIDTH, WIDTH], outputs: OUTPUTS })
      const parameters = initialise(architecture, { variance: 2, dtype: 'f32' }, stream(1))
      const data = { inputs: tensor(x, [N, INPUTS]), labels: tensor(labels) }
      const schedule = { kind: 'constant', rate: 0.01 }
      const run = () =>
        train({ architecture, parameters, data, schedule, epochs: 1, batchSize: BATCH, seed: 1 })
      return { run, read: ({ losses }) => Number(losses.every(Number.isFinite)) }
    },
    peers: {
      'TensorFlow.js wasm': tfjs((tf, { x }) => {
        const sizes = [INPUTS, WIDTH, WIDTH, OUTPUTS]
        const batches = Array.from({ length: BATCHES }, (_, b) => [
          tf.tensor2d(x.subarray(b * BATCH * INPUTS, (b + 1) * BATCH * INPUTS), [BATCH, INPUTS]),
          tf.oneHot(Array.from(labels.subarray(b * BATCH, (b + 1) * BATCH)), OUTPUTS).toFloat(),
        ])
        const run = async () => {
          const weights = sizes
            .slice(1)
            .flatMap((out, i) => [
              tf.variable(tf.randomNormal([sizes[i], out], 0, Math.sqrt(2 / sizes[i]), 'float32', 1 + i)),
              tf.variable(tf.zeros([out])),
            ])
          const [u, a, v, b, w, c] = weights
          const optimiser = tf.train.momentum(0.01, 0.9)
          const logits = (p) => p.matMul(u).add(a).relu().matMul(v).add(b).relu().matMul(w).add(c)
          const losses = []
          for (const [p, y] of batches) {
            const loss = optimiser.minimize(() => tf.losses.softmaxCrossEntropy(y, logits(p)), true)
            losses.push((await loss.data())[0])
            loss.dispose()
          }
          weights.forEach((weight) => weight.dispose())
          optimiser.dispose()
          return losses
        }
        return { run, read: (losses) => Number(losses.every(Number.isFinite)) }
      }),
      PyTorch: python('training-epoch'),
    },
    bounds: [faster(1.43, 'TensorFlow.js wasm'), slower(4, 'PyTorch')],
  },
]
