import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  activation,
  dimension,
  input,
  twoLayerNetwork,
  width,
  type NetworkInstance,
} from '../../proofs-check/arbitraries.ts'
import { activations, gaussianMoments } from '../../src/nets/index.ts'
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
