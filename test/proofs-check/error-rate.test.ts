import { expect, test } from 'vitest'
import { clopperPearson, designProportion } from '../../src/stats/index.ts'
import { uniform, stream } from '../../src/random/index.ts'
import { decider } from '../../proofs-check/decide.ts'
import type { Prediction } from '../../proofs-check/claim.ts'
import { toyCell } from './toys.ts'

const weights = [0.7, 0.3]
const block = 30

/**
 * A suite of two predictions about coins of probability p, looked at after every block; false verdicts are
 * counted.
 */
function anyVerdict(p: number, alpha: number, wrong: string, run: number): boolean {
  return weights.some((weight, index) => {
    const prediction: Prediction = {
      ...{
        kind: 'probability',
        id: 'p',
        says: '',
        budget: 'quick',
        weight,
        cells: ['n=1'],
        marginReason: '',
      },
      ...{ target: 0.6, margin: 0.1, cap: 600, of: (m) => m['heads']! },
    }
    const state = decider(prediction, [toyCell(1)], alpha * weight)
    const heads = uniform(stream(1, 'suite', run, index), 600)
    for (let first = 0; first < 600; first += block) {
      const trials = [...heads.subarray(first, first + block)].map((u, i) => {
        return { origin: 'numbered', trial: first + i, measurement: { heads: u < p ? 1 : 0 } } as const
      })
      state.add(0, trials)
      const { verdict } = state.look(first + block >= 600)
      if (verdict !== 'undecided') return verdict === wrong
    }
    return false
  })
}

test('with a look after every block, a suite errs with probability at most its α, on either side of the margin', () => {
  const alpha = 0.1
  const runs = 120
  for (const [p, wrong] of [
    [0.5, 'refuted'],
    [0.7, 'refuted'],
    [0.4999, 'supported'],
    [0.7001, 'supported'],
  ] as const) {
    const errors = Array.from({ length: runs }, (_, run) => anyVerdict(p, alpha, wrong, run)).filter(
      Boolean,
    ).length
    expect(clopperPearson(errors, runs, 2e-6).lower, `${errors} of ${runs} at ${p}`).toBeLessThanOrEqual(
      alpha,
    )
  }
})

test('a cap of design() leaves a declared truth undecided far more seldom than one time in a hundred', () => {
  const alpha = 0.01
  const { trials } = designProportion({
    target: 0.6,
    margin: 0.1,
    truth: 0.58,
    alpha,
    undecided: 1e-5,
    block,
  })
  let undecided = 0
  for (let run = 0; run < 500; run++) {
    const prediction: Prediction = {
      ...{
        kind: 'probability',
        id: 'p',
        says: '',
        budget: 'quick',
        weight: 1,
        cells: ['n=1'],
        marginReason: '',
      },
      ...{ target: 0.6, margin: 0.1, cap: trials, of: (m) => m['heads']! },
    }
    const state = decider(prediction, [toyCell(1)], alpha)
    const heads = [...uniform(stream(2, run), trials)].map((u) => (u < 0.58 ? 1 : 0))
    state.add(
      0,
      heads.map((value, trial) => ({ origin: 'numbered', trial, measurement: { heads: value } })),
    )
    if (state.look(true).verdict !== 'supported') undecided++
  }
  expect(undecided).toBe(0)
})
