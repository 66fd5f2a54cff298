import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  activation,
  depth,
  dimension,
  input,
  network,
  spectrum,
  twoLayerNetwork,
  width,
  type NetworkInstance,
} from '../../proofs-check/arbitraries.ts'
import { activations, checkParameters, forward, gaussianMoments, outputShape } from '../../src/nets/index.ts'
import { reshape } from '../../src/ops/index.ts'
import { singleGradientStep } from '../../src/attacks/index.ts'
import type { Tensor } from '../../src/array/index.ts'

const norm = (x: Tensor): number => Math.sqrt([...x.storage()].reduce((sum, entry) => sum + entry * entry, 0))

function meetsHypotheses({ inputs, width, activation, network, x }: NetworkInstance): void {
  expect(inputs).toBeGreaterThanOrEqual(1)
  expect(width).toBeGreaterThanOrEqual(1)
  expect(activation).not.toBe('heaviside')
  expect(network.options).toMatchObject({ inputs, width })
  expect(x.shape).toEqual([inputs])
  expect(Math.abs(norm(x) - Math.sqrt(inputs))).toBeLessThanOrEqual(1e-14 * Math.sqrt(inputs))
  expect(Number.isFinite(network(x).item())).toBe(true)
}

test('generated networks and points meet the hypotheses', () => {
  fc.assert(fc.property(twoLayerNetwork(), meetsHypotheses))
  fc.assert(fc.property(dimension(5), width(5), (d, m) => d >= 1 && d <= 5 && m >= 1 && m <= 5))
  fc.assert(
    fc.property(
      dimension(5).chain((d) => input(d)),
      (x) => Math.abs(norm(x) - Math.sqrt(x.size)) < 1e-14,
    ),
  )
})

test('deep networks take their points, and spectra descend from 1', () => {
  fc.assert(
    fc.property(network(6, 3), ({ architecture, parameters, x }) => {
      checkParameters(architecture, parameters)
      expect(architecture.input).toEqual(x.shape)
      const values = forward(architecture, parameters, reshape(x, [1, x.size]))
      expect(values.shape).toEqual([1, ...outputShape(architecture)])
      expect(values.data.every((value) => Number.isFinite(value))).toBe(true)
    }),
    { numRuns: 30 },
  )
  fc.assert(fc.property(depth(3), (layers) => layers >= 1 && layers <= 3))
  fc.assert(
    fc.property(
      dimension(9).chain((size) => spectrum(size)),
      (values) => {
        expect(values[0]).toBe(1)
        values.slice(1).forEach((value, k) => expect(value > 0 && value <= values[k]!).toBe(true))
      },
    ),
  )
  expect(fc.check(fc.property(spectrum(3), () => false)).counterexample).toEqual([[1, 1, 1]])
})

test('every activation offered has q finite and p positive and finite', () => {
  fc.assert(
    fc.property(activation(), (name) => {
      const { q, p } = gaussianMoments(activations[name])
      expect(q).toBeLessThan(100)
      expect(p).toBeGreaterThan(0.01)
      expect(p).toBeLessThan(100)
    }),
  )
})

test('shrinks stay valid and reach the smallest network', () => {
  const seen: NetworkInstance[] = []
  const failing = fc.check(
    fc.property(twoLayerNetwork(), (instance) => {
      seen.push(instance)
      return false
    }),
    { numRuns: 20 },
  )
  const [smallest] = failing.counterexample!
  for (const instance of seen) meetsHypotheses(instance)
  expect(smallest).toMatchObject({ inputs: 1, width: 1, activation: 'relu', seed: 0 })
})

test('on any of them, a step that is found flips the sign', async () => {
  await fc.assert(
    fc.asyncProperty(twoLayerNetwork(), async ({ network, x }) => {
      const { found, verified, adversarial, value } = await singleGradientStep(network, x)
      expect(verified).toBe(found)
      if (found) expect(value * network(adversarial).item()).toBeLessThan(0)
    }),
  )
})
