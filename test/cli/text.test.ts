import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wrap } from '../../src/cli/text.ts'

test('wrapping keeps the words and the width', () => {
  const words = fc.array(fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b', 'é') }))
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 60 }), (list, width) => {
      const lines = wrap(list.join(' '), width)
      expect(lines.join(' ')).toBe(list.join(' '))
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
      lines
        .slice(1)
        .forEach((line, i) =>
          expect(lines[i]!.length + 1 + line.split(' ')[0]!.length).toBeGreaterThan(width),
        )
    }),
  )
  expect(wrap('a longerthanwidth b', 6)).toEqual(['a', 'longerthanwidth', 'b'])
})
