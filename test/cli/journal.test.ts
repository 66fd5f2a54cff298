import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Claim } from '../../proofs-check/index.ts'
import { coin, toyClaim, toyExperiment } from '../proofs-check/toys.ts'
import { run, timeless } from './ran.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => path.join(folder, name)

/** Claims that count their trials, and stop at one of them. */
function counting(stop = Infinity): { claims: Claim[]; trials: () => number } {
  let trials = 0
  const claim = toyClaim({
    predictions: [
      { ...coin, weight: 0.25 },
      { ...coin, id: 'wrong', target: 0.3, weight: 0.25 },
    ],
    experiment(cell, source) {
      trials += 1
      if (trials > stop) throw new Error('the power failed')
      return toyExperiment(cell, source)
    },
  })
  return { claims: [claim], trials: () => trials }
}

const verify = (...more: string[]) => ['verify', '--seed', '5', '--workers', '1', ...more]
const journalled = (...more: string[]) => verify('--journal', at('journal'), ...more)

async function plainRun(): Promise<{ json: unknown; trials: number }> {
  const { claims, trials } = counting()
  await run(verify('--json', at('plain.json')), claims)
  return { json: timeless(readFileSync(at('plain.json'), 'utf8')), trials: trials() }
}

test('a run that broke off goes on from its journal: no trial of a whole block is lost, nothing is decided otherwise', async () => {
  const { json, trials } = await plainRun()
  let done = 0
  for (const stop of [0, 30, 200, 500]) {
    const { claims, trials: ran } = counting(stop)
    const { code, printed } = await run(journalled('--resume'), claims)
    expect(code).toBe(3)
    expect(printed.error).toContain('the power failed')
    done += 20 * Math.floor((ran() - 1) / 20)
    if (stop > 30) expect(printed.error).toMatch(/^verify: \d+ blocks of trials found in /m)
  }
  const last = counting()
  const { code } = await run(journalled('--resume', '--json', at('a.json')), last.claims)
  expect(code).toBe(1)
  expect(timeless(readFileSync(at('a.json'), 'utf8'))).toEqual(json)
  // Blocks in flight when it broke off are repeated: at most one of each cell.
  expect(done + last.trials()).toBeLessThanOrEqual(trials + 4 * 40)
  const again = counting()
  await run(journalled('--resume', '--json', at('b.json')), again.claims)
  expect(again.trials()).toBe(0)
  expect(timeless(readFileSync(at('b.json'), 'utf8'))).toEqual(json)
})

test('wherever the last line is torn, the rest is kept and the run ends the same', async () => {
  const { json } = await plainRun()
  await run(journalled(), counting().claims)
  const whole = readFileSync(at('journal'))
  const header = whole.indexOf(10) + 1
  const cuts = [0, 1, header - 1, header, header + 1, Math.floor(whole.length / 2), whole.length - 1]
  for (const cut of cuts) {
    writeFileSync(at('journal'), whole.subarray(0, cut))
    const { code, printed } = await run(journalled('--resume', '--json', at('a.json')), counting().claims)
    expect(code, printed.error).toBe(1)
    expect(timeless(readFileSync(at('a.json'), 'utf8'))).toEqual(json)
    expect(readFileSync(at('journal'), 'utf8').split('\n').sort()).toEqual(
      whole.toString().split('\n').sort(),
    )
  }
})

test('a damaged line is named, whichever it is, and the journal stays as it was', async () => {
  await run(journalled(), counting().claims)
  const whole = readFileSync(at('journal'), 'utf8')
  const lines = whole.split('\n')
  for (const number of [1, 2, lines.length - 1]) {
    const damaged = lines.with(number - 1, lines[number - 1]!.replace(/\d(?=[^\d]*$)/, 'x')).join('\n')
    expect(damaged).not.toBe(whole)
    writeFileSync(at('journal'), damaged)
    const { code, printed } = await run(journalled('--resume'), counting().claims)
    expect(code).toBe(2)
    expect(printed.error).toMatch(new RegExp(`got line ${number} of .*journal, which is damaged`))
    expect(readFileSync(at('journal'), 'utf8')).toBe(damaged)
  }
})

