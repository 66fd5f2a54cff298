import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { betaIncInv } from '../../src/math/index.ts'
import { slopeWeights } from '../../src/stats/index.ts'
import type { Measurement } from '../../proofs-check/claim.ts'
import { checkClaims } from '../../proofs-check/check.ts'
import { suite } from '../../proofs-check/suite.ts'
import { cellOf, runTask } from '../../proofs-check/trial.ts'

const withControls = suite.flatMap((claim) =>
  claim.controls.map((control) => ({ claim, control, name: `${claim.id} / ${control.id}` })),
)
const firstTrial = async (claim: string, variant: string | null, cell: string): Promise<Measurement> => {
  const [measured] = await runTask(suite, { claim, variant, cell, first: 0, count: 1, seed: 1 })
  return measured!
}
const affordable = (sizes: Readonly<Record<string, number>>): boolean => (sizes['d'] ?? 0) <= 4096

test('weights: a claim’s predictions and controls sum to 1, the claims to at most 1', () => {
  expect(() => checkClaims(suite)).not.toThrow()
  for (const { predictions, controls } of suite) {
    const spent = [...predictions, ...controls].reduce((sum, { weight }) => sum + weight, 0)
    expect(Math.abs(spent - 1)).toBeLessThan(1e-9)
  }
})

test('every control’s value lies at least three margins from the target that it refutes', () => {
  for (const { claim, control, name } of withControls) {
    const prediction = claim.predictions.find(({ id }) => id === control.predicts)!
    const target = 'target' in prediction ? prediction.target : 0
    const margin = prediction.kind === 'limit' ? prediction.margins.at(-1)! : prediction.margin
    expect(Math.abs(control.value - target), name).toBeGreaterThanOrEqual(3 * margin)
  }
})

test('a control breaks the hypothesis that it names and no other that its prediction needs', async () => {
  for (const { claim, control, name } of withControls) {
    const prediction = claim.predictions.find(({ id }) => id === control.predicts)!
    const needed = claim.hypotheses.filter(({ id }) => prediction.needs?.includes(id) ?? true)
    const cell = cellOf(claim, control.id, prediction.cells[0])
    const measured = await firstTrial(claim.id, control.id, cell.id)
    const broken = needed.filter((hypothesis) => !hypothesis.holds(cell, measured)).map(({ id }) => id)
    expect(broken, name).toEqual([control.breaks])
  }
})

test('declared cells meet every hypothesis that their predictions need', async () => {
  for (const claim of suite)
    for (const prediction of claim.predictions)
      for (const id of prediction.cells) {
        const cell = cellOf(claim, null, id)
        const needed = claim.hypotheses.filter(({ id }) => prediction.needs?.includes(id) ?? true)
        const measured = affordable(cell.sizes) ? await firstTrial(claim.id, null, id) : { value: 1 }
        for (const hypothesis of needed)
          expect(hypothesis.holds(cell, measured), `${prediction.id}: ${hypothesis.id}`).toBe(true)
      }
})

test('what a prediction judges is measured in each of its cells', async () => {
  for (const claim of suite)
    for (const prediction of claim.predictions)
      for (const id of prediction.cells) {
        const cell = cellOf(claim, null, id)
        if (!affordable(cell.sizes)) continue
        const value = prediction.of(await firstTrial(claim.id, null, id), cell)
        expect(value === value && typeof value === 'number', `${prediction.id} in ${id}`).toBe(true)
      }
})

test('limits shrink their margins to half or less, and every kind of the law’s cells is there', () => {
  const step = suite.find(({ id }) => id === 'single-gradient-step')!
  for (const prediction of step.predictions)
    if (prediction.kind === 'limit')
      expect(prediction.margins.at(-1)!).toBeLessThanOrEqual(prediction.margins[0] / 2)
  const ids = step.predictions.flatMap(({ cells }) => cells)
  for (const needed of ['relu/256', 'relu/256/dense', 'relu/1024', 'relu/1024/dense', 'relu/1000000'])
    expect(ids).toContain(needed)
  for (const k of [1, 2, 3])
    expect(
      step.predictions.filter(({ id }) => id.startsWith(`flip${k}/`) && id.endsWith('/4096')),
    ).toHaveLength(12)
})

test('the statistical claims load without fast-check', () => {
  const seen = new Set<string>()
  const reach = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    for (const [, target] of text.matchAll(/ from '([^']+)'/g)) {
      expect(target, file).not.toBe('fast-check')
      if (target!.startsWith('.')) reach(new URL(target!, `file:///${file}`).pathname.slice(1))
    }
  }
  reach('proofs-check/index.ts')
  expect(seen.has('proofs-check/single-gradient-step.ts')).toBe(true)
  expect(seen.has('proofs-check/arbitraries.ts')).toBe(false)
})

test('linear-control: found is exact up to rounding, and the exact medians have exponent -1/2 to 1e-6', async () => {
  const task = { claim: 'linear-control', variant: null, cell: 'd=64', first: 0, count: 100, seed: 3 }
  for (const { found, distance } of await runTask(suite, task))
    expect(Math.abs(found! - distance!)).toBeLessThan(1e-13)
  // |⟨w, x⟩|/(‖w‖‖x‖) is the root of a Beta(1/2, (d-1)/2) variable.
  const sizes = [2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24]
  const medians = sizes.map((d) => Math.log(Math.sqrt(betaIncInv(0.5, (d - 1) / 2, 0.5))))
  const exponent = slopeWeights(sizes).reduce((sum, weight, k) => sum + weight * medians[k]!, 0)
  expect(Math.abs(exponent + 0.5)).toBeLessThan(1e-6)
})
