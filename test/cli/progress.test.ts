import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Progress, Settled } from '../../proofs-check/index.ts'
import { progressView } from '../../src/cli/progress.ts'
import { recorded } from './terminal.ts'

const step = (
  claim: string,
  decided: number,
  trials: number,
  settled: readonly Settled[] = [],
): Progress => ({
  ...{ claim, decided, trials, settled, total: 10, share: decided / 10, variant: null, cells: [] },
})
const heads: Settled = { id: 'coin', says: 'heads come', verdict: 'supported', expected: 'supported' }
const tails: Settled = {
  id: 'tails',
  says: 'the coin shows tails',
  verdict: 'supported',
  expected: 'refuted',
}

test('without a terminal there is one line per tenth and one per claim, and no control characters', () => {
  const terminal = recorded()
  const view = progressView(terminal, 20)
  for (let decided = 0; decided <= 10; decided++) view.update(step('a', decided, 100 * decided))
  view.update(step('b', 10, 50))
  view.update(step('b', 10, 50))
  view.stop()
  const lines = terminal.printed.error
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/, [\d.]+ s$/, ''))
  expect(lines).toEqual([
    'verify: 20 predictions and controls to decide',
    'verify: 10% decided (2 of 20), 200 trials',
    'verify: 20% decided (4 of 20), 400 trials',
    'verify: 30% decided (6 of 20), 600 trials',
    'verify: 40% decided (8 of 20), 800 trials',
    'verify: a: all 10 decided, 1,000 trials',
    'verify: 50% decided (10 of 20), 1,000 trials',
    'verify: b: all 10 decided, 50 trials',
    'verify: 100% decided (20 of 20), 1,050 trials',
  ])
  expect(terminal.printed.out).toBe('')
  for (const control of ['\r', '\u001b']) expect(terminal.printed.error).not.toContain(control)
})

test('on a terminal there is a bar, and it is gone in the end', () => {
  let drawn = ''
  const write = (chunk: Buffer, _: BufferEncoding, done: () => void): void => {
    drawn += chunk.toString()
    done()
  }
  const bar = Object.assign(new Writable({ write }), {
    isTTY: true,
    columns: 80,
    cursorTo: () => true,
    clearLine: () => true,
  })
  const terminal = { ...recorded(), bar }
  const view = progressView(terminal, 10)
  view.update(step('a', 4, 1234, [heads, tails]))
  view.stop()
  expect(drawn).toContain('✓ supported  a: heads come\n')
  expect(drawn).toContain('✗ supported  a: control the coin shows tails\n')
  expect(drawn).toContain('of 10 decided')
  expect(terminal.printed.error).toBe('')
  expect(process.listenerCount('SIGINT')).toBe(0)
})

test('a log names the verdicts that were not expected, a terminal every one, in lines that fit', () => {
  const terminal = recorded()
  const view = progressView(terminal, 10)
  view.update(step('a', 1, 100, [heads]))
  view.update(step('a', 2, 200, [tails]))
  view.update(step('a', 3, 200, [{ ...tails, verdict: 'undecided', says: 'x'.repeat(200) }]))
  const lines = terminal.printed.error.split('\n')
  expect(lines).toContain('verify: ✗ supported  a: control the coin shows tails')
  expect(terminal.printed.error).not.toContain('heads come')
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(108)
})
