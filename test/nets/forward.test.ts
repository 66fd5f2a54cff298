import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import {
  features,
  forward,
  initialise,
  lenet,
  mlp,
  networkModel,
  outputShape,
  parameterShapes,
  residualNetwork,
  vgg,
  type Architecture,
  type Parameters,
  type ScalingName,
} from '../../src/nets/index.ts'
import { abs, grad, mul, reshape, sub, sum } from '../../src/ops/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { log } from '../../src/math/index.ts'

const image = (...shape: number[]): Tensor =>
  new Tensor(
    normal(
      stream(9),
      shape.reduce((a, b) => a * b),
    ),
    shape,
    'f64',
  )

/** Value and gradient of a tanh network by loops over numbers, nothing shared with the library. */
function straight(sizes: number[], weights: number[][], biases: number[][], gains: number[], x: number[]) {
  const hs = [x]
  const zs: number[][] = []
  weights.forEach((w, l) => {
    const z = Array.from({ length: sizes[l + 1]! }, (_, i) => {
      let s = 0
      for (let j = 0; j < sizes[l]!; j++) s += w[i * sizes[l]! + j]! * hs[l]![j]!
      return s * gains[l]! + biases[l]![i]!
    })
    zs.push(z)
    hs.push(l === weights.length - 1 ? z : z.map(Math.tanh))
  })
  let g = [1]
  for (let l = weights.length - 1; l >= 0; l--) {
    const dz = l === weights.length - 1 ? g : g.map((v, i) => v * (1 - Math.tanh(zs[l]![i]!) ** 2))
    g = Array.from({ length: sizes[l]! }, (_, j) =>
      dz.reduce((s, v, i) => s + v * gains[l]! * weights[l]![i * sizes[l]! + j]!, 0),
    )
  }
  return { value: hs.at(-1)![0]!, gradient: g }
}

test('values and gradients are those of straight loops, for any widths and bottlenecks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
      fc.nat(1e6),
      fc.constantFrom<ScalingName>('standard', 'ntk', 'mean-field', 'mup'),
      ([input, ...widths], seed, scaling) => {
        const architecture = mlp({ input: input!, widths, outputs: 1, activation: 'tanh', scaling })
        const parameters = initialise(architecture, { biasVariance: 0.5 }, stream(seed))
        const sizes = [input!, ...widths, 1]
        const list = (kind: string): number[][] =>
          sizes.slice(1).map((_, l) => Array.from(parameters[`fc${l + 1}.${kind}`]!.data))
        const gains = architecture.layers.flatMap((layer) =>
          layer.kind === 'linear' ? [layer.gain ?? 1] : [],
        )
        const x = normal(stream(seed, 'x'), input!)
        const expected = straight(sizes, list('weight'), list('bias'), gains, Array.from(x))
        const model = networkModel(architecture, parameters)
        const size = 1 + Math.max(...expected.gradient.map(Math.abs))
        expect(Math.abs(model(tensor(x)).item() - expected.value)).toBeLessThan(
          1e-13 * (1 + Math.abs(expected.value)),
        )
        grad(model)(tensor(x)).data.forEach((g, i) => {
          expect(Math.abs(g - expected.gradient[i]!)).toBeLessThan(1e-13 * size)
        })
      },
    ),
    { numRuns: 100 },
  )
})

const architectures: Architecture[] = [
  lenet({ input: [1, 28, 28], classes: 10 }),
  vgg({ input: [3, 12, 12], classes: 5, channels: 4 }),
  residualNetwork({ input: [1, 8, 8], classes: 3, channels: 4 }),
  mlp({ input: [1, 5, 5], widths: [7, 3], outputs: 4 }),
]

