/** Standard normal numbers in bulk, compared by their moments. */
import { normal, stream } from '../../dist/src/random/index.js'
import { faster } from '../bounds.mjs'
import { here, python } from '../peers.mjs'

const COUNT = 10_000_000

/** Mean, variance and fourth moment over three: 0, 1, 1 up to a thousandth or two. */
function moments(x) {
  let [one, two, four] = [0, 0, 0]
  for (const v of x) {
    const square = v * v
    one += v
    two += square
    four += square * square
  }
  return [one / x.length, two / x.length, four / x.length / 3]
}

function boxMuller() {
  const out = new Float64Array(COUNT)
  const run = () => {
    for (let i = 0; i < COUNT; i += 2) {
      const r = Math.sqrt(-2 * Math.log(1 - Math.random()))
      const angle = 2 * Math.PI * Math.random()
      out[i] = r * Math.cos(angle)
      out[i + 1] = r * Math.sin(angle)
    }
    return out
  }
  return { run, read: moments }
}

export const rows = [
  {
    name: 'normals',
    work: 'normals f64, 10⁷',
    unit: 'ms',
    tolerance: 5e-3,
    data: () => {},
    ours: () => {
      const out = new Float64Array(COUNT)
      return { run: (call) => normal(stream(1, 'normals', call), COUNT, out), read: moments }
    },
    peers: { 'loop over Math.*': here(boxMuller), PyTorch: python('normals') },
    bounds: [faster(2.5, 'loop over Math.*'), faster(2.2, 'PyTorch')],
  },
]
