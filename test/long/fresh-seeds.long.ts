import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { root } from '../../scripts/run.mjs'
import { verifiedBy } from './command-line.ts'

// Printed with a failure, so that it can be repeated with SEED=…
const seed = Date.now() & 0x7fffffff

test(`the tests pass with the fresh seed ${seed}`, () => {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node']
  const env = { ...process.env, SEED: `${seed}` }
  const { status, stdout, stderr } = spawnSync(process.execPath, vitest, { cwd: root, env, encoding: 'utf8' })
  expect(status, stdout + stderr).toBe(0)
})

test.each([seed, seed + 1, seed + 2])('every verdict is as expected with the fresh seed %i', (fresh) => {
  expect(verifiedBy(process.execPath, fresh)).toMatchObject({ seed: fresh })
})