test.each(architectures)('$name: a batch is its samples, one by one', (architecture) => {
  const parameters = initialise(architecture, { variance: 2, biasVariance: 0.1 }, stream(1))
  const x = image(3, ...architecture.input)
  const all = forward(architecture, parameters, x)
  expect(all.shape).toEqual([3, ...outputShape(architecture)])
  const each = x.size / 3
  for (let i = 0; i < 3; i++) {
    const one = new Tensor(
      (x.data as Float64Array).slice(i * each, (i + 1) * each),
      architecture.input,
      'f64',
    )
    const y = networkModel(architecture, parameters)(one)
    y.data.forEach((value, k) => expect(value).toBeCloseTo(all.data[i * y.size + k]!, 12))
  }
})

test('a convolution network is linear in its last layer, whose input are the features', () => {
  const architecture = lenet({ input: [1, 12, 12], classes: 3 })
  const parameters = initialise(architecture, { variance: 2 }, stream(1))
  const x = image(2, 1, 12, 12)
  const [phi, y] = [features(architecture, parameters, x), forward(architecture, parameters, x)]
  expect(phi.shape).toEqual([2, 84])
  const w = parameters['fc3.weight']!.data
  for (let i = 0; i < 2; i++)
    for (let k = 0; k < 3; k++) {
      let s = 0
      for (let j = 0; j < 84; j++) s += w[k * 84 + j]! * phi.data[i * 84 + j]!
      expect(s).toBeCloseTo(y.data[i * 3 + k]!, 12)
    }
})

test('a residual block adds its input, or its shortcut', () => {
  const layer = (name: string) => ({ kind: 'linear', name, inputs: 2, outputs: 2, bias: false }) as const
  const block = { kind: 'residual', layers: [layer('a')], shortcut: [layer('b')] } as const
  const parameters = { 'a.weight': tensor([[1, 2], [3, 4]]), 'b.weight': tensor([[10, 0], [0, 10]]) } // prettier-ignore
  const y = forward({ name: 'r', input: [2], layers: [block] }, parameters, tensor([[1, 1]]))
  expect(Array.from(y.data)).toEqual([13, 17])
})

test('initialisation: mean squares are the declared variances, orthogonal matrices orthogonal', () => {
  const architecture = mlp({ input: 300, widths: [200], outputs: 3, scaling: 'standard' })
  for (const law of ['gaussian', 'uniform', 'orthogonal'] as const) {
    const { 'fc1.weight': w } = initialise(architecture, { law, variance: 2 }, stream(1))
    const square = Array.from(w!.data).reduce((s: number, x: number) => s + x * x, 0) / w!.size
    // 60,000 entries: relative standard error below 0.006.
    expect(Math.abs(square * 300 - 2)).toBeLessThan(0.06)
    let cross = 0
    for (let j = 0; j < 300; j++) cross += w!.data[j]! * w!.data[300 + j]!
    if (law === 'orthogonal') expect(Math.abs(cross)).toBeLessThan(1e-12)
    else expect(Math.abs(cross)).toBeGreaterThan(1e-6)
  }
})

test('a parameter keeps its bits when a layer is added', () => {
  const one = initialise(mlp({ input: 4, widths: [3], outputs: 1 }), {}, stream(1))
  const two = initialise(mlp({ input: 4, widths: [3, 3], outputs: 1 }), {}, stream(1))
  expect(two['fc1.weight']!.data).toEqual(one['fc1.weight']!.data)
})

