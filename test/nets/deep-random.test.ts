import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import {
  activations,
  deepRandom,
  twoLayer,
  type ActivationName,
  type DeepRandom,
  type DeepRandomOptions,
} from '../../src/nets/index.ts'
import { compile, norm, valueAndGrad } from '../../src/ops/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { ksTwoSample } from '../../src/stats/index.ts'

const ones = (d: number): Tensor => tensor(new Float64Array(d).fill(1))

/** W as rows of numbers, read off by asking for unit vectors. */
function matrixOf(layer: (x: Tensor) => Tensor, columns: number): number[][] {
  const asked = Array.from({ length: columns }, (_, i) => {
    const unit = new Float64Array(columns)
    unit[i] = 1
    return Array.from(layer(tensor(unit)).data)
  })
  return asked[0]!.map((_, row) => asked.map((column) => column[row]!))
}

/** f and its gradient by loops over numbers, for tanh. */
function straight(net: DeepRandom, x: number[], scale: number): { value: number; gradient: number[] } {
  const { inputs, widths, bias = 0 } = net.options
  const matrices = net.layers.map((layer, l) => matrixOf(layer, [inputs, ...widths][l]!))
  const a = Array.from(net.output.data)
  let h = x
  const hs: number[][] = []
  for (const w of matrices) {
    h = w.map((row) => Math.tanh(row.reduce((s, entry, j) => s + entry * h[j]!, 0)))
    hs.push(h)
  }
  const value = a.reduce((s, weight, j) => s + weight * h[j]!, 0) * scale + bias
  let g = a.map((weight) => weight * scale)
  for (let l = matrices.length - 1; l >= 0; l--) {
    const dz = g.map((v, i) => v * (1 - hs[l]![i]! ** 2))
    g = matrices[l]![0]!.map((_, j) => dz.reduce((s, v, i) => s + v * matrices[l]![i]![j]!, 0))
  }
  return { value, gradient: g }
}

test('values and gradients are those of straight loops: any widths, bottlenecks, dense and deferred', () => {
  const widths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })
  const kind = fc.constantFrom<'dense' | 'deferred'>('dense', 'deferred')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), widths, kind, fc.nat(1e6), (inputs, ms, weights, seed) => {
      const options = { inputs, widths: ms, activation: activations.tanh, weights, bias: 0.25, variance: 3 }
      const net = deepRandom({ ...options, output: 'gaussian' }, stream(seed))
      const x = Array.from(normal(stream(seed, 'x'), inputs))
      const expected = straight(net, x, 1 / Math.sqrt(ms.at(-1)!))
      const { value, gradient } = valueAndGrad(net)(tensor(x))
      // A deferred matrix is linear to rounding only.
      const bound = 1e-12 * (1 + Math.max(...expected.gradient.map(Math.abs)))
      expect(Math.abs(value.item() - expected.value)).toBeLessThan(bound)
      gradient.data.forEach((g, i) => expect(Math.abs(g - expected.gradient[i]!)).toBeLessThan(bound))
    }),
    { numRuns: 150 },
  )
})

test('E f² of a relu network is (v/2)^L for every list of widths', () => {
  const n = 20_000
  for (const variance of [2, 1.5]) {
    const squares = Array.from({ length: n }, (_, i) => {
      const options = { inputs: 3, widths: [6, 4, 5], activation: activations.relu, variance }
      return deepRandom(options, stream(6, variance === 2 ? 'two' : 'less', i))(ones(3)).item() ** 2
    })
    const mean = squares.reduce((a, b) => a + b) / n
    const error = Math.sqrt(squares.reduce((s, y) => s + (y - mean) ** 2, 0)) / n
    const expected = (variance / 2) ** 3
    expect(Math.abs(mean - expected)).toBeLessThan(5 * error)
    expect(5 * error).toBeLessThan(0.15 * expected)
  }
})

