/** Every operation on every mode that a page has, within the budget of every element. */
import { expect, test } from 'vitest'
import { modes } from '../../kernels/index.ts'
import { casesOf, checkCase, operations } from '../kernels/agreement.ts'

test.each(
  modes.flatMap((mode) => operations.map((operation) => ({ mode, operation, name: operation.name }))),
)('$name on $mode, and its derivatives', { timeout: 60_000 }, async ({ mode, operation }) => {
  for (const sample of casesOf(operation)) expect(await checkCase(sample, mode)).toBeLessThanOrEqual(1)
})
