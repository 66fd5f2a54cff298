import { expect, test } from 'vitest'
import { arbitraries, claim, holds, replay, shrink, verify } from '../../proofs-check/index.ts'
import type { Claim } from '../../proofs-check/claim.ts'
import { normal } from '../../src/random/index.ts'

/** What stands in the documentation: nothing in it needs a type. */
const half = claim({
  id: 'half',
  title: 'A normal variable is positive half of the time',
  hypotheses: [{ id: 'centred', says: 'its mean is 0', holds: ({ mean }) => mean === 0 }],
  cells: [{ id: 'standard', mean: 0 }],
  experiment: ({ mean }, stream) => ({ positive: normal(stream, 1)[0]! + mean > 0 ? 1 : 0 }),
  predictions: [
    {
      ...{ kind: 'probability', id: 'positive', says: 'P(X > 0)', target: 0.5, margin: 0.05 },
      of: (m) => m.positive,
    },
  ],
  controls: [
    {
      ...{ id: 'moved', breaks: 'centred', predicts: 'positive', says: 'the mean is 1', value: 0.84 },
      alter: (cell) => ({ ...cell, mean: 1 }),
    },
  ],
})

/** x + 1 is at most twice x: false for x below 1, that is for size 1 to 4 of x = size/5. */
const doubled = claim({
  id: 'doubled',
  title: 'x + 1 ≤ 2x',
  hypotheses: [{ id: 'formula', says: 'x is divided by 5', holds: ({ by }) => by === 5 }],
  cells: [{ id: 'large', sizes: { n: 100 }, n: 100, by: 5 }],
  instance: (n) => ({ id: `n=${n}`, label: `n = ${n}`, sizes: { n }, block: 1, n, by: 5 }),
  experiment: ({ n, by }) => ({ x: n / by, excess: n / by + 1 - (2 * n) / by }),
  predictions: [{ kind: 'every', id: 'bound', says: 'x + 1 - 2x', margin: 1e-12, of: (m) => m.excess }],
  controls: [
    {
      ...{ id: 'fiftieth', breaks: 'formula', predicts: 'bound', says: 'x = n/500', value: 1 },
      alter: (cell) => ({ ...cell, by: 500 }),
    },
  ],
  picture: ({ n }) => ({
    ...{ id: 'picture', title: `n = ${n}`, caption: '', series: [], bands: [] },
    ...{ x: { label: 'x', scale: 'linear' }, y: { label: 'y', scale: 'linear' } },
    lines: [{ label: 'y = 2x', points: [{ x: 0, y: 0 }] }],
  }),
})

test('a claim of twenty lines is verified as it stands, its weights sum to 1 and its cap settles it', async () => {
  const { predictions, verdict, figures } = await holds(half)
  expect(verdict).toBe('supported')
  expect(half.predictions[0].cap).toBeGreaterThan(1000)
  expect(half.predictions[0].weight + half.controls[0].weight).toBe(1)
  expect(predictions[0]!.trials).toBeLessThanOrEqual(half.predictions[0].cap)
  expect(figures).toEqual([])
})

