import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import { clever, exactRadius, leastTruncatedSum, smoothed, truncatedSum } from '../../src/certify/index.ts'
import { mlp, networkModel } from '../../src/nets/index.ts'
import { add, dot, mul } from '../../src/ops/index.ts'
import { clopperPearson } from '../../src/stats/index.ts'

test('smoothing a linear margin, whose radius is known, misses it no more often than alpha', () => {
  // g(x) = sign(wᵀx + b) has the radius |f|/‖w‖ itself.
  const w = tensor([1, -2, 0.5])
  const model = (x: Tensor): Tensor => add(dot(w, x), 0.4)
  const x = tensor([0.3, -0.2, 0.1])
  const radius = model(x).item() / Math.hypot(...w.data)
  const alpha = 0.1
  let [missed, certified] = [0, 0]
  const repeats = 1000
  for (let seed = 0; seed < repeats; seed++) {
    const found = smoothed(model, x, { sigma: 0.7, samples: 100, alpha, seed })
    if (found.radius > radius || (found.label !== undefined && found.label !== 1)) missed++
    if (found.radius > 0) certified++
    expect(found.about).toBe('the smoothed classifier')
  }
  // The rate passes unless its interval at 10⁻⁶ lies above alpha; it must not be vacuous either.
  expect(clopperPearson(missed, repeats, 1e-6).lower).toBeLessThanOrEqual(alpha)
  expect(clopperPearson(missed, repeats, 1e-6).upper).toBeGreaterThan(alpha / 4)
  expect(certified).toBeGreaterThan(repeats / 2)
})

test('a margin that is not a number certifies nothing', () => {
  const found = smoothed((x) => mul(dot(x, x), NaN), tensor([1, 2]), { sigma: 1, samples: 50 })
  expect(found).toMatchObject({ label: undefined, radius: 0 })
  expect(() => smoothed((x) => dot(x, x), tensor([1]), { sigma: 0 })).toThrow(RangeError)
})

test('the truncation certificate is the least sum over all changes of k products, and is reached', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 3, maxLength: 9 }),
      fc.integer({ min: 0, max: 2 }),
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 20, maxLength: 20 }),
      (list, k, values) => {
        const u = Float64Array.from(list)
        const d = u.length
        const least = leastTruncatedSum(u, k)
        // Every set of at most k places, with values drawn and very negative ones.
        for (let set = 0; set < 1 << d; set++) {
          const places = Array.from({ length: d }, (_, i) => i).filter((i) => (set >> i) & 1)
          if (places.length > k) continue
          for (const far of [false, true]) {
            const changed = u.slice()
            places.forEach((i, p) => (changed[i] = far ? -1e6 : values[p + (set % 15)]!))
            expect(truncatedSum(changed, k)).toBeGreaterThanOrEqual(least - 1e-9)
          }
        }
        const worst = u.slice()
        const order = Array.from(u.keys()).sort((i, j) => u[j]! - u[i]!)
        for (const i of order.slice(0, k)) worst[i] = -1e6
        if (d > 2 * k) expect(truncatedSum(worst, k)).toBeCloseTo(least, 9)
      },
    ),
    { numRuns: 300 },
  )
})

test('without truncation one product decides everything', () => {
  expect(leastTruncatedSum(Float64Array.of(1, 2, 3), 0)).toBe(6)
  const attacked = Float64Array.of(1, 2, -1e6)
  expect(truncatedSum(attacked, 0)).toBeLessThan(0)
  expect(truncatedSum(attacked, 1)).toBe(1)
})

test('the CLEVER-like estimate is right for a linear margin and too large where samples miss a slope', () => {
  const w = tensor([3, -4])
  const linear = clever((x) => add(dot(w, x), 1), tensor([1, 0]), 1, { within: 10, batches: 5, samples: 4 })
  expect(linear.radius).toBeCloseTo(4 / 5, 12)
  expect(linear.about).toBe('an estimate, not a bound')
  // f = 1 - 2000 relu(x - 0.5) + 2000 relu(x - 0.501) falls to -1 between 0.5 and 0.501, where hardly a
  // sample is.
  const architecture = mlp({ input: 1, widths: [2], outputs: 1 })
  const parameters = {
    ...{ 'fc1.weight': tensor([[1], [1]]), 'fc1.bias': tensor([-0.5, -0.501]) },
    ...{ 'fc2.weight': tensor([[-2000, 2000]]), 'fc2.bias': tensor([1]) },
  }
  const x = tensor([0])
  const exact = exactRadius({ architecture, parameters }, x, 1)
  const estimate = clever(networkModel(architecture, parameters), x, 1, { within: 1, batches: 5, samples: 4 })
  expect(exact).toBeCloseTo(0.5005, 9)
  expect(estimate.radius).toBeGreaterThan(1.5 * exact)
})

test('the CLEVER-like estimate of logits looks at every rival, and refuses what makes no sense', () => {
  const rows = tensor([[1, 0], [0, 1], [-1, -1]]) // prettier-ignore
  const architecture = mlp({ input: 2, widths: [], outputs: 3, bias: false })
  const model = networkModel(architecture, { 'fc1.weight': rows })
  const { lipschitz, radius } = clever(model, tensor([2, 0.5]), 0, { within: 5, batches: 3, samples: 3 })
  expect(lipschitz).toHaveLength(2)
  expect(radius).toBeCloseTo(1.5 / Math.SQRT2, 12)
  expect(() => clever(model, tensor([1, 1]), 0, { within: 0 })).toThrow(RangeError)
})