/** Exponents of the mean |hidden activation| and |output| against the width. */
const coordinates: [ScalingName, number][] = [
  ['standard', 0],
  ['ntk', 0],
  ['mean-field', -0.5],
  ['mup', -0.5],
]
test.each(coordinates)(
  '%s: outputs at initialisation scale with the declared exponent %d',
  (scaling, exponent) => {
    const sizes = [32, 64, 128, 256]
    const means = sizes.map((n) => {
      const architecture = mlp({
        input: 16,
        widths: [n, n],
        outputs: 1,
        activation: 'tanh',
        scaling,
        bias: false,
      })
      let [output, hidden] = [0, 0]
      for (let seed = 0; seed < 150; seed++) {
        const parameters = initialise(architecture, {}, stream(seed))
        const x = reshape(tensor(normal(stream(seed, 'x'), 16)), [1, 16])
        output += Math.abs(forward(architecture, parameters, x).item())
        hidden +=
          Array.from(features(architecture, parameters, x).data).reduce((s, v) => s + Math.abs(v), 0) / n
      }
      return [log(output), log(hidden)] as const
    })
    const slope = (k: 0 | 1): number => {
      const xs = sizes.map((n) => log(n))
      const mx = xs.reduce((a, b) => a + b) / 4
      return (
        xs.reduce((s, x, i) => s + (x - mx) * means[i]![k], 0) / xs.reduce((s, x) => s + (x - mx) ** 2, 0)
      )
    }
    // Relative standard error of each mean: 0.06; of the slope 0.04.
    expect(Math.abs(slope(0) - exponent)).toBeLessThan(0.17)
    expect(Math.abs(slope(1))).toBeLessThan(0.1)
  },
)

/**
 * How far each feature moves in one step of SGD at a rate that grows like width^power: the exponent against the width. Samples are short, so that
 * the first layer's part, which has another exponent under `standard`, does not count.
 */
const movements: [ScalingName, number, number][] = [
  ['standard', 0, 0.5],
  ['ntk', 0, -0.5],
  ['mean-field', 1, 0],
  ['mup', 0, 0],
]
test.each(movements)(
  '%s: features move with the declared exponent (rate ∝ n^%d: %d)',
  (scaling, power, exponent) => {
    const sizes = [32, 64, 128, 256]
    const moved = sizes.map((n) => {
      const architecture = mlp({
        input: 2,
        widths: [n, n],
        outputs: 1,
        activation: 'tanh',
        scaling,
        bias: false,
      })
      let total = 0
      for (let seed = 0; seed < 40; seed++) {
        const parameters = initialise(architecture, {}, stream(seed))
        const x = reshape(tensor(normal(stream(seed, 'x'), 2)), [1, 2])
        const gradient = grad((p: Parameters) => sum(forward(architecture, p, x)))(parameters)
        // So small that features move in proportion to it.
        const rate = 1e-4 * n ** power
        const after = Object.fromEntries(
          Object.entries(parameters).map(([name, w]) => [name, sub(w, mul(gradient[name]!, rate))]),
        )
        const [before, now] = [parameters, after].map((p) => features(architecture, p, x))
        total += sum(abs(sub(now!, before!))).item() / n
      }
      return log(total)
    })
    const xs = sizes.map((n) => log(n))
    const mx = xs.reduce((a, b) => a + b) / 4
    const slope =
      xs.reduce((s, x, i) => s + (x - mx) * moved[i]!, 0) / xs.reduce((s, x) => s + (x - mx) ** 2, 0)
    expect(Math.abs(slope - exponent)).toBeLessThan(0.08)
  },
)

test('shapes that do not fit are refused with the layer’s name', () => {
  const bad: Architecture = {
    ...{ name: 'bad', input: [3] },
    layers: [{ kind: 'linear', name: 'fc1', inputs: 4, outputs: 2, bias: true }],
  }
  expect(() => outputShape(bad)).toThrow('bad: expected samples of [4] in fc1, got [3]')
  const twice: Architecture = {
    ...bad,
    input: [4],
    layers: [bad.layers[0]!, { ...bad.layers[0]!, inputs: 2 } as never],
  }
  expect(() => parameterShapes(twice)).toThrow('fc1.weight twice')
  expect(() => lenet({ input: [1, 5, 5], classes: 2 })).toThrow(/conv2/)
  expect(() => mlp({ input: 2, widths: [0], outputs: 1 })).toThrow(/at least 1/)
  const fine = mlp({ input: 2, widths: [3], outputs: 1 })
  const parameters = initialise(fine, {}, stream(1))
  expect(() => forward(fine, parameters, tensor([1, 2]))).toThrow(/hint: reshape/)
  expect(() => sum(forward(fine, parameters, tensor([[1, 2, 3]])))).toThrow(/batch of samples \[2\]/)
})
