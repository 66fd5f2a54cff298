import { expect, test } from 'vitest'
import { normalCdf } from '../../src/math/index.ts'
import { decider } from '../../proofs-check/decide.ts'
import type { Cell, Measurement, Prediction } from '../../proofs-check/claim.ts'
import type { Look, Verdict } from '../../proofs-check/result.ts'
import { runTask } from '../../proofs-check/trial.ts'
import { toyCell, toyClaim, type ToyCell, type ToyMeasurement } from './toys.ts'

type Toy = Prediction<ToyCell, ToyMeasurement>
const declared = { id: 'x', says: 'x', budget: 'quick', weight: 1, cap: 2000, marginReason: 'a toy' } as const
const one = { ...declared, cells: ['n=16'] } as const
const three = { ...declared, cells: ['n=16', 'n=64', 'n=256'] } as const

const lookOf = async (
  prediction: Toy,
  alter = (cell: ToyCell): ToyCell => cell,
  trials = 2000,
): Promise<Look> => {
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
  return state.look(true)
}

const verdictOf = async (...given: Parameters<typeof lookOf>): Promise<Verdict> => {
  const look = await lookOf(...given)
  expect(look.byCell.map(({ cell }) => cell)).toEqual(given[0].cells)
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

test('a bracket: the exponents of both ends within the margin, or one outside', async () => {
  const bracket: Toy = {
    ...{ ...three, kind: 'sandwich', level: 0.5, target: -0.5, margin: 0.2 },
    of: (m) => 1.5 * m.length,
    lower: (m) => m.length / 2,
  }
  expect(await verdictOf(bracket)).toBe('supported')
  // The upper end falls more slowly: it alone refutes, and at the edge it alone keeps the verdict open.
  const slower = (power: number): Toy => ({
    ...bracket,
    of: (m, { sizes }) => m.length * Math.pow(sizes['n']! / 4, power),
  })
  expect(await verdictOf(slower(0.5))).toBe('refuted')
  expect(await verdictOf(slower(0.2))).toBe('undecided')
  const crossed = await lookOf({ ...bracket, lower: (m) => 2 * m.length })
  expect(crossed).toMatchObject({
    verdict: 'undecided',
    note: expect.stringMatching(/^trial 0 of n=16 measured a lower end/),
  })
  expect((await lookOf(bracket)).note).toMatch(/exponents: lower end -0\.\d+ \[.*\], upper end -0/)
})

test('how much larger one quantile is than another', async () => {
  const shift: Toy = {
    ...{ ...one, kind: 'quantile', level: 0.5, target: 1, margin: 0.5 },
    of: (m) => m.normal + 1,
    against: (m) => m.normal,
  }
  expect(await verdictOf(shift)).toBe('supported')
  expect(await verdictOf({ ...shift, target: -0.2 })).toBe('refuted')
  expect(await verdictOf({ ...shift, target: 0.5 })).toBe('undecided')
  expect((await lookOf({ ...shift, against: () => NaN })).note).toMatch(/trial 0 of n=16 measured NaN/)
})

test('limits of a mean and of a quantile', async () => {
  const mean: Toy = {
    ...{ ...three, kind: 'limit', target: 0.5, margins: [0.3, 0.2, 0.1], range: [0, 2] },
    of: (m, { sizes }) => m.draw + 1 / sizes['n']!,
  }
  expect(await verdictOf(mean)).toBe('supported')
  expect(await verdictOf({ ...mean, target: 0.8 })).toBe('refuted')
  const quantile: Toy = {
    ...{ ...three, kind: 'limit', target: 0.75, margins: [0.3, 0.2, 0.1], level: 0.75 },
    of: (m, { sizes }) => m.draw + 1 / sizes['n']!,
  }
  expect(await verdictOf(quantile)).toBe('supported')
  expect(await verdictOf({ ...quantile, of: (m) => m.draw + 0.3 })).toBe('refuted')
})

test('a situation met too seldom keeps a prediction from being supported, not from being refuted', async () => {
  const covered = (least: number, target = 0.7): Toy => ({
    ...{ ...probability, target },
    cover: [{ says: 'a small draw', least, holds: (m) => m.draw < 0.25 }],
  })
  expect(await lookOf(covered(0.2))).toMatchObject({
    verdict: 'supported',
    cover: [{ says: 'a small draw', least: 0.2, share: expect.closeTo(0.25, 1) }],
  })
  const short = await lookOf(covered(0.3))
  expect(short.verdict).toBe('undecided')
  expect(short.note).toMatch(/^a small draw: expected in a share of at least 0.3 of the trials, met in 0.2/)
  expect((await lookOf(covered(0.3, 0.3))).verdict).toBe('refuted')
})

test('a bent line has a bend, a straight one none beyond its interval', async () => {
  const slope: Toy = { ...three, kind: 'slope', level: 0.5, target: -0.5, margin: 0.15, of: (m) => m.length }
  const straight = (await lookOf(slope)).bend!
  expect(straight.interval[0]).toBeLessThan(0)
  expect(straight.interval[1]).toBeGreaterThan(0)
  // log y = -½ log n + ½ (log n)²/10: the local exponent rises by log(16)/10 from n = 16 to 256.
  const bent = (
    await lookOf({ ...slope, of: (m, { sizes }) => m.length * Math.exp(Math.log(sizes['n']!) ** 2 / 20) })
  ).bend!
  expect(bent.estimate - straight.estimate).toBeCloseTo(Math.log(16) / 10, 9)
})
