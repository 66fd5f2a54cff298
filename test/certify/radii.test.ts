import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tensor } from '../../src/array/index.ts'
import { attackOne } from '../../src/attacks/index.ts'
import {
  centredRadius,
  certifiedRadius,
  exactRadius,
  globalRadius,
  localRadius,
  lowerBounds,
} from '../../src/certify/index.ts'
import { activations, twoLayer } from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { marginAt, onSphere, plainOracle, tiny } from './tiny.ts'

const seeds = fc.integer({ min: 0, max: 1_000_000 })
const radii = { centredRadius, globalRadius, localRadius } as const

test('no certificate exceeds the exact radius, on 1000 tiny networks of one output and of three', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), (seed, d, m) => {
      const { network, x, label } = tiny(seed, d, [m], { outputs: seed % 3 === 0 ? 3 : 1 })
      const exact = exactRadius(network, x, label)
      for (const radius of Object.values(radii))
        expect(radius(network, x, label)).toBeLessThanOrEqual(exact * (1 + 1e-9))
      for (const method of ['intervals', 'crown'] as const)
        expect(certifiedRadius(network, x, label, { method })).toBeLessThanOrEqual(exact * (1 + 1e-9))
    }),
    { numRuns: 1000 },
  )
})

test('the centred radius is never below the product of norms, nor CROWN below intervals', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 12 }), (seed, d, m) => {
      for (const activation of ['relu', 'leakyRelu', 'abs', 'tanh', 'gelu'] as const) {
        const { network, x, label } = tiny(seed, d, [m], { activation })
        const plain = globalRadius(network, x, label)
        expect(centredRadius(network, x, label)).toBeGreaterThanOrEqual(plain * (1 - 1e-9))
        const rows = [Float64Array.of(label)]
        for (const norm of ['l1', 'l2', 'linf'] as const) {
          const by = (method: 'intervals' | 'crown'): number =>
            lowerBounds(network, x.data as Float64Array, rows, { norm, radius: 0.1 * d }, method)[0]!
          expect(by('crown')).toBeGreaterThanOrEqual(by('intervals'))
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('the local radius is not below the centred one by more than the share of its units allows', () => {
  let better = 0
  for (let seed = 0; seed < 200; seed++) {
    const { network, x, label } = tiny(seed, 4, [8])
    const [local, centred] = [localRadius(network, x, label), centredRadius(network, x, label)]
    // ‖W_S‖‖a_S‖ + ‖W_U‖‖a_U‖ is at most √2 ‖W‖‖a‖.
    expect(local).toBeGreaterThanOrEqual((centred / Math.SQRT2) * (1 - 1e-2))
    if (local > centred) better++
  }
  expect(better).toBeGreaterThan(180)
})

test('a grid finds the exact radius of networks with two inputs to 1e-3', () => {
  let compared = 0
  for (let seed = 0; compared < 8; seed++) {
    const { network, x, label } = tiny(seed, 2, [5])
    const exact = exactRadius(network, x, label)
    if (!(exact < 5)) continue
    compared++
    const { value } = plainOracle(network)
    const [p, q] = [x.data[0]!, x.data[1]!]
    let nearest = Infinity
    for (let k = 0; k < 20000; k++) {
      const angle = (2 * Math.PI * k) / 20000
      const at = (t: number): number =>
        label * value(Float64Array.of(p + t * Math.cos(angle), q + t * Math.sin(angle)))[0]!
      let [low, high] = [0, Math.min(nearest, exact * 1.001)]
      if (at(high) > 0) continue
      for (let step = 0; step < 30; step++) {
        const middle = (low + high) / 2
        if (at(middle) > 0) low = middle
        else high = middle
      }
      nearest = high
    }
    expect(nearest).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
    expect(nearest).toBeLessThanOrEqual(exact * 1.001)
  }
})

test('no verified attack succeeds below a local radius, or below the exact one, on 3000 networks', () => {
  let found = 0
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (seed, d, m) => {
      const { network, x, label } = tiny(seed, d, [m])
      const local = localRadius(network, x, label)
      const exact = seed % 20 === 0 ? exactRadius(network, x, label) : local
      for (const name of ['gradient-step', 'deepfool', 'super-deepfool'] as const) {
        const result = attackOne(
          name,
          plainOracle(network),
          x.data as Float64Array,
          label,
          { norm: 'l2', domain: { kind: 'all' } },
          stream(seed, name),
        )
        if (!result.verified) continue
        found++
        expect(result.norm).toBeGreaterThanOrEqual(local * (1 - 1e-9))
        expect(result.norm).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
      }
    }),
    { numRuns: 3000 },
  )
  expect(found).toBeGreaterThan(3000)
})

test.each(['l1', 'l2', 'linf'] as const)('no point of the certified %s ball has another class', (norm) => {
  for (let seed = 0; seed < 40; seed++) {
    const activation = (['relu', 'tanh', 'silu', 'sin', 'gelu', 'abs'] as const)[seed % 6]!
    const { network, x, label } = tiny(seed, 4, [6, 5], { outputs: seed % 2 === 0 ? 1 : 3, activation })
    const radius = certifiedRadius(network, x, label, { norm })
    expect(radius).toBeGreaterThan(0)
    for (let k = 0; k < 40; k++)
      expect(
        marginAt(network, onSphere(norm, x.data as Float64Array, radius * (1 - 1e-9), k), label),
      ).toBeGreaterThan(0)
  }
})

test('a linear network has the distance of a point from a hyperplane, in every norm', () => {
  const { network, x, label } = tiny(5, 4, [])
  const w = network.parameters['fc1.weight']!.data as Float64Array
  const margin = marginAt(network, x.data as Float64Array, label)
  const l2 = margin / Math.hypot(...w)
  expect(globalRadius(network, x, label) / l2).toBeCloseTo(1, 9)
  expect(certifiedRadius(network, x, label, { steps: 30 }) / l2).toBeCloseTo(1, 6)
  const sum = w.reduce((s, v) => s + Math.abs(v), 0)
  expect(certifiedRadius(network, x, label, { norm: 'linf', steps: 30 }) / (margin / sum)).toBeCloseTo(1, 6)
  const most = w.reduce((s, v) => Math.max(s, Math.abs(v)), 0)
  expect(certifiedRadius(network, x, label, { norm: 'l1', steps: 30 }) / (margin / most)).toBeCloseTo(1, 6)
})

test('dense random two-layer networks are read with their scaling and bias', () => {
  const net = twoLayer({ inputs: 3, width: 8, activation: activations.relu, bias: 0.2 }, stream(4, 'net'))
  const x = new Tensor(normal(stream(4, 'x'), 3), [3], 'f64')
  const value = net(x).item()
  const exact = exactRadius(net, x, Math.sign(value))
  expect(exact).toBeGreaterThan(0)
  expect(globalRadius(net, x, Math.sign(value))).toBeLessThanOrEqual(exact)
  expect(exactRadius(net, x, -Math.sign(value))).toBe(0)
  const deferred = twoLayer(
    { inputs: 3, width: 8, activation: activations.relu, weights: 'deferred' },
    stream(4, 'net'),
  )
  expect(() => globalRadius(deferred, x, 1)).toThrow('deferred')
})

test('a point on the wrong side has radius 0 for every certificate', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { network, x, label } = tiny(seed, 3, [5])
    for (const radius of Object.values(radii)) expect(radius(network, x, -label)).toBe(0)
    expect(certifiedRadius(network, x, -label)).toBe(0)
    expect(exactRadius(network, x, -label)).toBe(0)
  }
  expect(() => certifiedRadius(tiny(1, 3, [5]).network, tiny(1, 3, [5]).x, 2)).toThrow(RangeError)
})
