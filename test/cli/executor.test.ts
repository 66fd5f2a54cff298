import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runTask, type Task } from '../../proofs-check/index.ts'
import { inProcess, slices } from '../../src/cli/executor.ts'
import { toyClaim } from '../proofs-check/toys.ts'

const task: Task = { claim: 'toy', variant: null, cell: 'n=16', first: 5, count: 9, seed: 3 }

test('slices are the task, in order, none empty, none much larger than another', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 64 }),
      (first, count, parts) => {
        const cut = slices({ ...task, first, count }, parts)
        const trials = cut.flatMap((slice) => Array.from({ length: slice.count }, (_, i) => slice.first + i))
        expect(trials).toEqual(Array.from({ length: count }, (_, i) => first + i))
        const sizes = cut.map((slice) => slice.count)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        expect(cut.length).toBe(Math.min(parts, count))
      },
    ),
  )
})

test('trials in this thread are the trials of the task', async () => {
  const executor = inProcess([toyClaim()], new AbortController().signal)
  expect(await executor.execute(task)).toEqual(await runTask([toyClaim()], task))
})

test('an interruption is noticed between two trials', async () => {
  const interruption = new AbortController()
  let trials = 0
  const claim = toyClaim({
    experiment(cell, source) {
      if (++trials === 3) interruption.abort()
      return toyClaim().experiment(cell, source)
    },
  })
  await expect(inProcess([claim], interruption.signal).execute(task)).rejects.toThrow()
  expect(trials).toBe(3)
})
