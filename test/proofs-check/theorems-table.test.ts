import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { suite } from '../../proofs-check/suite.ts'

test('README.md lists the claims of the suite, in their order, each as it is expected to come out', () => {
  const rows = readFileSync('README.md', 'utf8').matchAll(
    /^\| `([a-z0-9-]+)`: .*\| (supported|refuted|undecided) +\|/gm,
  )
  expect(Array.from(rows, ([, id, verdict]) => [id, verdict])).toEqual(
    suite.map(({ id, expected }) => [id, expected]),
  )
})
