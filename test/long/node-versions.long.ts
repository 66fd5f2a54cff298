import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { npm } from '../../scripts/run.mjs'
import { verifiedBy } from './command-line.ts'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

/** Installs a Node binary by npm and returns its path. */
function installedNode(major: number): string {
  const folder = mkdtempSync(path.join(tmpdir(), `glassjaw-node-${major}-`))
  folders.push(folder)
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}')
  npm(folder, 'install', `node@${major}`)
  return path.join(folder, 'node_modules/node/bin/node')
}

const seven = verifiedBy(process.execPath, 7)

test('one seed gives the same results twice in a row, another one others', () => {
  expect(verifiedBy(process.execPath, 7)).toEqual(seven)
  expect(verifiedBy(process.execPath, 8)).not.toEqual(seven)
})

// The floor, whatever runs these tests, and the two after it.
test.each([20, 22, 24])('one seed gives the same results on Node %i', (major) => {
  const node = installedNode(major)
  expect(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout).toMatch(new RegExp(`^v${major}\\.`))
  expect(verifiedBy(node, 7)).toEqual(seven)
})
