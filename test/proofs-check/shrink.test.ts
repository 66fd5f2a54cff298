import { expect, test } from 'vitest'
import { shrink } from '../../proofs-check/shrink.ts'
import { linearControl } from '../../proofs-check/linear-control.ts'
import { verify } from '../../proofs-check/run.ts'
import { suite } from '../../proofs-check/suite.ts'
import type { Claim } from '../../proofs-check/claim.ts'

const claim: Claim = linearControl

test('a corrupted formula shrinks to the smallest dimension where it differs', async () => {
  const shrunk = await shrink(claim, 'distance', { variant: 'wrong-norm', seed: 1 })
  expect(shrunk!.origin).toBe('shrunk')
  // With one input both norms are the same number.
  expect(shrunk!.instance).toMatchObject({ inputs: 2, norm: 1, draw: 0 })
  expect(shrunk!.measurement['error']).toBeGreaterThan(4)
  expect(await shrink(claim, 'distance', { variant: 'wrong-norm', seed: 1 })).toEqual(shrunk)
})

test('a true statement has no counterexample, and other kinds are refused', async () => {
  expect(await shrink(claim, 'distance', { seed: 1, runs: 50 })).toBeUndefined()
  await expect(shrink(claim, 'exponent', { seed: 1 })).rejects.toThrow(
    /a statement about every instance, got linear-control \/ exponent/,
  )
  await expect(shrink(suite[1]!, 'limit', { seed: 1 })).rejects.toThrow(RangeError)
})

test('the run names the smallest declared cell with a counterexample', async () => {
  const { claims } = await verify([claim], { seed: 1, budget: 'quick' })
  const control = claims[0]!.controls.find(({ id }) => id === 'wrong-norm')!
  expect(control.illustration).toMatchObject({ refutedAgain: true, cell: 'd=4' })
  expect(claims[0]!.verdict).toBe('supported')
  expect(claims[0]!.figures[0]!.series.map(({ role }) => role)).toEqual(['claim', 'control'])
})
