import { normal, uniform, type Stream } from '../../src/random/index.ts'
import type { Cell, Claim, Control, Prediction, ProbabilityPrediction } from '../../proofs-check/claim.ts'

/** Cells of the toy claims: `n` is the size, `p` the probability of a one, `shift` moves the normal. */
export interface ToyCell extends Cell {
  readonly p: number
  readonly shift: number
  readonly inside: number
}

export type ToyMeasurement = Readonly<
  Record<'coin' | 'normal' | 'length' | 'draw' | 'other' | 'inside', number>
>

export function toyCell(n: number, block: number = 20, p: number = 0.7): ToyCell {
  return { id: `n=${n}`, label: `n = ${n}`, sizes: { n }, block, p, shift: 0, inside: 1 }
}

/** Coins, a normal, a length |N|/√n and two draws of one law, all from the stream. */
export function toyExperiment(cell: ToyCell, source: Stream): ToyMeasurement {
  const [u, v, w] = uniform(source, 3)
  const [g] = normal(source.child('normal'), 1)
  return {
    coin: u! < cell.p ? 1 : 0,
    normal: g! + cell.shift,
    length: (Math.abs(g!) + cell.shift) / Math.sqrt(cell.sizes['n']!),
    draw: v!,
    other: w! + cell.shift,
    inside: v! < cell.inside ? 1 : 0,
  }
}

const fair = { budget: 'quick', marginReason: 'a toy', cap: 4000 } as const

export const coin: ProbabilityPrediction<ToyCell, ToyMeasurement> = {
  ...{ ...fair, kind: 'probability', id: 'coin', says: 'heads', cells: ['n=16'], weight: 0.5 },
  of: (m) => m.coin,
  ...{ target: 0.7, margin: 0.1 },
}

export const tails: Control<ToyCell> = {
  ...{
    id: 'tails',
    breaks: 'fair',
    says: 'the coin shows tails',
    predicts: 'coin',
    value: 0.1,
    weight: 0.5,
    cap: 4000,
  },
  alter: (cell) => ({ ...cell, p: 0.1 }),
}

export type ToyClaim = Claim<ToyCell, ToyMeasurement>

export function toyClaim(changes: Partial<ToyClaim> = {}): ToyClaim {
  return {
    id: 'toy',
    title: 'A toy',
    source: { kind: 'measured', where: 'nowhere', url: 'https://example.org' },
    statement: { text: 'heads come', formula: 'P = 0.7' },
    symbols: {},
    shows: { can: 'nothing', cannot: 'anything' },
    weight: 1,
    expected: 'supported',
    hypotheses: [
      { id: 'fair', says: 'the declared coin', holds: (cell) => cell.p === 0.7 && cell.shift === 0 },
    ],
    cells: [toyCell(16), toyCell(64), toyCell(256, 10)],
    experiment: toyExperiment,
    predictions: [coin],
    controls: [tails],
    figures: () => [],
    ...changes,
  }
}

/** A claim with one prediction of weight ½ beside the control `tails`, which stays on a coin of its own. */
export function claimOf(...predictions: readonly Prediction<ToyCell, ToyMeasurement>[]): ToyClaim {
  const weight = 0.4 / predictions.length
  const [first, ...rest] = [
    ...predictions.map((prediction) => ({ ...prediction, weight })),
    { ...coin, id: 'heads', weight: 0.1 },
  ]
  return toyClaim({ predictions: [first!, ...rest], controls: [{ ...tails, predicts: 'heads' }] })
}
