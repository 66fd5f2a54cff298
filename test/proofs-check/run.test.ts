import { expect, test } from 'vitest'
import { stringify } from '../../proofs-check/json.ts'
import type { Prediction } from '../../proofs-check/claim.ts'
import { decider } from '../../proofs-check/decide.ts'
import { cellResult, enter, ledger } from '../../proofs-check/ledger.ts'
import type { SuiteResult } from '../../proofs-check/result.ts'
import { conjunction, verify, type Progress } from '../../proofs-check/run.ts'
import { runTask, type Task } from '../../proofs-check/trial.ts'
import {
  claimOf,
  coin,
  tails,
  toyCell,
  toyClaim,
  toyExperiment,
  type ToyCell,
  type ToyMeasurement,
} from './toys.ts'

const timeless = (result: SuiteResult): string =>
  stringify(result).replace(/"seconds":[^,}]*/g, '"seconds":0')
const options = { seed: 1, budget: 'quick' } as const

const slope: Prediction<ToyCell, ToyMeasurement> = {
  ...{ kind: 'slope', level: 0.5, id: 'slope', says: 'exponent', budget: 'quick', weight: 0.4, cap: 30000 },
  ...{ cells: ['n=16', 'n=64', 'n=256'], marginReason: 'a toy', target: -0.5, margin: 0.1 },
  of: (m) => m.length,
}

test('the outcome does not depend on the order in which tasks end, on their splitting, nor on other claims', async () => {
  const claims = [claimOf(slope, coin), toyClaim({ id: 'second', weight: 0.1 })].map((claim) => ({
    ...claim,
    weight: 0.5,
  }))
  const plain = await verify(claims, options)
  const waiting: (() => void)[] = []
  const backwards = async (task: Task) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      setTimeout(() => waiting.pop()!(), 0)
    })
    const { first, count } = task
    const pieces = [...Array(count).keys()]
      .reverse()
      .map((i) => runTask(claims, { ...task, first: first + i, count: 1 }))
    return (await Promise.all(pieces)).flat().reverse()
  }
  expect(timeless(await verify(claims, { ...options, execute: backwards }))).toBe(timeless(plain))
  expect(plain.claims.map(({ verdict }) => verdict)).toEqual(['supported', 'supported'])
  const alone = await verify(claims.slice(0, 1), options)
  expect(timeless({ ...plain, claims: plain.claims.slice(0, 1) })).toBe(timeless(alone))
  expect(timeless(await verify(claims, { ...options, seed: 2 }))).not.toBe(timeless(plain))
})

test('trials run in whole blocks, and a prediction freezes at the first round that decides it', async () => {
  const tasks: Task[] = []
  const claim = claimOf(coin, { ...coin, id: 'wide', margin: 0.29 })
  const execute = (task: Task) => (tasks.push(task), runTask([claim], task))
  const { claims } = await verify([claim], { ...options, execute })
  const [narrow, wide] = claims[0]!.predictions
  expect(wide!.trials).toBeLessThan(narrow!.trials)
  for (const { trials } of claims[0]!.predictions) expect(trials % 20).toBe(0)
  const counted = tasks.filter(({ variant }) => variant === null)
  expect(counted.map(({ first }) => first)).toEqual(counted.map((_, index) => 20 * index))
  expect(20 * counted.length).toBe(Math.max(...claims[0]!.predictions.map(({ trials }) => trials)))
  // The rule again, by hand: the first block whose interval lies inside the margin.
  const [cell] = claim.cells
  const state = decider(claim.predictions[1] as Prediction, [cell], wide!.alpha)
  const verdicts: string[] = []
  for (let first = 0; first < wide!.trials; first += 20) {
    const measured = await runTask([claim], {
      claim: 'toy',
      variant: null,
      cell: cell.id,
      first,
      count: 20,
      seed: 1,
    })
    state.add(
      0,
      measured.map((measurement, i) => ({ origin: 'numbered', trial: first + i, measurement })),
    )
    verdicts.push(state.look(false).verdict)
  }
  expect(verdicts).toEqual([...Array(wide!.trials / 20 - 1).fill('undecided'), 'supported'])
})

test('a cell stops when all of its predictions have, a prediction at its cap', async () => {
  const undecidable = { ...coin, id: 'edge', target: 0.6, cap: 330 }
  const { claims } = await verify([claimOf(undecidable)], options)
  const edge = claims[0]!.predictions[0]!
  expect(edge.verdict).toBe('undecided')
  expect(edge.trials).toBe(340)
  expect(claims[0]!.verdict).toBe('undecided')
})

