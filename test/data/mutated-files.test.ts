import { expect, test } from 'vitest'
import { formats, mutate } from './mutations.ts'

/** `npm run test:long` reads a million. */
const files = 2000

test.each(formats)('$name: mutated files give tensors or a RangeError', async ({ sample, read, limit }) => {
  expect(await read(sample)).toBeDefined()
  for (let i = 0; i < files; i++) {
    const mutated = mutate(sample, i)
    try {
      const elements = await read(mutated)
      expect(elements, `file ${i}`).toBeLessThanOrEqual(limit(mutated))
    } catch (error) {
      expect(error, `file ${i}`).toBeInstanceOf(RangeError)
    }
  }
})

test.each(formats)('$name: a truncated file never yields data', async ({ name, sample, read }) => {
  // Nothing in a CSV tells how many lines there are: one that ends between two is whole.
  const whole = (length: number): boolean => name === 'CSV' && length > 4 && sample[length - 1] === 10
  for (let length = 0; length < sample.length; length++)
    if (!whole(length))
      await expect(Promise.resolve().then(() => read(sample.subarray(0, length)))).rejects.toThrow(RangeError)
})
