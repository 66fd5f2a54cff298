import { expect, test } from 'vitest'
import { resultTable } from '../../src/cli/table.ts'
import { claim, control, prediction, result } from '../report/fixture.ts'
import { recorded } from './terminal.ts'

test('the table fits the terminal from 80 to 100 columns, and 80 at least', () => {
  const many = {
    ...claim,
    id: 'single-gradient-step',
    predictions: Array.from({ length: 111 }, () => prediction),
  }
  for (const [columns, most] of [
    [40, 80],
    [80, 80],
    [93, 93],
    [200, 100],
  ] as const) {
    const widths = resultTable({ ...result, claims: [claim, many] }, recorded(columns))
      .split('\n')
      .map(({ length }) => length)
    expect(Math.max(...widths)).toBeLessThanOrEqual(most)
  }
})

test('an exponent stands with its interval, target and margin', () => {
  expect(resultTable(result, recorded(100))).toMatch(
    /✓ exponent .* -0\.5012 \[-0\.5081, -0\.4944\] {2}-0\.5 ± 0\.02 +0\.027\n/,
  )
})

test('what did not come out as expected says what came out instead', () => {
  const open = { ...prediction, verdict: 'undecided' as const, note: 'too few trials' }
  const odd = {
    ...claim,
    verdict: 'undecided' as const,
    predictions: [open],
    controls: [{ ...control, verdict: 'supported' as const }],
  }
  const text = resultTable({ ...result, claims: [odd] }, recorded(100)).replaceAll(/\s+/g, ' ')
  expect(text).toContain('(undecided: too')
  expect(text).toContain('✗ an output bias as large as the output (stands)')
})

test('colours only where the terminal shows them', () => {
  expect(resultTable(result, recorded())).not.toContain('\u001b')
  expect(resultTable(result, { ...recorded(), colors: true })).toContain('\u001b[32m✓')
})

test('the smallest departure seen is explained; bends, situations and waiting predictions stand below', () => {
  const bent = {
    ...prediction,
    bend: { estimate: 0.003, interval: [-0.011, 0.012] as const },
    cover: [{ says: 'a long step', share: 0.25, least: 0 }],
  }
  const every = { ...prediction, kind: 'every', detectable: 0.0012 }
  const unjudged = [{ id: 'a', says: 'a', needs: 'standard' }] as const
  const odd = { ...claim, predictions: [bent, every], unjudged }
  const text = resultTable({ ...result, claims: [odd] }, recorded(100))
  expect(text).toContain('the exponent changes by 0.003 [-0.011, 0.012] along the sizes\n')
  expect(text).toContain('a long step: a share of 0.25\n')
  expect(text).toMatch(/≤ 0\.02 +1 in 833\n/)
  expect(text).toContain('2/2 supported (1 needs standard), controls 1/1 refuted')
  expect(text.replaceAll('\n', ' ')).toContain('the smallest departure from what is predicted that these')
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})
