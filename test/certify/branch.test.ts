import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor } from '../../src/array/index.ts'
import { branchedRadius, exactRadius } from '../../src/certify/index.ts'
import { initialise, mlp } from '../../src/nets/index.ts'
import { stream } from '../../src/random/index.ts'
import { marginAt, tiny } from './tiny.ts'

test('branching to ratio 1 gives the radius of the enumeration, on 300 tiny networks', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 5 }),
      (seed, d, m) => {
        const activation = (['relu', 'leakyRelu', 'abs'] as const)[seed % 3]!
        const { network, x, label } = tiny(seed, d, [m], { activation, outputs: seed % 2 === 0 ? 1 : 3 })
        const exact = exactRadius(network, x, label)
        const { lower, upper, status } = branchedRadius(network, x, label, { ratio: 1 })
        expect(status).toBe('closed')
        expect(lower).toBeLessThanOrEqual(upper)
        if (exact < Infinity) {
          expect(upper / exact).toBeCloseTo(1, 7)
          expect(lower / exact).toBeCloseTo(1, 7)
        } else {
          expect(upper).toBe(Infinity)
          expect(lower).toBeGreaterThan(0)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('networks of 20 units close to 1.1, with a point that proves the upper end', () => {
  for (let seed = 0; seed < 8; seed++) {
    const { network, x, label } = tiny(seed, 30, [20])
    const found = branchedRadius(network, x, label)
    expect(found.status).toBe('closed')
    expect(found.upper / found.lower).toBeLessThanOrEqual(1.1 * (1 + 1e-8))
    if (found.upper === Infinity) continue
    const point = found.adversarial!.data as Float64Array
    expect(Math.hypot(...point.map((v, i) => v - x.data[i]!)) / found.upper).toBeCloseTo(1, 9)
    const beyond = point.map((v, i) => v + 1e-6 * (v - x.data[i]!))
    expect(Math.min(marginAt(network, point, label), marginAt(network, beyond, label))).toBeLessThan(1e-9)
  }
})

test('a cap on parts stops the search with ends that stand, and a looser ratio needs fewer of them', () => {
  for (let seed = 0; seed < 5; seed++) {
    const { network, x, label } = tiny(seed, 8, [10])
    const [coarse, fine] = [1.5, 1].map((ratio) => branchedRadius(network, x, label, { ratio }))
    expect(coarse!.parts).toBeLessThanOrEqual(fine!.parts)
    const stopped = branchedRadius(network, x, label, { ratio: 1, parts: 3 })
    expect(stopped.lower).toBeLessThanOrEqual(fine!.lower * (1 + 1e-9))
    expect(stopped.upper).toBeGreaterThanOrEqual(fine!.upper * (1 - 1e-9))
  }
})

test('a constant network, a misclassified point, and networks that are refused', () => {
  const architecture = mlp({ input: 2, widths: [3], outputs: 1 })
  const parameters = {
    ...initialise(architecture, {}, stream(1, 'constant')),
    ...{ 'fc2.weight': tensor([[0, 0, 0]]), 'fc2.bias': tensor([1]) },
  }
  const constant = branchedRadius({ architecture, parameters }, tensor([1, 2]), 1)
  expect(constant).toMatchObject({ upper: Infinity, adversarial: undefined })
  expect(constant.lower).toBeGreaterThan(1000)
  const { network, x, label } = tiny(2, 3, [4])
  expect(branchedRadius(network, x, -label)).toMatchObject({ lower: 0, upper: 0 })
  const deep = tiny(2, 3, [4, 4])
  expect(() => branchedRadius(deep.network, deep.x, deep.label)).toThrow('one hidden layer')
  expect(() => branchedRadius(network, x, label, { ratio: 0.5 })).toThrow(RangeError)
})
