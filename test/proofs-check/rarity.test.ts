import { expect, test } from 'vitest'
import { stream } from '../../src/random/index.ts'
import { affineShare, rarity } from '../../proofs-check/rarity.ts'

test('the share of an affine function is an arc in the plane and a cap in space', () => {
  for (const c of [1.1, 2, 5, 20]) {
    expect(affineShare(2, c)).toBeCloseTo(Math.acos(1 / c) / Math.PI, 12)
    // Archimedes: the area of a cap is proportional to its height.
    expect(affineShare(3, c)).toBeCloseTo((1 - 1 / c) / 2, 12)
  }
  expect(affineShare(2, 2)).toBeCloseTo(1 / 3, 12)
  expect(affineShare(64, 1)).toBe(0)
  expect(affineShare(64, 2)).toBeLessThan(2e-5)
})

test('the share in many dimensions is the integral of (1 - t²)^((d-3)/2)', () => {
  for (const [d, c] of [
    [64, 5],
    [196, 10],
    [196, 14],
  ] as const) {
    // prettier-ignore
    const density = (t: number): number => Math.max(0, 1 - t * t) ** ((d - 3) / 2)
    const integral = (from: number): number => {
      const steps = 20000
      let sum = 0
      for (let i = 0; i < steps; i++) sum += density(from + ((1 - from) * (i + 0.5)) / steps)
      return (sum * (1 - from)) / steps
    }
    expect(affineShare(d, c)).toBeCloseTo(integral(1 / c) / (2 * integral(0)), 7)
  }
})

test('the adversarial point is near, and directions in a plane with the gradient flip often', async () => {
  const [cell] = rarity.cells
  const mean = async (directions: 'sphere' | 'plane'): Promise<number> => {
    let sum = 0
    for (let seed = 0; seed < 20; seed++) {
      const measured = await rarity.experiment({ ...cell, directions }, stream(seed))
      expect(measured.radius).toBeLessThan(5)
      sum += measured.share5 / 20
    }
    return sum
  }
  expect(await mean('sphere')).toBeLessThan(0.12)
  expect(await mean('plane')).toBeGreaterThan(0.3)
})
