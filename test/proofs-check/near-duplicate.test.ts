import { expect, test } from 'vitest'
import { stream } from '../../src/random/index.ts'
import { nearDuplicate } from '../../proofs-check/near-duplicate.ts'

const base = nearDuplicate.cells[0]

test.each(['adversarial', 'random'] as const)(
  '%s: half the distance gives a quarter of the eigenvalue and 16 times the integral, with neighbours only',
  async (direction) => {
    for (let seed = 0; seed < 5; seed++) {
      const at = (epsilon: number, centre: 'inside' | 'outside') =>
        nearDuplicate.experiment({ ...base, direction, epsilon, centre }, stream(seed))
      const [one, half] = [await at(1e-4, 'inside'), await at(5e-5, 'inside')]
      expect(one.smallest / half.smallest).toBeCloseTo(4, 2)
      expect(half.integral / one.integral).toBeCloseTo(16, 1)
      const [far, farther] = [await at(1e-4, 'outside'), await at(5e-5, 'outside')]
      expect(far.smallest / farther.smallest).toBeCloseTo(1, 2)
      expect(one.excess).toBeLessThan(0)
      expect(far.excess).toBeGreaterThan(1e6)
    }
  },
)

test('the integral is dominated by the smallest eigenvalue: both sides of the bound agree within a few per cent', async () => {
  const { smallest, integral } = await nearDuplicate.experiment(base, stream(3))
  // Mean over 16 eigenvalues.
  expect(integral * 16 * smallest * smallest).toBeCloseTo(1, 6)
})
