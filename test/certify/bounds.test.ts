import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import { certifiedRadius, lowerBounds, type Network } from '../../src/certify/index.ts'
import { normalCdf } from '../../src/math/index.ts'
import {
  initialise,
  lenet,
  mlp,
  residualNetwork,
  vgg,
  type ActivationName,
  type Architecture,
} from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { Dyadic } from './dyadic.ts'
import { marginAt, onSphere, outputsAt, tiny } from './tiny.ts'

const seeds = fc.integer({ min: 0, max: 1_000_000 })
const plus = Float64Array.of(1)
const minus = Float64Array.of(-1)

test("intervals and CROWN give the bounds derived by hand for auto_LiRPA's network of two units", () => {
  // f = relu(x₁ - x₂) - relu(2x₁ - x₂) on [-1, 2] × [-2, 1]. Intervals: relu in [0, 4] and [0, 6].
  // CROWN: f ≥ z₁ - (2z₂/3 + 2) = -(x₁ + x₂)/3 - 2 ≥ -3, f ≤ (2z₁/3 + 4/3) - z₂ = -4x₁/3 + x₂/3 + 4/3 ≤ 3.
  const architecture = mlp({ input: 2, widths: [2], outputs: 1, bias: false })
  const parameters = {
    'fc1.weight': tensor([1, -1, 2, -1], [2, 2]),
    'fc2.weight': tensor([[1, -1]]),
  }
  const ball = { norm: 'linf', radius: 1.5 } as const
  const bounds = (method: 'intervals' | 'crown'): Float64Array =>
    lowerBounds({ architecture, parameters }, Float64Array.of(0.5, -0.5), [plus, minus], ball, method)
  const by = { intervals: bounds('intervals'), crown: bounds('crown') }
  expect(by.intervals[0]).toBeCloseTo(-6, 12)
  expect(by.intervals[1]).toBeCloseTo(-4, 12)
  expect(by.crown[0]).toBeCloseTo(-3, 12)
  expect(by.crown[1]).toBeCloseTo(-3, 12)
})

/** The network's value in exact arithmetic: f64 numbers are dyadic rationals. */
function exactValue({ architecture, parameters }: Network, x: readonly Dyadic[]): Dyadic {
  let h = x
  for (const layer of architecture.layers) {
    if (layer.kind === 'activation') h = h.map((z) => (z.isNegative() ? Dyadic.of(0) : z))
    if (layer.kind !== 'linear') continue
    const [W, b] = [parameters[`${layer.name}.weight`]!.data, parameters[`${layer.name}.bias`]!.data]
    h = Array.from({ length: layer.outputs }, (_, i) =>
      h.reduce((sum, z, k) => sum.plus(z.times(Dyadic.of(W[i * layer.inputs + k]!))), Dyadic.of(b[i]!)),
    )
  }
  return h[0]!
}

test('bounds hold in exact rational arithmetic at the point itself and at corners of balls', () => {
  let tight = 0
  fc.assert(
    fc.property(
      seeds,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom([2], [3, 2], [4, 3, 2]),
      (seed, d, widths) => {
        const { network, x } = tiny(seed, d, widths)
        const point = x.data as Float64Array
        for (const norm of ['linf', 'l2', 'l1'] as const)
          for (const radius of [0, 2 ** -40, 2 ** -3]) {
            const signs = normal(stream(seed, 'signs'), d).map((v) => Math.sign(v))
            // All coordinates move in linf, one in the others: both corners lie on the sphere exactly.
            const corner = Array.from(point, (v, i) =>
              norm === 'linf' || i === 0 ? Dyadic.of(v).plus(Dyadic.of(radius * signs[i]!)) : Dyadic.of(v),
            )
            const exact = exactValue(network, corner)
            for (const method of ['intervals', 'crown'] as const) {
              const [low, negative] = lowerBounds(network, point, [plus, minus], { norm, radius }, method)
              expect(exact.minus(Dyadic.of(low!)).isNegative()).toBe(false)
              expect(Dyadic.of(-negative!).minus(exact).isNegative()).toBe(false)
              if (-negative! - low! < 1e-11) tight++
            }
          }
      },
    ),
    { numRuns: 150 },
  )
  expect(tight).toBeGreaterThan(500)
})

const smooth: ActivationName[] = ['tanh', 'erf', 'gelu', 'silu', 'sigmoid', 'softplus', 'sin', 'cos']

