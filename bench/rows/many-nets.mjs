/** The input gradients of a thousand two-layer networks at once, each with weights and a point of its own; all in f32. */
import { compile, dot, grad, matmul, mul, relu, tensor, vmap } from '../../dist/src/index.js'
import { faster } from '../bounds.mjs'
import { noise } from '../numbers.mjs'
import { here } from '../peers.mjs'

const [NETS, INPUTS, WIDTH] = [1000, 256, 1024]
const SCALE = 1 / Math.sqrt(WIDTH * INPUTS)

/** Weights that differ from network to network: windows on one array of noise. */
function networks() {
  const size = WIDTH * INPUTS
  const source = noise(1, size + 8 * NETS)
  const w = new Float32Array(NETS * size)
  for (let net = 0; net < NETS; net++) w.set(source.subarray(8 * net, 8 * net + size), net * size)
  return { w, a: noise(2, NETS * WIDTH), x: noise(3, NETS * INPUTS) }
}

function ours({ w, a, x }) {
  const f = (point, first, last) => mul(dot(last, relu(matmul(first, point))), SCALE)
  const gradients = compile(vmap(grad(f)))
  const args = [tensor(x, [NETS, INPUTS]), tensor(w, [NETS, WIDTH, INPUTS]), tensor(a, [NETS, WIDTH])]
  const out = tensor(new Float32Array(NETS * INPUTS), [NETS, INPUTS])
  return () => (gradients.into(out, ...args), out)
}

/** Row by row: a unit that is active adds its row of weights to the gradient. */
function loop({ w, a, x }) {
  const out = new Float32Array(NETS * INPUTS)
  return () => {
    for (let net = 0; net < NETS; net++) {
      const [point, gradient] = [net * INPUTS, out.subarray(net * INPUTS, (net + 1) * INPUTS).fill(0)]
      for (let unit = 0; unit < WIDTH; unit++) {
        const row = (net * WIDTH + unit) * INPUTS
        let z = 0
        for (let i = 0; i < INPUTS; i++) z += w[row + i] * x[point + i]
        if (z <= 0) continue
        const factor = a[net * WIDTH + unit] * SCALE
        for (let i = 0; i < INPUTS; i++) gradient[i] += factor * w[row + i]
      }
    }
    return out
  }
}

export const rows = [
  {
    name: 'many-nets',
    work: 'input gradients, 1,000 nets 256-1024-1',
    unit: 'ms',
    tolerance: 1e-5,
    data: networks,
    ours,
    peers: { 'plain loop': here(loop) },
    bounds: [faster(3, 'plain loop')],
  },
]