test('a measurement that is NaN never supports, whatever the kind', async () => {
  const broken = {
    ...toyClaim(),
    experiment: (...given: Parameters<typeof toyExperiment>) => ({
      ...toyExperiment(...given),
      coin: NaN,
      length: NaN,
      draw: NaN,
    }),
  }
  const all = {
    budget: 'quick',
    marginReason: 'a toy',
    cap: 2000,
    weight: 0.1,
    says: 'x',
    cells: ['n=16'],
  } as const
  const claim = {
    ...broken,
    predictions: [
      { ...coin, weight: 0.1, target: 0, margin: 1 },
      { ...all, kind: 'mean', id: 'mean', target: 0.5, margin: 1, range: [0, 1], of: (m) => m.draw },
      { ...all, kind: 'quantile', id: 'quantile', target: 0.5, margin: 1e9, level: 0.5, of: (m) => m.draw },
      { ...all, kind: 'law', id: 'law', margin: 1, against: { sample: (m) => m.draw }, of: (m) => m.draw },
      { ...all, kind: 'every', id: 'every', margin: 1e9, of: (m) => m.draw },
    ],
    controls: [{ ...tails, value: 5 }],
  } satisfies typeof broken
  const { claims } = await verify([claim], options)
  expect(claims[0]!.predictions.map(({ verdict }) => verdict)).toEqual(Array(5).fill('undecided'))
  expect(claims[0]!.predictions[0]!.note).toMatch(/trial 0 of n=16 measured NaN/)
  expect(claims[0]!.cells[0]!.measurements['coin']!.failed).toBeGreaterThan(0)
})

test('trials outside the hypotheses are counted and not judged', async () => {
  const half = {
    id: 'half',
    says: 'the second draw is small',
    holds: (_: unknown, m: { inside: number }) => m.inside === 1,
  }
  const cells = [{ ...toyCell(16), inside: 0.5 }] as const
  const claim = toyClaim({ cells, hypotheses: [...toyClaim().hypotheses, half] })
  const { claims } = await verify([claim], options)
  const { verdict, trialsOutsideHypotheses, predictions, cells: results } = claims[0]!
  const [heads] = predictions
  expect(verdict).toBe('supported')
  expect(heads!.trialsOutsideHypotheses).toBe(trialsOutsideHypotheses)
  expect(heads!.trialsOutsideHypotheses).toBe(
    results[0]!.sample.length && results[0]!.trialsOutsideHypotheses,
  )
  expect(heads!.trialsOutsideHypotheses / heads!.trials).toBeGreaterThan(0.3)
  const none = await verify(
    [toyClaim({ cells: [{ ...toyCell(16), inside: 0 }], hypotheses: claim.hypotheses })],
    options,
  )
  expect(none.claims[0]!.verdict).toBe('undecided')
  expect(none.claims[0]!.trialsOutsideHypotheses).toBe(none.claims[0]!.predictions[0]!.trials)
  // A prediction that does not need the hypothesis judges all of them.
  const free = await verify([{ ...claim, predictions: [{ ...coin, needs: ['fair'] }] }], options)
  expect(free.claims[0]!.trialsOutsideHypotheses).toBe(0)
})

test('a control is judged by the same prediction on altered cells, and a refutation is repeated with fresh trials', async () => {
  const { claims } = await verify([toyClaim()], options)
  const [control] = claims[0]!.controls
  expect(control!.verdict).toBe('refuted')
  expect(control!.illustration).toMatchObject({
    refutedAgain: true,
    cell: 'n=16',
    label: 'illustration, not evidence',
  })
  expect(control!.illustration!.measurement['coin']).toBe(0)
  expect([control!.target, control!.margin]).toEqual([0.7, 0.1])
  const verdictOf = async (alter: typeof tails.alter): Promise<string> => {
    const result = await verify([toyClaim({ controls: [{ ...tails, alter }] })], options)
    return result.claims[0]!.controls[0]!.verdict
  }
  // The shift breaks the hypothesis and leaves the coin alone: the control stands.
  expect(await verdictOf((cell) => ({ ...cell, shift: 1 }))).toBe('supported')
  // A control that breaks nothing has no trials to judge.
  expect(await verdictOf((cell) => cell)).toBe('undecided')
})

