import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { progressView } from '../../src/cli/progress.ts'
import { recorded } from './terminal.ts'

const step = (claim: string, decided: number, trials: number) => ({ claim, decided, trials, total: 10 })

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
  view.update(step('a', 4, 1234))
  view.stop()
  expect(drawn).toContain('of 10 decided')
  expect(terminal.printed.error).toBe('')
  expect(process.listenerCount('SIGINT')).toBe(0)
})
