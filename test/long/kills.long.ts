import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from '../../scripts/run.mjs'
import { stream, uniform } from '../../src/random/index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-kills-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const main = path.join(root, 'dist/cli/main.js')
const at = (name: string): string => path.join(folder, name)
const timeless = (file: string): unknown =>
  JSON.parse(readFileSync(at(file), 'utf8'), (key, value: unknown) => (key === 'seconds' ? 0 : value))
// Printed with a failure, so that it can be repeated with SEED=…
const seed = Number(process.env['SEED'] ?? Date.now() & 0x7fffffff)

/** Runs the command line to its end. */
function run(...args: string[]): number | null {
  return spawnSync(process.execPath, [main, ...args], { cwd: folder, stdio: 'ignore' }).status
}

/** Starts it, and kills it after so many milliseconds unless it has ended by then. */
async function killed(args: readonly string[], milliseconds: number): Promise<boolean> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
  const signal = await new Promise((resolve) => child.on('close', (_, name) => resolve(name)))
  clearTimeout(timer)
  return signal === 'SIGKILL'
}

const claims = ['verify', '--seed', '7', '--budget', 'quick']

test(`killed at ten random moments and resumed, the suite ends as if it had not been (SEED=${seed})`, async () => {
  const start = performance.now()
  const status = run(...claims, '--json', 'whole.json')
  const whole = performance.now() - start
  const moments = [...uniform(stream(seed, 'moments'), 20)]
  const journalled = [...claims, '--journal', 'journal', '--resume']
  let kills = 0
  for (let round = 0; round < 10; round++) {
    if (await killed(journalled, 300 + (moments[round]! * whole) / 5)) kills += 1
    // A line that was torn by the machine going down, not the process: at any byte.
    if (existsSync(at('journal')) && round % 3 === 2)
      truncateSync(
        at('journal'),
        Math.floor(statSync(at('journal')).size * (0.9 + 0.1 * moments[10 + round]!)),
      )
  }
  expect(kills).toBeGreaterThan(3)
  expect(run(...journalled, '--json', 'resumed.json')).toBe(status)
  expect(timeless('resumed.json')).toEqual(timeless('whole.json'))
})

test('three shards, one of them killed and resumed, merge to the run that was not split', async () => {
  const one = [...claims, 'linear-control']
  const status = run(...one, '--json', 'one.json')
  const shard = (index: number) => [
    ...one,
    '--shard',
    `${index}/3`,
    '--journal',
    `shard-${index}`,
    '--resume',
  ]
  await killed(shard(2), 1500)
  for (const index of [1, 2, 3]) expect(run(...shard(index))).toBe(0)
  const journals = ['shard-1', 'shard-2', 'shard-3']
  expect(run('merge', ...journals, '--complete', '--json', 'merged.json')).toBe(status)
  expect(timeless('merged.json')).toEqual(timeless('one.json'))
})
