import { expect, test } from 'vitest'
import { scalingFigure, type ScalingFigure } from '../../proofs-check/figures.ts'
import type { FigureRecord } from '../../proofs-check/figure.ts'
import type { ClaimResult } from '../../proofs-check/result.ts'
import { verify } from '../../proofs-check/run.ts'
import { claimOf, tails, toyCell, toyClaim } from './toys.ts'
import { stepFigures } from '../../proofs-check/single-gradient-step/figures.ts'

const wanted: ScalingFigure = {
  ...{
    id: 'length',
    title: 'Length',
    caption: 'a toy',
    of: 'length',
    label: 'length',
    predictions: ['slope'],
  },
  ...{ size: 'n', quantile: 'median', theory: (n: number) => 0.6745 / Math.sqrt(n) },
}

const run = async (): Promise<ClaimResult> => {
  const claim = claimOf({
    ...{ kind: 'slope', level: 0.5, id: 'slope', says: 'exponent', budget: 'quick', weight: 1, cap: 30000 },
    ...{
      cells: ['n=16', 'n=64', 'n=256'],
      marginReason: 'a toy',
      target: -0.5,
      margin: 0.1,
      of: (m) => m.length,
    },
  })
  const long = {
    ...tails,
    id: 'long',
    predicts: 'slope',
    weight: 0.05,
    alter: (cell: ReturnType<typeof toyCell>) => ({ ...cell, shift: cell.sizes['n']! }),
  }
  const [tail] = claim.controls
  const { claims } = await verify([{ ...claim, controls: [{ ...tail, weight: 0.45 }, long] }], {
    seed: 1,
    budget: 'quick',
  })
  return claims[0]!
}

const allFinite = ({ series, lines, bands }: FigureRecord): boolean =>
  [
    ...series.flatMap(({ points, replicates }) => [...points, ...replicates]),
    ...lines.flatMap(({ points }) => points),
    ...bands.flatMap(({ points }) => points),
  ].every((point) => Object.values(point).every(Number.isFinite))

test('a scaling figure shows trials, judged quantiles, the fit, the theory and the controls', async () => {
  const result = await run()
  const figure = scalingFigure(result, wanted)
  expect(allFinite(figure)).toBe(true)
  const [claim, control] = figure.series
  expect([claim!.role, control!.role]).toEqual(['claim', 'control'])
  expect(claim!.points.map(({ x }) => x)).toEqual([16, 64, 256])
  for (const { y, low, high } of claim!.points) expect(low! < y && y < high!).toBe(true)
  expect(claim!.replicates.length).toBe(400 + 200)
  const { exponent, constant } = claim!.fit!
  expect(exponent).toBe(result.predictions[0]!.estimate)
  for (const { x, y } of claim!.points)
    expect(Math.abs(Math.log(y / (constant * x ** exponent)))).toBeLessThan(0.1)
  // The control grows with n, and is drawn on the same axes.
  expect(control!.fit!.exponent).toBeGreaterThan(0)
  expect(figure.lines[0]!.points.map(({ y }) => y)).toEqual([16, 64, 256].map(wanted.theory))
})

test('where nothing was judged the figure is empty rather than wrong', () => {
  const nothing = { predictions: [], controls: [], cells: [] } as unknown as ClaimResult
  expect(scalingFigure(nothing, wanted)).toMatchObject({ series: [], lines: [{ points: [] }] })
  expect(stepFigures(nothing)).toHaveLength(1)
})

test('flip fractions stand at their activation, one series per length of step, with the controls', async () => {
  const { claims } = await verify([toyClaim()], { seed: 1, budget: 'quick' })
  const [heads] = claims[0]!.predictions
  const flips = [1, 2, 3].map((k) => ({ ...heads!, id: `flip${k}/tanh/1024` }))
  const control = { ...claims[0]!.controls[0]!, predicts: 'flip2/abs/1024' }
  const aimed = [...flips, { ...heads!, id: 'flip2/abs/1024' }]
  const [, figure] = stepFigures({ ...claims[0]!, predictions: aimed, controls: [control] })
  expect(allFinite(figure!)).toBe(true)
  const at = (k: number) => figure!.series[k - 1]!.points.map(({ x }) => figure!.x.names![x])
  expect([1, 2, 3].map(at)).toEqual([['tanh'], ['tanh', 'abs'], ['tanh']])
  expect(figure!.series[3]).toMatchObject({ role: 'control', points: [{ x: 2 }] })
  const [band] = figure!.bands
  for (const { low, high } of band!.points) expect(high - low).toBeCloseTo(2 * heads!.margin, 12)
})
