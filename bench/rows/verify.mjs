/**
 * Trials of `glassjaw verify --budget standard`: of every cell of every claim and control the same share of its first block, none of
 * the largest networks, which are tried a few times in a whole run. Both executors have to give the same bits.
 */
import { setExecutor } from '../../dist/src/index.js'
import { runsAt, runTask, suite } from '../../dist/proofs-check/index.js'
import { faster } from '../bounds.mjs'
import { here } from '../peers.mjs'

/** One trial in so many of a block. */
const SHARE = 16

function tasksOf(claim) {
  const predictions = claim.predictions.filter(({ budget }) => runsAt(budget, 'standard'))
  const cellsOf = (some) => [...new Set(some.flatMap(({ cells }) => cells))]
  const broken = claim.controls.flatMap(({ id, predicts }) => {
    const cells = cellsOf(predictions.filter((prediction) => prediction.id === predicts))
    return cells.map((cell) => ({ variant: id, cell }))
  })
  const sound = cellsOf(predictions).map((cell) => ({ variant: null, cell }))
  const tasks = [...sound, ...broken].map(({ variant, cell }) => {
    const { block } = claim.cells.find(({ id }) => id === cell)
    const count = Math.round(block / SHARE)
    return { claim: claim.id, variant, cell, first: 0, count, seed: 1 }
  })
  return tasks.filter(({ count }) => count > 0)
}

const tasks = suite.flatMap(tasksOf)

function slice(executor) {
  return async () => {
    setExecutor(executor)
    const measured = []
    for (const task of tasks) measured.push(...(await runTask(suite, task)))
    setExecutor('compile')
    return measured.flatMap(Object.values)
  }
}

export const rows = [
  {
    name: 'verify',
    work: 'verify, budget standard, a trial',
    unit: 'ms',
    per: tasks.reduce((sum, { count }) => sum + count, 0),
    tolerance: 0,
    data: () => {},
    ours: () => slice('compile'),
    peers: { 'the interpreter': here(() => slice('interpret')) },
    bounds: [faster(4, 'the interpreter')],
  },
]
