import { expect, test } from 'vitest'
import { verifiedBy } from './command-line.ts'
import { expectSuiteToPass } from './suite.ts'

// Printed with a failure, so that it can be repeated with SEED=…
const seed = Date.now() & 0x7fffffff

test(`the tests pass with the fresh seed ${seed}`, () => {
  expectSuiteToPass({ SEED: `${seed}` })
})

test.each([seed, seed + 1, seed + 2])('every verdict is as expected with the fresh seed %i', (fresh) => {
  expect(verifiedBy(process.execPath, fresh)).toMatchObject({ seed: fresh })
})
