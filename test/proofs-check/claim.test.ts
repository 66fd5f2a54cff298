import { expect, test } from 'vitest'
import { runsAt, type Claim, type Control, type Prediction } from '../../proofs-check/claim.ts'
import { verify } from '../../proofs-check/index.ts'
import { coin, tails, toyClaim, type ToyCell, type ToyClaim, type ToyMeasurement } from './toys.ts'

type ToyPrediction = Prediction<ToyCell, ToyMeasurement>

test('a claim without weight, source, hypotheses, predictions or controls does not type-check', () => {
  const { weight, source, ...rest } = toyClaim()
  // @ts-expect-error no weight
  const unweighted: ToyClaim = { ...rest, source }
  // @ts-expect-error no source
  const unsourced: ToyClaim = { ...rest, weight }
  // @ts-expect-error no control
  const uncontrolled: ToyClaim = { ...toyClaim(), controls: [] }
  // @ts-expect-error no prediction
  const empty: ToyClaim = { ...toyClaim(), predictions: [] }
  // @ts-expect-error an unknown kind of source
  const invented: ToyClaim = { ...toyClaim(), source: { kind: 'quoted', where: '', url: '' } }
  expect([unweighted, unsourced, uncontrolled, empty, invented]).toHaveLength(5)
})

test('a prediction without weight, margin, reason, cap or cells does not type-check', () => {
  const declared = {
    kind: 'probability',
    id: 'p',
    says: 'p',
    budget: 'quick',
    cells: ['n=16'],
    target: 0.5,
    of: (m: ToyMeasurement) => m.coin,
  } as const
  const numbers = { weight: 1, margin: 0.1, cap: 10 }
  const whole: ToyPrediction = { ...declared, ...numbers, marginReason: 'x' }
  // @ts-expect-error no margin
  const marginless: ToyPrediction = { ...declared, weight: 1, cap: 10, marginReason: 'x' }
  // @ts-expect-error no weight
  const unweighted: ToyPrediction = { ...declared, margin: 0.1, cap: 10, marginReason: 'x' }
  // @ts-expect-error no reason for the margin
  const unreasoned: ToyPrediction = { ...declared, ...numbers }
  // @ts-expect-error no cap
  const uncapped: ToyPrediction = { ...declared, weight: 1, margin: 0.1, marginReason: 'x' }
  // @ts-expect-error no cell
  const homeless: ToyPrediction = { ...whole, cells: [] }
  // @ts-expect-error a measurement that the experiment does not make
  const blind: ToyPrediction = { ...whole, of: (m) => m.colour }
  expect([whole, marginless, unweighted, unreasoned, uncapped, homeless, blind]).toHaveLength(7)
})

test('a control must name what it breaks, whom it refutes and the value there', () => {
  const { breaks, predicts, value, ...rest } = tails
  // @ts-expect-error no broken hypothesis
  const harmless: Control<ToyCell> = { ...rest, predicts, value }
  // @ts-expect-error no prediction
  const aimless: Control<ToyCell> = { ...rest, breaks, value }
  // @ts-expect-error no value
  const vague: Control<ToyCell> = { ...rest, breaks, predicts }
  expect([harmless, aimless, vague]).toHaveLength(3)
})

test('a claim over its own cells and measurements is a claim of the suite', () => {
  const general: Claim = toyClaim()
  expect(general.predictions[0]).toBe(coin)
})

test('budgets are ordered', () => {
  const budgets = ['quick', 'standard', 'thorough'] as const
  expect(budgets.map((least) => budgets.map((budget) => runsAt(least, budget)))).toEqual([
    [true, true, true],
    [false, true, true],
    [false, false, true],
  ])
})

test('words that are unknown, margins of zero and controls that are too close are refused', async () => {
  const options = { seed: 1, budget: 'quick' } as const
  const odd = (changes: object): Promise<unknown> => verify([toyClaim(changes as Partial<ToyClaim>)], options)
  await expect(odd({ controls: [] })).rejects.toThrow(
    'toy: expected a control that must be refuted, got none',
  )
  await expect(odd({ expected: 'suported' })).rejects.toThrow(
    'toy: expected: expected supported, refuted, got suported',
  )
  await expect(odd({ predictions: [{ ...coin, budget: 'quik' }] })).rejects.toThrow(/budget: expected quick/)
  await expect(odd({ predictions: [{ ...coin, kind: 'prob' }] })).rejects.toThrow(
    /kind: expected probability/,
  )
  await expect(odd({ predictions: [{ ...coin, side: 'atleast' }] })).rejects.toThrow(/side: expected atLeast/)
  await expect(odd({ predictions: [{ ...coin, margin: 0 }] })).rejects.toThrow(
    /expected positive margins, got 0/,
  )
  await expect(odd({ controls: [{ ...tails, value: 0.6 }] })).rejects.toThrow(
    /at least three margins from 0.7, got 0.6/,
  )
  await expect(verify([toyClaim()], { seed: 1, budget: 'fast' as 'quick' })).rejects.toThrow(
    'verify: expected a budget of quick, standard, thorough, got fast',
  )
})
