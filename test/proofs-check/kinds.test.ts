import { expect, test } from 'vitest'
import { normalCdf } from '../../src/math/index.ts'
import { decider } from '../../proofs-check/decide.ts'
import type { Cell, Measurement, Prediction } from '../../proofs-check/claim.ts'
import type { Verdict } from '../../proofs-check/result.ts'
import { runTask } from '../../proofs-check/trial.ts'
import { toyCell, toyClaim, type ToyCell, type ToyMeasurement } from './toys.ts'

type Toy = Prediction<ToyCell, ToyMeasurement>
const declared = { id: 'x', says: 'x', budget: 'quick', weight: 1, cap: 2000, marginReason: 'a toy' } as const
const one = { ...declared, cells: ['n=16'] } as const
const three = { ...declared, cells: ['n=16', 'n=64', 'n=256'] } as const

const verdictOf = async (
  prediction: Toy,
  alter = (cell: ToyCell): ToyCell => cell,
  trials = 2000,
): Promise<Verdict> => {
  const cells = prediction.cells.map((id) => alter({ ...toyCell(Number(id.slice(2))), block: trials }))
  const state = decider(prediction as Prediction, cells, 1e-6)
  expect(state.look(false).verdict).toBe('undecided')
  const claim = toyClaim({ cells: cells as [ToyCell, ...ToyCell[]] })
  for (const [index, { id }] of cells.entries()) {
    const task = { claim: 'toy', variant: null, cell: id, first: 0, count: trials, seed: 5 }
    const measured = await runTask([claim], task)
    state.add(
      index,
      measured.map((measurement, trial) => ({ origin: 'numbered', trial, measurement })),
    )
  }
  const look = state.look(true)
  expect(look.byCell.map(({ cell }) => cell)).toEqual(prediction.cells)
  expect(look.interval[0]).toBeLessThanOrEqual(look.estimate)
  expect(look.interval[1]).toBeGreaterThanOrEqual(look.estimate)
  return look.verdict
}

const probability: Toy = { ...one, kind: 'probability', target: 0.7, margin: 0.1, of: (m) => m.coin }

test('a probability', async () => {
  expect(await verdictOf(probability)).toBe('supported')
  expect(await verdictOf(probability, (cell) => ({ ...cell, p: 0.5 }))).toBe('refuted')
  expect(await verdictOf(probability, (cell) => ({ ...cell, p: 0.6 }))).toBe('undecided')
  expect(await verdictOf({ ...probability, side: 'atLeast' }, (cell) => ({ ...cell, p: 0.99 }))).toBe(
    'supported',
  )
  expect(await verdictOf({ ...probability, side: 'atMost' }, (cell) => ({ ...cell, p: 0.99 }))).toBe(
    'refuted',
  )
  await expect(verdictOf({ ...probability, of: (m) => m.draw })).rejects.toThrow(
    /expected 0 or 1 from trial 0 of n=16/,
  )
})

test('a mean', async () => {
  const mean: Toy = { ...one, kind: 'mean', target: 0.5, margin: 0.07, range: [0, 1], of: (m) => m.draw }
  expect(await verdictOf(mean)).toBe('supported')
  expect(await verdictOf({ ...mean, target: 0.3 })).toBe('refuted')
  expect(await verdictOf({ ...mean, target: 0.43 })).toBe('undecided')
})

test('a quantile', async () => {
  const quantile: Toy = {
    ...one,
    kind: 'quantile',
    target: 0.675,
    margin: 0.25,
    level: 0.75,
    of: (m) => m.normal,
  }
  expect(await verdictOf(quantile)).toBe('supported')
  expect(await verdictOf(quantile, (cell) => ({ ...cell, shift: 0.6 }))).toBe('refuted')
  expect(await verdictOf(quantile, (cell) => ({ ...cell, shift: 0.2 }))).toBe('undecided')
  // A measurement that is infinite (nothing found) is a number like any other.
  expect(await verdictOf({ ...quantile, of: (m) => (m.draw < 0.5 ? Infinity : m.normal) })).toBe('refuted')
})

test('a slope, and the note when no power law fits', async () => {
  const slope: Toy = { ...three, kind: 'slope', level: 0.5, target: -0.5, margin: 0.15, of: (m) => m.length }
  expect(await verdictOf(slope)).toBe('supported')
  expect(await verdictOf({ ...slope, target: -0.1 })).toBe('refuted')
  expect(await verdictOf(slope, (cell) => cell, 100)).toBe('undecided')
  const bend = {
    ...slope,
    of: (m: ToyMeasurement, cell: Cell) => (cell.sizes['n'] === 64 ? 3 : 1) * m.length,
  } as Toy
  const state = decider(
    bend as Prediction,
    bend.cells.map((id) => toyCell(Number(id.slice(2)))),
    0.001,
  )
  const lengths = Array.from({ length: 2000 }, (_, i) => (i + 0.5) / 2000)
  bend.cells.forEach((id, k) => {
    const measure = (u: number): Measurement => ({ length: (1 + u) / Math.sqrt(Number(id.slice(2))) })
    state.add(
      k,
      lengths.map((u, trial) => ({ origin: 'numbered', trial, measurement: measure(u) })),
    )
  })
  expect(state.look(true)).toMatchObject({
    verdict: 'supported',
    note: expect.stringMatching(/no power law/),
  })
})

test('a limit: every cell inside its margin, or the last one outside and no nearer', async () => {
  const limit: Toy = { ...three, kind: 'limit', target: 0.7, margins: [0.2, 0.15, 0.1], of: (m) => m.coin }
  const approach =
    (from: number) =>
    (cell: ToyCell): ToyCell => ({ ...cell, p: 0.7 - from / Math.sqrt(cell.sizes['n']!) })
  expect(await verdictOf(limit, approach(0.4))).toBe('supported')
  expect(await verdictOf(limit, (cell) => ({ ...cell, p: 0.5 }))).toBe('refuted')
  expect(await verdictOf(limit, approach(4))).toBe('undecided')
})

test('a law, against a distribution function and against a second measurement', async () => {
  const normal: Toy = { ...one, kind: 'law', margin: 0.15, of: (m) => m.normal, against: { cdf: normalCdf } }
  expect(await verdictOf(normal)).toBe('supported')
  expect(await verdictOf(normal, (cell) => ({ ...cell, shift: 1 }))).toBe('refuted')
  const pair: Toy = { ...normal, margin: 0.25, of: (m) => m.draw, against: { sample: (m) => m.other } }
  expect(await verdictOf(pair)).toBe('supported')
  expect(await verdictOf(pair, (cell) => ({ ...cell, shift: 0.5 }))).toBe('refuted')
})

test('every instance: one counterexample refutes, none by the cap supports with its bound', async () => {
  const every: Toy = { ...three, kind: 'every', margin: 1, of: (m) => m.draw }
  expect(await verdictOf(every)).toBe('supported')
  expect(
    await verdictOf({ ...every, of: (m) => m.other }, (cell) => ({
      ...cell,
      shift: cell.sizes['n'] === 64 ? 0.01 : 0,
    })),
  ).toBe('refuted')
  const state = decider(every as Prediction, [toyCell(16)], 0.001)
  state.add(
    0,
    Array.from({ length: 300 }, (_, trial) => ({ origin: 'numbered', trial, measurement: { draw: 0.5 } })),
  )
  expect(state.look(false).verdict).toBe('undecided')
  expect(state.look(true).note).toMatch(/no counterexample in 300 instances: their share is at most 0.010/)
})
