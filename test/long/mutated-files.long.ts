import { expect, test } from 'vitest'
import { formats, mutate } from '../data/mutations.ts'

const each = 1_000_000 / formats.length

test.each(formats)(
  '$name: its share of a million mutated files',
  { timeout: 3_600_000 },
  async ({ sample, read, limit }) => {
    for (let i = 0; i < each; i++) {
      const mutated = mutate(sample, i)
      try {
        const elements = await read(mutated)
        if (!(elements <= limit(mutated))) expect(elements, `file ${i}`).toBeLessThanOrEqual(limit(mutated))
      } catch (error) {
        if (!(error instanceof RangeError)) expect(error, `file ${i}`).toBeInstanceOf(RangeError)
      }
    }
  },
)
