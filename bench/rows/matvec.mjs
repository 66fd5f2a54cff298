/** Matrix times vector, and vector times matrix: as fast as the matrix can be read. The matrix stays in place, the vector is new every time. */
import { compile, matmul, tensor } from '../../dist/src/index.js'
import { faster } from '../bounds.mjs'
import { stream } from '../limits.mjs'
import { noise, noises, turning } from '../numbers.mjs'
import { here, python } from '../peers.mjs'

const arrays = { f32: Float32Array, f64: Float64Array }
const ways = {
  Wx: { says: 'matrix · vector', apply: (w, x) => matmul(w, x) },
  xW: { says: 'vector · matrix', apply: (w, x) => matmul(x, w) },
}

function row([m, n], share, dtype, way) {
  const [longIn, longOut] = way === 'Wx' ? [n, m] : [m, n]
  return {
    name: `matvec-${dtype}-${m}-${way}`,
    work: `${ways[way].says} ${dtype}, ${m}×${n}`,
    unit: m > 1000 ? 'ms' : 'µs',
    tolerance: 1e-4,
    data: () => ({
      w: noise(1, m * n, 1, arrays[dtype]),
      xs: noises(10, 8, longIn, 1, arrays[dtype]),
    }),
    ours: ({ w, xs }) => {
      const matrix = tensor(w, [m, n])
      const out = tensor(new arrays[dtype](longOut))
      const product = compile((x) => ways[way].apply(matrix, x))
      const run = (x) => (product.into(out, x), out)
      return turning(
        xs.map((x) => tensor(x)),
        run,
      )
    },
    peers: {
      'reading the matrix': here(() => stream(m * n, dtype)),
      NumPy: python(`matvec-${dtype}-${m}-${way}`),
    },
    bounds: [faster(share, 'reading the matrix')],
  }
}

export const rows = ['f32', 'f64'].flatMap((dtype) =>
  ['Wx', 'xW'].flatMap((way) => [row([256, 784], 0.7, dtype, way), row([4096, 4096], 0.55, dtype, way)]),
)
