/**
 * One trial: a random two-layer network, its gradient at the vector of ones, and the step that flips its sign. Ours draws the weights along
 * the two directions that are asked about, PyTorch draws all of them in f32. What is compared is that the sign flips.
 */
import { singleGradientStep } from '../../dist/src/attacks/index.js'
import { tensor } from '../../dist/src/index.js'
import { activations, twoLayer } from '../../dist/src/nets/index.js'
import { stream } from '../../dist/src/random/index.js'
import { atMost, faster } from '../bounds.mjs'
import { python } from '../peers.mjs'

function trials(d) {
  const options = { inputs: d, width: d, activation: activations.relu, weights: 'deferred' }
  const x = tensor(new Float64Array(d).fill(1))
  const run = (call) => singleGradientStep(twoLayer(options, stream(1, 'net', call)), x)
  return { run, read: ({ status }) => (status === 'found' ? 1 : 0) }
}

const row = (d, says) => ({
  work: `one-step attack, deferred, d = m = ${says}`,
  tolerance: 0,
  data: () => {},
  ours: () => trials(d),
})

export const rows = [
  {
    ...row(4096, '4,096'),
    name: 'one-step-4096',
    unit: 'ms',
    peers: { 'PyTorch, weights drawn': python('one-step-4096') },
    bounds: [faster(200, 'PyTorch, weights drawn')],
  },
  { ...row(1_000_000, '10⁶'), name: 'one-step-million', unit: 's', peers: {}, bounds: [atMost(0.1)] },
]
