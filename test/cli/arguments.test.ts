import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { distanceBetween, nearest } from '../../src/cli/nearest.ts'
import { UsageError } from '../../src/cli/usage.ts'

const suite = ['linear-control', 'single-gradient-step']
const read = (line: string): unknown => readArguments(line === '' ? [] : line.split(' '), suite)

test('without options the whole suite runs at budget quick', () => {
  const request = {
    action: 'verify',
    claims: suite,
    budget: 'quick',
    seed: 1,
    workers: availableParallelism(),
  }
  expect(read('verify')).toEqual(request)
})

test('every option is read, in any order, and claims keep the order of the suite', () => {
  const line =
    '--seed=7 verify single-gradient-step --json - linear-control --budget thorough --report out --workers 3'
  expect(read(line)).toEqual({
    ...{ action: 'verify', claims: suite, budget: 'thorough', seed: 7, workers: 3 },
    ...{ json: '-', report: 'out' },
  })
  expect(read('verify --executor interpret')).toMatchObject({ executor: 'interpret' })
  expect(read('verify linear-control linear-control')).toMatchObject({ claims: ['linear-control'] })
})

test('the other actions', () => {
  expect(read('--help')).toEqual({ action: 'help' })
  expect(read('verify -h')).toEqual({ action: 'help' })
  expect(read('--version')).toEqual({ action: 'version' })
  expect(read('verify --list')).toEqual({ action: 'list' })
  expect(read('--list')).toEqual({ action: 'list' })
  expect(read('--replay abc')).toEqual({ action: 'replay', token: 'abc' })
})

test('journals, shards, and files of one’s own', () => {
  expect(read('verify --journal a --resume')).toMatchObject({ claims: suite, journal: 'a', resume: true })
  expect(read('verify --journal a --shard 2/3')).toMatchObject({ shard: { index: 2, of: 3 } })
  expect(read('verify ./my.ts sub/b.mjs c.js')).toMatchObject({
    claims: [],
    own: ['./my.ts', 'sub/b.mjs', 'c.js'],
  })
  expect(read('verify ./my.ts linear-control')).toMatchObject({
    claims: ['linear-control'],
    own: ['./my.ts'],
  })
  expect(read('verify ./my.ts --replay abc')).toEqual({ action: 'replay', token: 'abc', own: ['./my.ts'] })
  expect(read('verify --list ./my.ts')).toEqual({ action: 'list', own: ['./my.ts'] })
  expect(read('merge a/1 b/2 my.ts --complete --json - --workers 1')).toEqual({
    ...{ action: 'merge', journals: ['a/1', 'b/2'], own: ['my.ts'], complete: true, json: '-', workers: 1 },
  })
  expect(read('new-claim mine')).toEqual({ action: 'new-claim', name: 'mine' })
})

test.each([
  ['verify --resume', 'verify: expected --resume together with --journal FILE, got it alone'],
  ['verify --journal a --shard 0/3', 'verify: expected a shard such as 1/3, got "0/3"'],
  ['verify --journal a --shard 4/3', 'verify: expected a shard such as 1/3, got "4/3"'],
  [
    'verify --shard 1/3',
    'verify: expected --journal FILE with --shard, and neither --json nor --report: a shard decides nothing\n' +
      'hint: glassjaw merge puts the journals together',
  ],
  ['verify --complete', 'verify: expected --complete after merge, got it here'],
  ['merge', 'merge: expected journals of one run, got nothing'],
  [
    'merge a --seed 3',
    'merge: expected only --complete, --workers, --executor, --json, --report, got "--seed"',
  ],
  ['new-claim', 'new-claim: expected one name, and nothing else\nhint: glassjaw new-claim my-claim'],
  [
    '',
    'glassjaw: expected the command verify, merge, new-claim, train, attack, radius, spectrum, data or devices, got nothing',
  ],
  [
    'verfy',
    'glassjaw: expected the command verify, merge, new-claim, train, attack, radius, spectrum, data or devices, got "verfy"\nhint: did you mean verify?',
  ],
  ['verify --budget x', 'verify: expected a budget of quick, standard or thorough, got "x"'],
  [
    'verify --budget quik',
    'verify: expected a budget of quick, standard or thorough, got "quik"\nhint: did you mean quick?',
  ],
  ['verify --budget', 'verify: expected a value after --budget, got nothing'],
  ['verify --executor wasm', 'verify: expected an executor of compile or interpret, got "wasm"'],
  ['verify --seed -1', 'verify: expected a seed, a whole number from 0 to 9007199254740991, got "-1"'],
  ['verify --seed 1.5', 'verify: expected a seed, a whole number from 0 to 9007199254740991, got "1.5"'],
  [
    'verify --seed 9007199254740993',
    'verify: expected a seed, a whole number from 0 to 9007199254740991, got "9007199254740993"',
  ],
  ['verify --seed=', 'verify: expected a seed, a whole number from 0 to 9007199254740991, got ""'],
  ['verify --workers 0', 'verify: expected a number of workers, a whole number from 1 to 1024, got "0"'],
  [
    'verify --bugdet quick',
    'verify: expected an option that --help lists, got "--bugdet"\nhint: did you mean --budget?',
  ],
  ['verify -x', 'verify: expected an option that --help lists, got "-x"'],
  ['verify --list=yes', 'verify: expected --list without a value, got "yes"'],
  ['verify --report --json', 'verify: expected the name of a folder, got "--json"'],
  ['verify --json=', 'verify: expected the name of a file, got ""'],
  [
    'verify linear-contrl',
    'verify: expected a claim of the suite, got "linear-contrl"\nhint: did you mean linear-control?',
  ],
  ['verify collatz', 'verify: expected a claim of the suite, got "collatz"\nhint: --list shows the claims'],
])('%j is refused', (line, message) => {
  expect(() => read(line)).toThrow(new UsageError(message))
})

test('the distance between words counts edits', () => {
  expect(distanceBetween('kitten', 'sitting')).toBe(3)
  expect(distanceBetween('', 'abc')).toBe(3)
  expect(distanceBetween('abc', 'abc')).toBe(0)
  expect(nearest('qick', ['quick', 'thorough'])).toBe('quick')
  expect(nearest('x', [])).toBeUndefined()
})