test.each(['relu', 'leakyRelu', 'abs', 'identity', ...smooth] as const)(
  '%s: the values at sampled points of balls lie within the bounds, which CROWN does not widen',
  (activation) => {
    for (let seed = 0; seed < 12; seed++) {
      const { network, x } = tiny(seed, 5, [7, 6], { activation })
      const point = x.data as Float64Array
      for (const norm of ['l1', 'l2', 'linf'] as const)
        for (const radius of [1e-3, 0.1, 2]) {
          const [intervals, crown] = (['intervals', 'crown'] as const).map((method) =>
            lowerBounds(network, point, [plus, minus], { norm, radius }, method),
          )
          expect(crown![0]).toBeGreaterThanOrEqual(intervals![0]!)
          expect(crown![1]).toBeGreaterThanOrEqual(intervals![1]!)
          for (let k = 0; k < 25; k++) {
            const f = outputsAt(network, onSphere(norm, point, radius, k))[0]!
            expect(f).toBeGreaterThanOrEqual(crown![0]! - 1e-12)
            expect(f).toBeLessThanOrEqual(-crown![1]! + 1e-12)
          }
        }
    }
  },
)

test('gelu far to the left, where 1 + erf cancels, stays within its bounds', () => {
  const architecture = mlp({ input: 1, widths: [1], outputs: 1, bias: false, activation: 'gelu' })
  const parameters = { 'fc1.weight': tensor([[1]]), 'fc2.weight': tensor([[1]]) }
  for (const z of [-9, -8.3, -7.9, -6.5, -5, -3, -1]) {
    const exact = z * normalCdf(z)
    for (const method of ['intervals', 'crown'] as const) {
      const ball = { norm: 'l2', radius: 0 } as const
      const at = lowerBounds({ architecture, parameters }, Float64Array.of(z), [plus, minus], ball, method)
      expect(at[0]).toBeLessThanOrEqual(exact)
      expect(-at[1]!).toBeGreaterThanOrEqual(exact)
    }
  }
})

test('a box cuts a ball: no bound is lost, and inside it every point keeps its class', () => {
  let gained = 0
  for (let seed = 0; seed < 20; seed++) {
    const { network, label } = tiny(seed, 4, [8])
    const point = normal(stream(seed, 'inside'), 4).map((v) => Math.min(1, Math.max(0, 0.5 + v)))
    const x = new Tensor(point, [4], 'f64')
    if (marginAt(network, point, label) <= 0) continue
    for (const norm of ['l1', 'l2', 'linf'] as const) {
      const free = certifiedRadius(network, x, label, { norm })
      const boxed = certifiedRadius(network, x, label, { norm, low: 0, high: 1 })
      expect(boxed).toBeGreaterThanOrEqual(free * (1 - 2e-3))
      if (boxed > 1.01 * free) gained++
      for (let k = 0; k < 20; k++) {
        const inside = onSphere(norm, point, Math.min(boxed, 2), k).map((v) => Math.min(1, Math.max(0, v)))
        expect(marginAt(network, inside, label)).toBeGreaterThan(0)
      }
    }
  }
  expect(gained).toBeGreaterThan(0)
})

const input = [1, 12, 12] as const
const images: readonly [string, Architecture][] = [
  ['lenet', lenet({ input: [1, 16, 16], classes: 3 })],
  ['vgg', vgg({ input, classes: 3, channels: 2, blocks: 1 })],
  ['residual', residualNetwork({ input, classes: 3, channels: 2, blocks: 2 })],
  ['residual of tanh', residualNetwork({ input, classes: 3, channels: 2, blocks: 1, activation: 'tanh' })],
]

test.each(images)(
  '%s: convolutions, pooling and shortcuts keep sampled points within the bounds',
  (_, architecture) => {
    const parameters = initialise(architecture, {}, stream(3, 'parameters'))
    const network = { architecture, parameters }
    const size = architecture.input.reduce((p, n) => p * n, 1)
    const point = normal(stream(3, 'image'), size)
    const rows = [Float64Array.of(1, -1, 0), Float64Array.of(0, 1, -1)]
    const opposite = rows.map((row) => row.map((v) => -v))
    for (const norm of ['l2', 'linf'] as const) {
      const radius = norm === 'l2' ? 0.3 : 0.02
      const [intervals, crown] = (['intervals', 'crown'] as const).map((method) =>
        lowerBounds(network, point, [...rows, ...opposite], { norm, radius }, method),
      )
      for (let r = 0; r < 4; r++) expect(crown![r]).toBeGreaterThanOrEqual(intervals![r]!)
      const width = (bounds: Float64Array): number => -bounds[0]! - bounds[2]!
      expect(width(crown!)).toBeLessThan(width(intervals!))
      for (let k = 0; k < 30; k++) {
        const y = outputsAt(network, onSphere(norm, point, radius, k))
        rows.forEach((row, r) => {
          const f = row.reduce((s, v, i) => s + v * y[i]!, 0)
          expect(f).toBeGreaterThanOrEqual(crown![r]! - 1e-9)
          expect(f).toBeLessThanOrEqual(-crown![r + 2]! + 1e-9)
        })
      }
    }
  },
)