test('defaults fill in what no verdict needs', () => {
  expect(half).toMatchObject({ expected: 'supported', weight: 1 / 64, symbols: {} })
  expect(half.cells[0]).toEqual({ id: 'standard', label: 'standard', sizes: {}, block: 100, mean: 0 })
  const kinds = claim({
    ...{ id: 'kinds', title: '', hypotheses: [{ id: 'h', says: '', holds: () => true }] },
    cells: [
      { id: 'a', sizes: { n: 1 } },
      { id: 'b', sizes: { n: 2 }, block: 50 },
    ],
    experiment: () => ({ x: 1 }),
    predictions: [
      { kind: 'mean', id: 'mean', says: '', target: 0.5, margin: 0.1, range: [0, 1], of: (m) => m.x },
      {
        kind: 'slope',
        id: 'slope',
        says: '',
        target: 0,
        margin: 0.1,
        level: 0.5,
        weight: 0.4,
        of: (m) => m.x,
      },
      { kind: 'limit', id: 'limit', says: '', target: 0.5, margins: [0.2, 0.1], of: (m) => m.x },
      { kind: 'law', id: 'law', says: '', margin: 0.2, against: { cdf: (x) => x }, of: (m) => m.x },
    ],
    controls: [{ id: 'c', breaks: 'h', says: '', predicts: 'mean', value: 1, alter: (cell) => cell }],
  })
  const [mean, slope, limit, law] = kinds.predictions
  expect(kinds.predictions.map(({ cells }) => cells.length)).toEqual([1, 2, 2, 1])
  expect(mean).toMatchObject({ bet: expect.any(Number), weight: 0.15, budget: 'quick' })
  expect([slope!.weight, slope!.cap]).toEqual([0.4, 20000])
  expect(limit!.cap % 150).toBe(0)
  expect(law!.cap).toBeGreaterThan(100)
  expect(kinds.controls[0]).toMatchObject({ cap: mean.cap, weight: 0.15 })
})

test('what does not hold fails a test with numbers, the smallest counterexample and a token that repeats it', async () => {
  const moved = claim({ ...(half as never as Parameters<typeof claim>[0]), expected: 'refuted' })
  await expect(holds(moved)).rejects.toThrow(
    /half: expected refuted .* got supported \(seed 1, budget quick\)/,
  )
  const small = { ...doubled, cells: [{ ...doubled.cells[0], n: 2 }] as const }
  const { message } = await holds(small).then(
    () => new Error('it holds'),
    (error: Error) => error,
  )
  expect(message).toMatch(/x \+ 1 - 2x: refuted\n {4}predicted at most 1e-12, measured 0.6 /)
  expect(message).toMatch(
    /smallest counterexample: sizes \{"n":1\}, n 1, by 5, draw 0\n +measured x 0.2, excess 0.8/,
  )
  const token = / replay (\S+)/.exec(message)![1]!
  expect((await replay([doubled as Claim], token)).measurement).toEqual({ x: 0.2, excess: 0.2 + 1 - 0.4 })
  const quiet = {
    ...half,
    controls: [{ ...half.controls[0], alter: (cell: object) => ({ ...cell, mean: 0.001 }) }],
  }
  await expect(holds(quiet as never)).rejects.toThrow(
    /1 not refuted.*\n {2}control moved, the mean is 1: supported/,
  )
})

test('a refuted control about every instance shows its smallest size, with a picture', async () => {
  const { claims } = await verify([doubled as Claim], { seed: 3, budget: 'quick' })
  const [control] = claims[0]!.controls
  expect(control!.counterexample).toMatchObject({
    origin: 'shrunk',
    instance: { n: 1, by: 500, draw: 0 },
    picture: { title: 'n = 1' },
  })
  expect(claims[0]!.predictions[0]!.counterexample).toBeUndefined()
})

test('instances are described without fast-check, and shrunk by it', async () => {
  const instances = arbitraries
    .record({ n: arbitraries.dimension(500), kind: arbitraries.constantFrom('plain', 'odd') })
    .map(({ n, kind }) => ({ n, kind, by: 5 }))
  const { instance: _, picture: __, ...plain } = doubled
  const drawn = {
    ...plain,
    instances,
    experiment: ({ n, by, kind }: { n: number; by: number; kind?: string }) => ({
      x: n / by,
      excess: kind === 'odd' && n > 20 ? 1 : -1,
    }),
  } as never as Claim
  const found = await shrink(drawn, 'bound', { seed: 1 })
  expect(found).toMatchObject({ instance: { n: 21, kind: 'odd', draw: 0 }, measurement: { excess: 1 } })
  expect((await replay([drawn], found!.replay)).measurement).toEqual(found!.measurement)
})