test('the smallest cell of a family that is refuted again illustrates a refutation', async () => {
  const wrong = { ...coin, target: 0.2, weight: 0.25, family: 'heads' }
  const claim = toyClaim({
    predictions: [
      { ...wrong, id: 'large', cells: ['n=256'] },
      { ...wrong, id: 'small' },
    ],
    controls: [{ ...tails, predicts: 'small', value: 0.9 }],
  })
  const { claims } = await verify([claim], options)
  expect(claims[0]!.verdict).toBe('refuted')
  expect(claims[0]!.predictions[0]!.illustration!.cell).toBe('n=16')
  expect(claims[0]!.replay).toBe(claims[0]!.predictions[0]!.illustration!.replay)
})

test('an aborted run keeps what is decided and marks the rest incomplete', async () => {
  const stop = new AbortController()
  const slow = { ...coin, id: 'slow', target: 0.6, cap: 1e6 }
  const onProgress = ({ trials }: Progress) => trials > 3000 && stop.abort()
  const { claims } = await verify([claimOf(slow, coin)], { ...options, signal: stop.signal, onProgress })
  expect(claims[0]!.predictions.map(({ verdict }) => verdict)).toEqual([
    'incomplete',
    'supported',
    'supported',
  ])
  expect(claims[0]!.verdict).toBe('incomplete')
  const before = await verify([toyClaim()], { ...options, signal: AbortSignal.abort() })
  expect(before.claims[0]!.controls[0]!.verdict).toBe('incomplete')
})

test('an abort while tasks are running ends the run; any other failure names its trial', async () => {
  const stop = new AbortController()
  const execute = () => {
    stop.abort()
    return Promise.reject(new Error('worker gone'))
  }
  const { claims } = await verify([toyClaim()], { ...options, signal: stop.signal, execute })
  expect(claims[0]!.verdict).toBe('incomplete')
  const failing = {
    ...toyClaim(),
    experiment: () => {
      throw new RangeError('sum: expected two')
    },
  }
  await expect(verify([failing], options)).rejects.toThrow('toy / n=16 / trial 0: sum: expected two')
})

test('progress counts trials and decided predictions up to all of them', async () => {
  const seen: Progress[] = []
  await verify([toyClaim()], { ...options, onProgress: (progress) => seen.push(progress) })
  expect(seen.at(-1)).toMatchObject({ claim: 'toy', decided: 2, total: 2 })
  seen.slice(1).forEach(({ trials }, index) => expect(trials).toBeGreaterThan(seen[index]!.trials))
})

test('a smaller budget leaves out predictions and their controls', async () => {
  const claim = claimOf({ ...coin, budget: 'standard' })
  const count = async (budget: 'quick' | 'standard') => {
    const { claims } = await verify([claim], { seed: 1, budget })
    return [claims[0]!.predictions.length, claims[0]!.controls.length]
  }
  expect(await count('quick')).toEqual([1, 1])
  expect(await count('standard')).toEqual([2, 1])
  expect(
    (await verify([toyClaim({ predictions: [{ ...coin, budget: 'standard' }] })], options)).claims[0],
  ).toMatchObject({ verdict: 'undecided', controls: [] })
})

test('the conjunction: one refuted refutes, all supported support, nothing is undecided', () => {
  expect(conjunction(['supported', 'refuted', 'incomplete'])).toBe('refuted')
  expect(conjunction(['supported', 'incomplete', 'undecided'])).toBe('incomplete')
  expect(conjunction(['supported', 'undecided'])).toBe('undecided')
  expect(conjunction(['supported', 'supported'])).toBe('supported')
  expect(conjunction([])).toBe('undecided')
})

test('claims whose weights or references do not fit are refused', async () => {
  const refused = (changes: object, message: RegExp) =>
    expect(verify([{ ...toyClaim(), ...changes }], options)).rejects.toThrow(message)
  await refused({ weight: 1.1 }, /claims: expected weights that sum to at most 1, got 1.1/)
  await refused({ weight: 0 }, /positive weights/)
  await refused({ controls: [{ ...tails, weight: 0.4 }] }, /toy: expected weights .* sum to 1, got 0.9/)
  await refused(
    { controls: [{ ...tails, breaks: 'x' }] },
    /toy \/ tails: breaks: expected declared ids, got x/,
  )
  await refused({ controls: [{ ...tails, predicts: 'x' }] }, /predicts: expected declared ids, got x/)
  await refused({ controls: [{ ...tails, id: 'coin' }] }, /expected different ids, got coin twice/)
  await refused({ predictions: [{ ...coin, cells: ['x'] }] }, /cells: expected declared ids, got x/)
  await refused({ predictions: [{ ...coin, cells: ['n=16', 'n=64'] }] }, /expected one cell, got 2/)
  await refused({ predictions: [{ ...coin, cap: 0.5 }] }, /cap: expected a positive integer, got 0.5/)
})

