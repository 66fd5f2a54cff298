import { expect, test } from 'vitest'
import { verifiedBy } from './command-line.ts'
import { expectSuiteToPass } from './suite.ts'

test.each(['interpret', 'compile'])(
  'the tests pass where everything has to %s, however small',
  (executor) => {
    expectSuiteToPass({ EXECUTOR: executor })
  },
)

test('both executors give the same results', () => {
  const run = (executor: string): unknown => verifiedBy(process.execPath, 7, ['--executor', executor])
  expect(run('interpret')).toEqual(run('compile'))
})
