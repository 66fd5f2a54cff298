/** Every operation and whole tapes, on every mode that a page has, within the budget of every element. */
import { expect, test } from 'vitest'
import { devices, modes } from '../../kernels/index.ts'
import { casesOf, expectWithin, operations } from '../kernels/agreement.ts'
import { product, tapes } from '../kernels/tapes.ts'

test('all modes run in this page', async () => {
  expect((await devices()).filter(({ works }) => works).map(({ mode }) => mode)).toEqual(modes)
})

test.each(
  modes.flatMap((mode) => operations.map((operation) => ({ mode, operation, name: operation.name }))),
)('$name on $mode, and its derivatives', { timeout: 60_000 }, async ({ mode, operation }) => {
  for (const sample of casesOf(operation)) await expectWithin(sample, operation.name, mode)
})

test.each(modes.flatMap((mode) => tapes.map((tape) => ({ mode, tape, name: tape.name }))))(
  '$name on $mode',
  { timeout: 60_000 },
  async ({ mode, tape }) => {
    await expectWithin(tape, tape.name, mode)
  },
)

test.each(modes)('products on %s', { timeout: 60_000 }, async (mode) => {
  for (const [m, k, n] of [
    [512, 512, 512],
    [1, 300, 7],
    [65, 1, 130],
  ] as const)
    await expectWithin(product(m, k, n), 'product', mode)
})
