import { spawnSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from '../../proofs-check/index.ts'
import { root } from '../../scripts/run.mjs'
import { template } from '../../src/cli/new-claim.ts'
import { project, type Project } from './bundled.ts'
import { run, timeless } from './ran.ts'

let made: Project
beforeAll(async () => void (made = await project()), 60_000)
afterAll(() => rmSync(made.folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(made.folder, name)
const read = (name: string): string => readFileSync(at(name), 'utf8')
const glassjaw = (...args: string[]) =>
  spawnSync(process.execPath, [made.main, ...args], { cwd: made.folder, encoding: 'utf8' })

test('new-claim writes a claim that works, with threads and without, in a test, and as a page', async () => {
  const written = glassjaw('new-claim', 'directions.js')
  expect(written).toMatchObject({
    ...{ status: 0, stdout: 'Claim: directions.js\nTry it: glassjaw verify ./directions.js\n' },
  })
  expect(read('directions.js')).toBe(template('directions', 'directions.js'))
  const results = [1, 2].map((workers) => {
    const files = ['--json', `${workers}.json`, '--report', 'report']
    const ran = glassjaw('verify', './directions.js', '--seed', '3', '--workers', `${workers}`, ...files)
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stdout).toMatch(/✓ supported +directions +2\/2 supported, controls 1\/1 refuted/)
    return read(`${workers}.json`)
  })
  expect(timeless(results[0]!)).toEqual(timeless(results[1]!))
  expect(read('report/index.html')).toContain('glassjaw verify ./directions.js --budget quick --seed 3')
  const { replay } = parse(results[0]!).claims[0]!
  expect(glassjaw('verify', './directions.js', '--replay', replay).stdout).toMatch(
    /^Trial 0 of directions, cell d=16, seed 3: .*\n {2}cosine +0\.\d+\n/,
  )
  writeFileSync(
    at('test.mjs'),
    `import { holds } from 'glassjaw/proofs-check'
     import { test } from 'node:test'
     import directions from './directions.js'
     test('directions', () => holds(directions, { seed: 5 }))`,
  )
  const tested = spawnSync(process.execPath, ['--test', 'test.mjs'], { cwd: made.folder, encoding: 'utf8' })
  expect(tested.status, tested.stdout).toBe(0)
  expect(glassjaw('new-claim', 'directions.js')).toMatchObject({
    ...{ status: 2, stderr: expect.stringMatching(/got directions.js, which there is already\n$/) },
  })
  expect(glassjaw('new-claim', 'No Name').stderr).toMatch(
    /expected a name of small letters, digits and hyphens/,
  )
})

test('TypeScript is read with esbuild, with what it imports, and without it the error says what to do', () => {
  const body = template('typed', 'typed.ts').replace(
    'import { claim }',
    "import { exponent, type Exponent } from './parts/exponent.ts'\nimport { claim }",
  )
  writeFileSync(at('typed.ts'), body.replace('target: -0.5,', 'target: exponent satisfies Exponent,'))
  mkdirSync(at('parts'), { recursive: true })
  writeFileSync(
    at('parts/exponent.ts'),
    'export type Exponent = number\nexport const exponent: Exponent = -0.5\n',
  )
  const strips = Boolean((process.features as { typescript?: unknown }).typescript)
  const without = glassjaw('verify', 'typed.ts', '--json', 'typed.json')
  if (!strips) {
    expect(without.status).toBe(2)
    expect(without.stderr).toMatch(
      /expected Node 22.18 or newer, or the package esbuild, .*\nhint: npm install --save-dev esbuild\n$/,
    )
    symlinkSync(path.join(root, 'node_modules/esbuild'), at('node_modules/esbuild'))
  }
  const ran = glassjaw('verify', 'typed.ts', '--workers', '2', '--json', 'typed.json')
  expect(ran.status, ran.stderr).toBe(0)
  expect(parse(read('typed.json')).claims[0]).toMatchObject({ id: 'typed', verdict: 'supported' })
  expect(readdirSync(made.folder).filter((name) => name.startsWith('.'))).toEqual([])
})

test('what is no claim is refused with words that help', async () => {
  const refused = async (name: string, text: string, message: string | RegExp) => {
    writeFileSync(at(name), text)
    const { code, printed } = await run(['verify', at(name)])
    expect([code, printed.error.replaceAll(made.folder, '')]).toEqual([2, expect.stringMatching(message)])
  }
  await refused(
    'a.mjs',
    'export const x = 1, y = 2',
    'among the exports of /a.mjs, got x, y\nhint: export default',
  )
  await refused(
    'b.mjs',
    'export default {',
    /^verify: expected a claim that can be loaded from \/b.mjs, got /,
  )
  await refused(
    'c.mjs',
    "import 'glassjaw-not-there'",
    'hint: npm install glassjaw, in the folder of this file',
  )
  const empty =
    'export const c = { id: "c", hypotheses: [], cells: [], predictions: [], controls: [], experiment() {} }'
  await refused('d.mjs', empty, /^verify: c: expected: expected supported, refuted, got undefined/)
  expect((await run(['verify', at('missing.mjs')])).code).toBe(2)
})

/** A claim of short trials that takes about two seconds, half of them in its control. */
const slow = `import { claim } from 'glassjaw/proofs-check'
import { uniform } from 'glassjaw/random'
export default claim({
  id: 'slow',
  title: 'A uniform variable is below one half half of the time',
  hypotheses: [{ id: 'uniform', says: 'it is uniform', holds: ({ power }) => power === 1 }],
  cells: [{ id: 'a', power: 1, block: 20 }, { id: 'b', power: 1, block: 20 }],
  experiment: async ({ power }, stream) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return { below: Math.pow(uniform(stream, 1)[0], power) < 0.5 ? 1 : 0 }
  },
  predictions: ['a', 'b'].map((cell) => ({
    ...{ kind: 'probability', id: cell, says: cell, cells: [cell], target: 0.5, margin: 0.12 },
    of: (m) => m.below,
  })),
  controls: [
    { id: 'cubed', breaks: 'uniform', predicts: 'a', says: 'its sixth power', value: 0.89,
      alter: (cell) => ({ ...cell, power: 6 }) },
  ],
})
`

test('killed three times in the middle and resumed, it ends like a run that was not', async () => {
  writeFileSync(at('slow.js'), slow)
  expect(glassjaw('verify', 'slow.js', '--workers', '2', '--json', 'whole.json').status).toBe(0)
  const journal = ['verify', 'slow.js', '--workers', '2', '--journal', 'journal', '--resume']
  let size = 0
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, [made.main, ...journal], { cwd: made.folder, stdio: 'ignore' })
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on('close', (_, signal) => resolve(signal)),
    )
    // Killed as soon as it has written some blocks more.
    const more = (): boolean => existsSync(at('journal')) && statSync(at('journal')).size > size + 2000
    for (let waited = 0; waited < 10_000 && !more() && child.exitCode === null; waited += 5)
      await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    size = statSync(at('journal')).size
  }
  const { status, stderr } = glassjaw(...journal, '--json', 'resumed.json')
  expect(status, stderr).toBe(0)
  expect(stderr).toMatch(/^verify: \d+ blocks of trials found in journal/)
  expect(timeless(read('resumed.json'))).toEqual(timeless(read('whole.json')))
})