test('the clock is the caller’s: it gives `seconds` and nothing else', async () => {
  let now = 0
  const clocked = await verify([toyClaim()], { ...options, clock: () => now++ })
  expect(clocked.seconds).toBeGreaterThan(0)
  expect(clocked.claims[0]!.seconds).toBeGreaterThan(0)
  const plain = await verify([toyClaim()], options)
  expect(plain.seconds).toBe(0)
  expect(timeless(clocked)).toBe(timeless(plain))
})

test('the smallest departure seen: margin and half an interval, or a share that α lets pass', async () => {
  const all: Prediction<ToyCell, ToyMeasurement> = {
    ...{ ...slope, kind: 'every', id: 'every', says: '', margin: 1, cap: 600, weight: 0.1 },
    of: (m) => m.draw,
  }
  const { claims } = await verify([claimOf(coin, all)], options)
  const [heads, every] = claims[0]!.predictions
  const { estimate, interval, margin } = heads!
  expect(heads!.detectable).toBe(margin + Math.max(estimate - interval[0], interval[1] - estimate))
  const missed = Math.pow(1 - every!.detectable!, every!.trials)
  expect(missed / every!.alpha).toBeCloseTo(1, 9)
  const none = await verify([toyClaim()], { ...options, signal: AbortSignal.abort() })
  expect(none.claims[0]!.predictions[0]).not.toHaveProperty('detectable')
})

test('figures that throw leave the verdicts alone and say why', async () => {
  const figures = ({ cells }: { cells: readonly { measurements: object }[] }) => {
    if (Object.keys(cells[0]!.measurements).length === 0) throw new TypeError('nothing measured')
    return []
  }
  const stopped = await verify([toyClaim({ figures })], { ...options, signal: AbortSignal.abort() })
  expect(stopped.claims[0]).toMatchObject({
    ...{ verdict: 'incomplete', figures: [], figuresFailed: 'nothing measured' },
  })
  const whole = await verify([toyClaim({ figures })], options)
  expect(whole.claims[0]).not.toHaveProperty('figuresFailed')
})

test('what a budget leaves out is named, with the budget that it needs', async () => {
  const { claims } = await verify([claimOf({ ...coin, budget: 'thorough' })], options)
  expect(claims[0]!.unjudged).toEqual([{ id: 'coin', says: 'heads', needs: 'thorough' }])
  const whole = await verify([toyClaim()], options)
  expect(whole.claims[0]).not.toHaveProperty('unjudged')
})

test('progress tells what settled, once, and how much is behind it', async () => {
  const seen: Progress[] = []
  await verify([toyClaim()], { ...options, onProgress: (progress) => seen.push(progress) })
  expect(seen.flatMap(({ settled }) => settled).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    { id: 'coin', says: 'heads', verdict: 'supported', expected: 'supported' },
    { id: 'tails', says: 'the coin shows tails', verdict: 'refuted', expected: 'refuted' },
  ])
  expect(seen.at(-1)!.share).toBe(1)
  seen.slice(1).forEach(({ share }, index) => expect(share).toBeGreaterThanOrEqual(seen[index]!.share))
})

test('memory is bounded: long columns keep a part of their values for quantiles, and exact counts and ends', () => {
  const book = ledger(toyCell(16))
  const values = Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 100_000)
  enter(book, [...values.map((x) => ({ x })), { x: NaN }], 0)
  const { x } = cellResult(book).measurements
  expect(x).toMatchObject({ count: 100_000, failed: 1, min: 0, max: 99_999, mean: 49_999.5, every: 8 })
  expect([...book.columns.values()][0]!.kept.length).toBeLessThanOrEqual(16_384)
  const levels = [0.05, 0.25, 0.5, 0.75, 0.95]
  x!.quantiles.forEach((quantile, k) => expect(Math.abs(quantile / 1e5 - levels[k]!)).toBeLessThan(0.01))
})
