import { mkdtempSync, readFileSync, rmSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parse, type SuiteResult } from '../../proofs-check/index.ts'
import { executor, setExecutor } from '../../src/index.ts'
import { coin, toyClaim } from '../proofs-check/toys.ts'
import { run, timeless } from './ran.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => path.join(folder, name)

test('help, version and the list go to standard output', async () => {
  expect((await run(['--help'])).printed.out).toMatch(/--budget quick\|standard\|thorough/)
  expect((await run(['--version'])).printed.out).toBe('1.2.3\n')
  const { printed, code } = await run(['verify', '--list'])
  expect(printed).toEqual({
    out: 'toy\n  A toy\n  measured: nowhere\n  expected supported; 1 predictions, 1 controls\n',
    error: '',
  })
  expect(code).toBe(0)
})

test('the help fits 80 columns', async () => {
  for (const line of (await run(['--help'])).printed.out.split('\n'))
    expect(line.length).toBeLessThanOrEqual(80)
})

test('a verdict as expected is 0, and the table says what was tested, measured and predicted', async () => {
  const { printed, code } = await run(['verify', '--seed', '5'])
  expect(code).toBe(0)
  expect(printed.out).toMatch(/✓ supported {2}A toy/)
  expect(printed.out).toMatch(/✓ heads +0\.\d+ \[0\.\d+, 0\.\d+\] {2}0\.7 ± 0\.1/)
  expect(printed.out).toMatch(/✓ the coin shows tails/)
  expect(printed.out).toContain('1 of 1 claims came out as expected; 1 of 1 controls were refuted')
  expect(printed.out).toContain('Seed 5, budget quick')
  expect(printed.out.replaceAll('\n', ' ')).toContain('is at most 0.001')
  for (const line of printed.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(printed.error).toMatch(/^verify: toy: all 2 decided/m)
})

test('a contrary verdict is 1, also when a control stands', async () => {
  expect((await run(['verify'], [toyClaim({ expected: 'refuted' })])).code).toBe(1)
  const harmless = toyClaim({
    controls: [{ ...toyClaim().controls[0]!, alter: (cell) => ({ ...cell, shift: 1 }) }],
  })
  const { code, printed } = await run(['verify'], [harmless])
  expect(code).toBe(1)
  expect(printed.out).toMatch(/✗ the coin shows tails \(stands\)/)
})

test('an undecided verdict is 3', async () => {
  const { code, printed } = await run(['verify'], [toyClaim({ predictions: [{ ...coin, cap: 20 }] })])
  expect(code).toBe(3)
  expect(printed.out).toMatch(/\? heads \(undecided\)/)
})

test('a trial that throws ends the run with its address and 3', async () => {
  const experiment = (): never => {
    throw new Error('no such thing')
  }
  const { code, printed } = await run(['verify'], [toyClaim({ experiment })])
  expect(code).toBe(3)
  expect(printed.error).toMatch(/toy.*trial 0: no such thing/)
})

test.each([
  [['verify', '--budget', 'x'], 'verify: expected a budget of quick, standard or thorough, got "x"'],
  [['verify', 'toi'], 'hint: did you mean toy?'],
  [['--replay', ''], 'replay: expected a token printed by glassjaw'],
  [['--replay', 'no token at all'], 'replay: expected a token printed by glassjaw'],
  [['--replay', btoa('{"schema":1}')], 'replay: expected a token'],
  [['--replay', btoa('{"schema":99}')], 'a newer glassjaw'],
  [
    ['--replay', btoa('{"schema":1,"claim":"other","variant":null,"cell":"n=16","seed":1,"trial":0}')],
    'claim: expected one of toy',
  ],
])('%j is a mistake of usage: 2, a message and no stack', async (args, message) => {
  const { code, printed } = await run(args)
  expect(code).toBe(2)
  expect(printed.error).toContain(message)
  expect(printed.error).not.toMatch(/\n\s+at /)
  expect(printed.out).toBe('')
})

test.each([
  ['a file in a missing folder', ['--json', 'missing/a.json']],
  ['a folder as file', ['--json', '.']],
  ['a file as folder', ['--report', 'file']],
])('%s is refused before the first trial', async (_, [option, name]) => {
  writeFileSync(at('file'), '')
  let trials = 0
  const counting = toyClaim({
    experiment(cell, source) {
      trials++
      return toyClaim().experiment(cell, source)
    },
  })
  const { code } = await run(['verify', option!, at(name!)], [counting])
  expect([code, trials]).toEqual([2, 0])
})

test('the JSON has the promised fields', async () => {
  await run(['verify', '--json', at('a.json')])
  const result = JSON.parse(readFileSync(at('a.json'), 'utf8')) as SuiteResult
  expect(result).toMatchObject({ schema: 1, seed: 1, budget: 'quick' })
  expect(result.seconds).toBeGreaterThan(0)
  const [claim] = result.claims
  expect(Object.keys(claim!)).toEqual(
    expect.arrayContaining(
      'id title source expected verdict predictions trials trialsOutsideHypotheses seconds controls replay'.split(
        ' ',
      ),
    ),
  )
  expect(Object.keys(claim!.predictions[0]!)).toEqual(
    expect.arrayContaining('says target margin estimate interval verdict trials'.split(' ')),
  )
  expect(Object.keys(claim!.controls[0]!)).toEqual(expect.arrayContaining('id breaks verdict'.split(' ')))
})

test('a dash writes the JSON, and nothing else, to standard output', async () => {
  const { printed, code } = await run(['verify', '--json', '-'])
  expect(code).toBe(0)
  expect(parse(printed.out).claims[0]!.verdict).toBe('supported')
  expect(printed.error).toContain('✓ supported')
})

test('a second run replaces the files of the first and gives the same JSON but for times', async () => {
  const args = ['verify', '--report', at('report'), '--json', at('a.json')]
  const { printed } = await run(args)
  expect(printed.out).toContain(`Report: ${at('report/index.html')}`)
  const first = readFileSync(at('a.json'), 'utf8')
  expect(readFileSync(at('report/result.json'), 'utf8')).toBe(first)
  await run(args)
  expect(timeless(readFileSync(at('a.json'), 'utf8'))).toEqual(timeless(first))
  expect(readdirSync(at('report')).sort()).toEqual(['index.html', 'result.json'])
  expect(readFileSync(at('report/index.html'), 'utf8')).toMatch(/<h1>1.of.1 claims/)
})

test('an interruption ends the run, marks what is open, writes the files and gives 130', async () => {
  const interruption = new AbortController()
  const slow = toyClaim({
    experiment(cell, source) {
      interruption.abort()
      return toyClaim().experiment(cell, source)
    },
  })
  const args = ['verify', '--json', at('a.json'), '--report', at('report')]
  const { code, printed } = await run(args, [slow], { signal: interruption.signal })
  expect(code).toBe(130)
  expect(printed.error).toContain('verify: interrupted')
  expect(parse(readFileSync(at('a.json'), 'utf8')).claims[0]!.verdict).toBe('incomplete')
  expect(readFileSync(at('report/index.html'), 'utf8')).toContain('incomplete')
})

test('when threads cannot start the run says so and goes on in this one', async () => {
  const worker = pathToFileURL(at('no-worker.js'))
  const { code, printed } = await run(['verify', '--workers', '2', '--json', at('a.json')], [toyClaim()], {
    worker,
  })
  expect(code).toBe(0)
  expect(printed.error).toMatch(/^verify: worker threads did not start \(.*\); running in this one/)
  await run(['verify', '--workers', '1', '--json', at('b.json')])
  expect(timeless(readFileSync(at('a.json'), 'utf8'))).toEqual(timeless(readFileSync(at('b.json'), 'utf8')))
})

test('the executor asked for runs the tapes, and a missing one is named', async () => {
  const before = executor()
  try {
    await run(['verify', '--executor', 'interpret'])
    expect(executor()).toEqual({ executor: 'interpret' })
    vi.stubGlobal('WebAssembly', undefined)
    const { code, printed } = await run(['verify', '--executor', 'compile'])
    expect(code).toBe(0)
    expect(printed.error).toContain('verify: WebAssembly is missing; programs are interpreted')
  } finally {
    vi.unstubAllGlobals()
    setExecutor(before.executor)
  }
})

test('a token printed by a run gives its trial again', async () => {
  await run(['verify', '--json', at('a.json')])
  const { replay } = parse(readFileSync(at('a.json'), 'utf8')).claims[0]!
  const { code, printed } = await run(['verify', '--replay', replay])
  expect(code).toBe(0)
  expect(printed.out).toMatch(
    /^Trial 0 of toy, cell n=16, seed 1: an illustration, not evidence\.\n {2}coin +[01]\n/,
  )
})

test('devices: a line for every mode, and the same as JSON', { timeout: 60_000 }, async () => {
  const { printed, code } = await run(['devices', '--json', at('devices.json')])
  expect(code).toBe(0)
  const { devices } = JSON.parse(readFileSync(at('devices.json'), 'utf8')) as { devices: object[] }
  expect(devices).toMatchObject([
    { mode: 'webgpu', works: false, why: 'there is no WebGPU here' },
    { mode: 'webgl2', works: false, why: 'there is no WebGL 2 here' },
    { mode: 'webasm', works: true, gflops: expect.any(Number) },
    { mode: 'cpu', works: true, gflops: expect.any(Number) },
  ])
  const lines = printed.out.trimEnd().split('\n')
  expect(lines[0]).toBe('✗ webgpu    there is no WebGPU here')
  expect(lines[2]).toMatch(/^✓ webasm {4}[\d.]+ GFLOP\/s$/)
  const [alone, odd, missing] = [
    ['devices', 'x'],
    ['devices', '--seed', '1'],
    ['devices', '--json', at('no/such/file')],
  ]
  expect((await run(alone!)).printed.error).toBe('devices: expected --json FILE or nothing, got "x"\n')
  expect((await run(odd!)).printed.error).toBe('devices: expected --json FILE or nothing, got "seed"\n')
  expect((await run(missing!)).printed.error).toMatch(/^devices: expected a file that can be written for /)
})
