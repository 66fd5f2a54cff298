import { expect, test } from 'vitest'
import { tensor, valueAndGrad, type Tensor } from '../../src/index.ts'
import {
  activations,
  gaussianMoments,
  sampleStepLaw,
  twoLayer,
  type TwoLayerOptions,
} from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { ksTwoSample } from '../../src/stats/index.ts'

const ones = (d: number): Tensor => tensor(new Float64Array(d).fill(1))
const options = (d: number, m: number, more: Partial<TwoLayerOptions> = {}): TwoLayerOptions => ({
  inputs: d,
  width: m,
  activation: activations.tanh,
  ...more,
})

/** The definition of f, written out for one network whose weights are read off by asking for unit vectors. */
test.each(['dense', 'deferred'] as const)(
  'f and its gradient equal the straight-line formula (%s)',
  (weights) => {
    const [d, m] = [5, 7]
    const net = twoLayer(options(d, m, { weights, output: 'gaussian', bias: 0.25 }), stream(4))
    const unit = (i: number): Tensor => tensor(Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)))
    const columns = Array.from({ length: d }, (_, i) => [...net.hidden(unit(i)).data])
    const x = tensor([0.3, -1, 2, 0.1, -0.7])
    const z = Array.from({ length: m }, (_, j) =>
      columns.reduce((s, column, i) => s + column[j]! * x.data[i]!, 0),
    )
    const f = z.reduce((s, zj, j) => s + net.output.data[j]! * Math.tanh(zj), 0) / Math.sqrt(m) + 0.25
    const gradient = columns.map(
      (column) =>
        z.reduce((s, zj, j) => s + net.output.data[j]! * (1 - Math.tanh(zj) ** 2) * column[j]!, 0) /
        Math.sqrt(m),
    )
    const got = valueAndGrad(net)(x)
    expect(got.value.item()).toBeCloseTo(f, 12)
    ;[...got.gradient.data].forEach((g, i) => expect(g).toBeCloseTo(gradient[i]!, 12))
  },
)

test('along a ray the network gives the values that it gives at the points', () => {
  const net = twoLayer(options(6, 9), stream(5))
  const [x, v] = [ones(6), tensor([1, -2, 0.5, 0, 3, 1])]
  const ray = net.along(x, v)
  for (const t of [0, -1.5, 1e-3]) {
    expect(ray(t)).toBeCloseTo(net(tensor([...x.data].map((y, i) => y + t * v.data[i]!))).item(), 12)
  }
})

test('Var f = E σ(G)² for every width, dimension and output law that has E a² = 1 and is centred', () => {
  for (const [activation, output] of [
    ['relu', 'rademacher'],
    ['sin', 'gaussian'],
  ] as const) {
    const n = 20_000
    const squares = Array.from({ length: n }, (_, i) => {
      const net = twoLayer(
        options(3, 4, { activation: activations[activation], output }),
        stream(6, activation, i),
      )
      return net(ones(3)).item() ** 2
    })
    const { q } = gaussianMoments(activations[activation])
    const mean = squares.reduce((a, b) => a + b) / n
    const sd = Math.sqrt(squares.reduce((s, y) => s + (y - mean) ** 2, 0) / n)
    // Five standard errors: a false alarm has probability below 10⁻⁶; 10% too much variance would be seen.
    expect(Math.abs(mean - q)).toBeLessThan((5 * sd) / Math.sqrt(n))
    expect((5 * sd) / Math.sqrt(n)).toBeLessThan(0.1 * q)
  }
})

/** f(x), ‖∇f‖ and f(x′) of many networks at d = m, drawn in one of three ways. */
function draw(
  how: 'dense' | 'deferred' | 'law' | 'wrong width',
  d: number,
  n: number,
): [number[], number[], number[]] {
  const columns: [number[], number[], number[]] = [[], [], []]
  const s = 2
  for (let i = 0; i < n; i++) {
    const from = stream(8, how, i)
    if (how === 'law' || how === 'wrong width') {
      const width = how === 'law' ? d : 1
      const sample = sampleStepLaw({ inputs: d, width, activation: activations.gelu, steps: [s] }, from)
      columns[0].push(sample.value)
      columns[1].push(sample.gradientNorm)
      columns[2].push(sample.stepped[0]!)
      continue
    }
    const net = twoLayer(options(d, d, { activation: activations.gelu, weights: how }), from)
    const { value, gradient } = valueAndGrad(net)(ones(d))
    const f = value.item()
    columns[0].push(f)
    columns[1].push(Math.sqrt([...gradient.data].reduce((a, g) => a + g * g, 0)))
    columns[2].push(net.along(ones(d), gradient)(-Math.sign(f) * s))
  }
  return columns
}

test('dense networks, deferred networks and the exact step law agree in law; another width does not', () => {
  const n = 10_000
  const [dense, deferred, law, wrong] = (['dense', 'deferred', 'law', 'wrong width'] as const).map((how) =>
    draw(how, 8, n),
  )
  const differ = (a: number[], b: number[]): boolean => ksTwoSample(a, b).pValue < 1e-6
  for (let k = 0; k < 3; k++) {
    expect(differ(dense![k]!, deferred![k]!)).toBe(false)
    expect(differ(dense![k]!, law![k]!)).toBe(false)
  }
  expect([0, 1, 2].some((k) => differ(dense![k]!, wrong![k]!))).toBe(true)
})

test('a network is a function of its stream alone', () => {
  const make = (): number =>
    twoLayer(options(4, 5, { weights: 'deferred' }), stream(9, 'net'))(ones(4)).item()
  const first = make()
  normal(stream(9, 'other'), 100)
  expect(make()).toBe(first)
})

test('misspelt options are refused, not taken for others', () => {
  const odd =
    (more: object): (() => unknown) =>
    () =>
      twoLayer({ ...options(3, 4), ...more } as TwoLayerOptions, stream(1))
  expect(odd({ output: 'normal' })).toThrow(
    /^twoLayer: expected output to be rademacher or gaussian .*, got "normal"/,
  )
  expect(odd({ scaling: 'mup' })).toThrow(/^twoLayer: expected scaling to be ntk or mean-field, got "mup"/)
  expect(odd({ weights: 'lazy' })).toThrow(/^twoLayer: expected weights to be dense or deferred, got "lazy"/)
  expect(odd({ bias: NaN })).toThrow(/^twoLayer: expected a finite bias, got NaN/)
  expect(odd({ activation: 'relu' })).toThrow(
    /^twoLayer: expected an activation, got string\nhint: activations\.relu/,
  )
})
