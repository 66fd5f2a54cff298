import { expect, test } from 'vitest'
import { shrink } from '../../proofs-check/shrink.ts'
import { linearControl } from '../../proofs-check/linear-control.ts'
import { verify } from '../../proofs-check/run.ts'
import { suite } from '../../proofs-check/suite.ts'
import type { Claim } from '../../proofs-check/claim.ts'
import type { FigurePoint, FigureRecord } from '../../proofs-check/figure.ts'
import { replay } from '../../proofs-check/replay.ts'
import { stream } from '../../src/random/index.ts'

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

test('a counterexample in the plane is drawn: the wrong circle misses the line, the right one touches it', async () => {
  const { claims } = await verify([claim], { seed: 1, budget: 'quick' })
  const control = claims[0]!.controls.find(({ id }) => id === 'wrong-norm')!
  const { instance, picture, measurement, replay: token } = control.counterexample!
  expect(instance).toMatchObject({ inputs: 2, norm: 1 })
  expect((await replay([claim], token)).measurement).toEqual(measurement)
  const gap = ({ series, lines }: FigureRecord): number => {
    const { x, y } = series[1]!.points[0]!
    const [{ x: edge, y: side }] = lines[1]!.points as [FigurePoint]
    return Math.abs(Math.hypot(x - 1, y - 1) - Math.hypot(edge - 1, side - 1))
  }
  expect(gap(picture!)).toBeGreaterThan(0.01)
  const right = claim.picture!(claim.instance!(2), stream(1, 'right'))!
  expect(gap(right)).toBeLessThan(1e-12)
  expect(claim.picture!(claim.instance!(3), stream(1, 'right'))).toBeUndefined()
})
