import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tensor } from '../../src/array/index.ts'
import {
  centredRadius,
  exactRadius,
  globalRadius,
  integratedRadius,
  localRadius,
} from '../../src/certify/index.ts'
import { slopeRanges } from '../../src/certify/slope-ranges.ts'
import { WeightedNorm } from '../../src/certify/weighted-norm.ts'
import { svd } from '../../src/linalg/index.ts'
import { activations, twoLayer } from '../../src/nets/index.ts'
import { normal, stream, uniform } from '../../src/random/index.ts'
import { marginAt, onSphere, tiny } from './tiny.ts'

const seeds = fc.integer({ min: 0, max: 1_000_000 })
const smooth = ['tanh', 'erf', 'gelu', 'silu', 'sigmoid', 'softplus', 'sin', 'cos'] as const

test('the integrated radius lies between the centred one and the exact one', () => {
  let better = 0
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), (seed, d, m) => {
      const { network, x, label } = tiny(seed, d, [m], { outputs: seed % 3 === 0 ? 3 : 1 })
      const radius = integratedRadius(network, x, label)
      expect(radius).toBeLessThanOrEqual(exactRadius(network, x, label) * (1 + 1e-9))
      expect(radius).toBeGreaterThanOrEqual(centredRadius(network, x, label) * (1 - 0.02))
      if (radius > localRadius(network, x, label)) better++
      if (seed % 3 !== 0) expect(integratedRadius(network, x, -label)).toBe(0)
    }),
    { numRuns: 400 },
  )
  expect(better).toBeGreaterThan(200)
})

test.each(['relu', ...smooth] as const)(
  '%s: no point of the l1, l2 and linf balls has another class',
  (activation) => {
    for (let seed = 0; seed < 20; seed++) {
      const { network, x, label } = tiny(seed, 5, [9], { activation, outputs: seed % 2 === 0 ? 1 : 3 })
      expect(integratedRadius(network, x, label)).toBeGreaterThanOrEqual(
        globalRadius(network, x, label) * 0.99,
      )
      for (const norm of ['l1', 'l2', 'linf'] as const) {
        const radius = integratedRadius(network, x, label, norm)
        expect(radius).toBeGreaterThan(0)
        for (let k = 0; k < 40; k++)
          expect(
            marginAt(network, onSphere(norm, x.data as Float64Array, Math.min(radius, 1e6), k), label),
          ).toBeGreaterThan(0)
      }
    }
  },
)

test.each(smooth)(
  '%s: slopes and difference quotients lie in the ranges, whose ends are attained',
  (name) => {
    const n = 400
    const ends = uniform(stream(7, name), 2 * n).map((u) => 24 * u - 12)
    const lower = Float64Array.from({ length: n }, (_, j) => Math.min(ends[2 * j]!, ends[2 * j + 1]!))
    const upper = Float64Array.from({ length: n }, (_, j) => Math.max(ends[2 * j]!, ends[2 * j + 1]!))
    const ranges = slopeRanges(name, { lower, upper })
    const { apply, slope } = activations[name]
    for (let j = 0; j < n; j++) {
      const z = Float64Array.from({ length: 201 }, (_, k) => lower[j]! + ((upper[j]! - lower[j]!) * k) / 200)
      const at = new Tensor(z, [201], 'f64')
      const [values, slopes] = [apply(at).data, slope(at).data]
      const [least, most] = [Math.min(...slopes), Math.max(...slopes)]
      expect(least).toBeGreaterThanOrEqual(ranges.lower[j]!)
      expect(most).toBeLessThanOrEqual(ranges.upper[j]!)
      // No wider than 200 points can tell: second derivatives are below 1.2, or a few times the step squared
      // at turns.
      const step = (upper[j]! - lower[j]!) / 200
      expect(ranges.upper[j]! - most).toBeLessThan(step * step + 1e-6)
      expect(least - ranges.lower[j]!).toBeLessThan(step * step + 1e-6)
      const quotient = (values[200]! - values[0]!) / (upper[j]! - lower[j]!)
      expect(quotient).toBeGreaterThanOrEqual(ranges.lower[j]! - 1e-12)
      expect(quotient).toBeLessThanOrEqual(ranges.upper[j]! + 1e-12)
    }
  },
)

test.each([
  [12, 5],
  [5, 12],
  [30, 30],
])(
  'the weighted norm of a matrix of shape [%i, %i] is an upper bound, within 2 percent, as weights grow',
  (m, d) => {
    const W = normal(stream(m, 'W'), m * d)
    const norm = new WeightedNorm(W, m, d)
    const t = new Float64Array(m)
    for (let k = 0; k < 6; k++) {
      uniform(stream(k, 'more'), m).forEach((u, j) => (t[j]! += u > 0.5 ? u : 0))
      const scaled = W.map((w, i) => Math.sqrt(t[Math.floor(i / d)]!) * w)
      const [exact] = svd(new Tensor(scaled, [m, d], 'f64')).s.data
      expect(norm.bound(t)).toBeGreaterThanOrEqual(exact! * (1 - 1e-15))
      expect(norm.bound(t)).toBeLessThanOrEqual(exact! * 1.02)
    }
  },
)

test('random two-layer networks: the integrated radius improves on the local one', () => {
  const gains: number[] = []
  for (let seed = 0; seed < 9; seed++) {
    const net = twoLayer({ inputs: 64, width: 128, activation: activations.relu }, stream(seed, 'net'))
    const x = new Tensor(normal(stream(seed, 'x'), 64), [64], 'f64')
    const label = Math.sign(net(x).item())
    gains.push(integratedRadius(net, x, label) / localRadius(net, x, label))
  }
  expect(gains.sort((a, b) => a - b)[4]).toBeGreaterThan(1.05)
})
