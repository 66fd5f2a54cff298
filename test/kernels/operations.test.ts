/** Every operation on the modes that Node has, within the budget of every element. */
import { test } from 'vitest'
import { casesOf, expectWithin, operations } from './agreement.ts'

test.each(
  (['webasm', 'cpu'] as const).flatMap((mode) =>
    operations.map((operation) => ({ mode, operation, name: operation.name })),
  ),
)('$name on $mode, and its derivatives', async ({ mode, operation }) => {
  for (const sample of casesOf(operation)) await expectWithin(sample, operation.name, mode)
})