test('other journals and other files are refused by name, and left alone', async () => {
  await run(journalled(), counting().claims)
  const whole = readFileSync(at('journal'), 'utf8')
  const refused = async (
    args: readonly string[],
    message: string,
    claims = counting().claims,
    changes = {},
  ) => {
    const { code, printed } = await run(args, claims, changes)
    expect([code, printed.error.split(', in ')[0]]).toEqual([2, expect.stringContaining(message)])
    expect(readFileSync(at('journal'), 'utf8')).toBe(whole)
  }
  await refused(journalled(), 'expected a new file for the journal, got')
  await refused(journalled('--resume', '--seed', '6'), 'expected a journal of seed 6, got one of seed 5')
  await refused(
    journalled('--resume', '--budget', 'standard'),
    'expected a journal of budget standard, got one of budget quick',
  )
  await refused(
    journalled('--resume', '--shard', '1/2'),
    'expected a journal of shard 1/2, got one of shard none',
  )
  await refused(journalled('--resume'), 'claims that were changed since', [toyClaim()])
  await refused(journalled('--resume'), 'version 2.0.0, got one of version 1.2.3', counting().claims, {
    maker: { version: '2.0.0', runtime: '' },
  })
  for (const text of ['notes\n', 'notes']) {
    writeFileSync(at('notes'), text)
    const { code } = await run(verify('--journal', at('notes'), '--resume'), counting().claims)
    expect([code, readFileSync(at('notes'), 'utf8')]).toEqual([2, text])
  }
  expect((await run(verify('--journal', folder), counting().claims)).code).toBe(2)
  expect((await run(verify('--journal', at('no/such/place')), counting().claims)).code).toBe(2)
  appendFileSync(at('journal'), whole.split('\n')[1]!.replace(/^/, '') + '\n')
  expect((await run(journalled('--resume'), counting().claims)).code).toBe(1)
})

test('shards on different machines merge to the run that was not split', async () => {
  const { json } = await plainRun()
  const journals = [1, 2, 3].map((index) => at(`shard-${index}`))
  for (const [index, file] of journals.entries()) {
    const shard = ['--shard', `${index + 1}/3`, '--journal', file]
    const { code, printed } = await run(verify(...shard), counting().claims)
    expect([code, printed.out]).toEqual([0, expect.stringMatching(/^Shard \d\/3: \d+ blocks of trials in /)])
  }
  const merged = counting()
  const complete = ['merge', ...journals, '--complete', '--json', at('a.json'), '--report', at('report')]
  const { code, printed } = await run(complete, merged.claims)
  expect(code, printed.error).toBe(1)
  expect(timeless(readFileSync(at('a.json'), 'utf8'))).toEqual(json)
  expect(existsSync(at('report/index.html'))).toBe(true)
  expect(printed.error).toMatch(
    /merge: (no block was missing|\d+ blocks were missing and have been computed)/,
  )

  const part = await run(['merge', journals[0]!, '--json', at('b.json')], counting().claims)
  expect(part.code).toBe(3)
  expect(part.printed.error).toMatch(
    /merge: \d+ blocks are missing, the first at toy \/ .* \/ trial \d+; .*\nhint: --complete/,
  )
  expect(timeless(readFileSync(at('b.json'), 'utf8'))).toMatchObject({ claims: [{ verdict: 'incomplete' }] })
})

test('what does not belong together is not merged', async () => {
  await run(verify('--journal', at('a')), counting().claims)
  await run(['verify', '--seed', '6', '--journal', at('b')], counting().claims)
  const refused = async (args: readonly string[], message: string, claims = counting().claims) => {
    const { code, printed } = await run(['merge', ...args], claims)
    expect([code, printed.error]).toEqual([2, expect.stringContaining(message)])
  }
  await refused([at('a'), at('b')], 'merge: expected a journal of seed 5, got one of seed 6, in ')
  await refused([at('none')], 'merge: expected a journal that can be read in ')
  await refused([at('a')], 'got none called "toy"', [toyClaim({ id: 'other' })])
  writeFileSync(at('c'), 'x')
  await refused([at('c')], 'got no whole line')
  const { code, printed } = await run(['merge', at('a'), at('a')], counting().claims)
  expect([code, printed.error]).toEqual([1, expect.stringContaining('merge: no block was missing')])
})
