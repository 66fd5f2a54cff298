import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'
import { root } from '../../scripts/run.mjs'

/** The whole test suite, in an environment with these variables. */
export function expectSuiteToPass(variables: Readonly<Record<string, string>>): void {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node']
  const env = { ...process.env, ...variables }
  const { status, stdout, stderr } = spawnSync(process.execPath, vitest, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  expect(status, stdout + stderr).toBe(0)
}