/** f(x), ‖∇f‖ and f after a step of many networks. */
function draw(weights: 'dense' | 'deferred', widths: number[], n: number): number[][] {
  const columns: number[][] = [[], [], []]
  for (let i = 0; i < n; i++) {
    const options: DeepRandomOptions = {
      inputs: 8,
      widths,
      activation: activations.gelu,
      variance: 2,
      weights,
    }
    const net = deepRandom(options, stream(8, weights, widths.length, i))
    const { value, gradient } = valueAndGrad(net)(ones(8))
    columns[0]!.push(value.item())
    columns[1]!.push(norm(gradient).item())
    columns[2]!.push(net.along!(ones(8), gradient)(-2 * Math.sign(value.item())))
  }
  return columns
}

test('dense and deferred deep networks agree in law through a bottleneck; another depth does not', () => {
  const n = 2_500
  const [dense, deferred, deeper] = [
    draw('dense', [8, 2, 8], n),
    draw('deferred', [8, 2, 8], n),
    draw('dense', [8, 2, 2, 8], n),
  ]
  const differ = (a: number[], b: number[]): boolean => ksTwoSample(a, b).pValue < 1e-6
  for (let k = 0; k < 3; k++) expect(differ(dense[k]!, deferred[k]!)).toBe(false)
  expect([0, 1, 2].some((k) => differ(dense[k]!, deeper[k]!))).toBe(true)
})

test('one width gives the bits of twoLayer, dense and deferred', () => {
  for (const weights of ['dense', 'deferred'] as const) {
    const shared = { inputs: 5, activation: activations.relu, weights, bias: 0.5 }
    const deep = deepRandom({ ...shared, widths: [7] }, stream(4))
    const shallow = twoLayer({ ...shared, width: 7 }, stream(4))
    expect(deep(ones(5)).item()).toBe(shallow(ones(5)).item())
    expect(deep.weights?.[0]).toEqual(shallow.weights)
  }
})

test('along a ray and compiled, the network gives the values that it gives at the points', () => {
  const net = deepRandom({ inputs: 6, widths: [9, 3, 9], activation: activations.tanh }, stream(5))
  const [x, v] = [ones(6), tensor([1, -2, 0.5, 0, 3, 1])]
  const compiled = compile(net)
  for (const t of [0, -1.5, 1e-3]) {
    const point = tensor([...x.data].map((y, i) => y + t * v.data[i]!))
    expect(net.along(x, v)(t)).toBeCloseTo(net(point).item(), 12)
    expect(compiled(point).item()).toBe(net(point).item())
  }
})

test('a wide deferred network of four hidden layers is attacked without its matrices: one step flips it', () => {
  const [d, width] = [400, 20_000]
  const widths = new Array<number>(4).fill(width)
  const options = {
    inputs: d,
    widths,
    activation: activations.relu,
    weights: 'deferred',
    variance: 2,
  } as const
  const net = deepRandom(options, stream(2, 'wide'))
  const { value, gradient } = valueAndGrad(net)(ones(d))
  const square = norm(gradient).item() ** 2
  // Three times the distance to the boundary of the tangent plane.
  const after = net.along(ones(d), gradient)((-3 * value.item()) / square)
  expect(Math.sign(after)).toBe(-Math.sign(value.item()))
  expect((3 * Math.abs(value.item())) / Math.sqrt(square * d)).toBeLessThan(0.5)
})

test('what makes no network is refused by name', () => {
  const refuse =
    (more: object): (() => unknown) =>
    () =>
      deepRandom({ inputs: 3, widths: [4], activation: activations.relu, ...more } as never, stream(1))
  expect(refuse({ widths: [] })).toThrow('deepRandom: expected at least one hidden width, got none')
  expect(refuse({ widths: [4, 0] })).toThrow('deepRandom: expected sizes of at least 1, got 0')
  expect(refuse({ inputs: 2.5 })).toThrow('deepRandom: expected sizes of at least 1, got 2.5')
  expect(refuse({ variance: NaN })).toThrow('deepRandom: expected a positive finite variance, got NaN')
  expect(refuse({ weights: 'lazy' })).toThrow(/^deepRandom: expected weights to be dense or deferred/)
  expect(refuse({ activation: 'relu' as ActivationName })).toThrow(/^deepRandom: expected an activation/)
})
