import { expect, test } from 'vitest'
import { bundled, runInNode } from '../support/bundle.ts'

test.each([false, true])('kernels run from a bundle, minified: %s', { timeout: 120_000 }, async (minify) => {
  const file = await bundled(new URL('processes/elementary.ts', import.meta.url), { minify })
  const results = runInNode(file) as number[][]
  const x = [0.5, 1, 3]
  const expected = [x.map(Math.exp), x.map(Math.log), [0, 1, 2].map(() => 400_000 * Math.E)]
  expect(results).toHaveLength(6)
  results.forEach((list, i) => {
    const wanted = expected[i % 3]!
    list.forEach((value, j) =>
      expect(Math.abs(value - wanted[j]!)).toBeLessThan(1e-2 * Math.max(1e-4, wanted[j]!)),
    )
  })
})
