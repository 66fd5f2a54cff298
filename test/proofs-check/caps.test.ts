import { expect, test } from 'vitest'
import { lawCap, limitCap, meanCap, probabilityCap, slopeCap } from '../../proofs-check/caps.ts'
import type { Prediction } from '../../proofs-check/claim.ts'
import { decider } from '../../proofs-check/decide.ts'
import { normal, stream, uniform } from '../../src/random/index.ts'
import { toyCell } from './toys.ts'

const alpha = 1e-4
const declared = { id: 'x', says: 'x', budget: 'quick', weight: 1, marginReason: 'a toy' } as const

/** The verdict at the cap from values that one function draws for each cell. */
function atCap(
  prediction: Prediction,
  blocks: readonly number[],
  draw: (size: number, n: number) => ArrayLike<number>,
): string {
  const cells = prediction.cells.map((id, k) => toyCell(Number(id.slice(2)), blocks[k]))
  const round = blocks.reduce((sum, block) => sum + block, 0)
  const state = decider(prediction, cells, alpha)
  cells.forEach(({ sizes, block }, index) => {
    const values = [...Array.from(draw(sizes['n']!, (prediction.cap / round) * block))]
    state.add(
      index,
      values.map((value, trial) => ({ origin: 'numbered', trial, measurement: { value, zero: 0 } })),
    )
  })
  return state.look(true).verdict
}

test('slopes whose cells run different blocks are decided at their cap, and not at a tenth of it', () => {
  const blocks = [100, 5, 20]
  const bias = 0.005
  const plan = { sizes: [16, 128, 1024], blocks, level: 0.8, margin: 0.08, bias, alpha }
  const cap = slopeCap(plan)
  expect(cap % 125).toBe(0)
  for (let run = 0; run < 5; run++) {
    const lengths = (size: number, n: number) =>
      normal(stream(run, size), n).map((z) => Math.abs(z) * size ** (-0.5 - bias))
    const prediction = {
      ...declared,
      kind: 'slope',
      cap,
      level: 0.8,
      target: -0.5,
      margin: 0.08,
      of: (m: Readonly<Record<string, number>>) => m['value']!,
    } as const
    const cells = ['n=16', 'n=128', 'n=1024'] as const
    expect(atCap({ ...prediction, cells }, blocks, lengths)).toBe('supported')
    expect(atCap({ ...prediction, cells, cap: Math.ceil(cap / 1250) * 125 }, blocks, lengths)).toBe(
      'undecided',
    )
  }
  expect(slopeCap({ ...plan, margin: 0.04 })).toBeGreaterThan(3 * cap)
})

test('limits, laws and means are decided at their caps', () => {
  const of = (m: Readonly<Record<string, number>>): number => m['value']!
  const margins = [0.2, 0.1] as const
  const limit = limitCap({ target: 0.7, margins, truths: [0.6, 0.65], blocks: [10, 30], alpha })
  const coins = (run: number) => (size: number, n: number) =>
    uniform(stream(run, 'coin', size), n).map((u) => (u < (size === 16 ? 0.6 : 0.65) ? 1 : 0))
  const law = lawCap({ margin: 0.2, alpha, block: 50 })
  const { trials, bet } = meanCap({
    low: -1,
    high: 1,
    target: 0,
    margin: 0.1,
    variance: 1 / 3,
    alpha,
    block: 50,
  })
  for (let run = 0; run < 5; run++) {
    expect(
      atCap(
        { ...declared, kind: 'limit', cells: ['n=16', 'n=64'], target: 0.7, margins, cap: limit, of },
        [10, 30],
        coins(run),
      ),
    ).toBe('supported')
    const draws = (size: number, n: number) => uniform(stream(run, size), n).map((u) => 2 * u - 1)
    const against = { cdf: (x: number) => (x + 1) / 2 }
    expect(
      atCap({ ...declared, kind: 'law', cells: ['n=16'], margin: 0.2, against, cap: law, of }, [50], draws),
    ).toBe('supported')
    expect(
      atCap(
        {
          ...declared,
          kind: 'mean',
          cells: ['n=16'],
          target: 0,
          margin: 0.1,
          range: [-1, 1],
          bet,
          cap: trials,
          of,
        },
        [50],
        draws,
      ),
    ).toBe('supported')
  }
})

test('a truth outside its margin has no cap', () => {
  expect(() => probabilityCap({ target: 0.5, margin: 0.1, truth: 0.7, alpha })).toThrow(
    /truth inside the margin/,
  )
})
