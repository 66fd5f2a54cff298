import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../../scripts/run.mjs'

const withoutTimes = (key: string, value: unknown): unknown => (key === 'seconds' ? undefined : value)

/** What `glassjaw verify` of the built checkout writes as JSON under this Node binary, times aside. */
export function verifiedBy(node: string, seed: number, more: readonly string[] = []): unknown {
  const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-verify-'))
  try {
    const json = path.join(folder, 'out.json')
    const options = ['verify', '--budget', 'quick', '--seed', `${seed}`, '--json', json, ...more]
    const { status, stderr } = spawnSync(node, [path.join(root, 'dist/cli/main.js'), ...options], {
      encoding: 'utf8',
    })
    if (status !== 0)
      throw new Error(`glassjaw verify --seed ${seed}: expected status 0, got ${status}\n${stderr}`)
    return JSON.parse(readFileSync(json, 'utf8'), withoutTimes)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
