/** Code for processes and threads of their own: bundled, because Node 20 does not read TypeScript. */
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

export interface BundleOptions {
  /** As pages do: names are shortened, statements joined. Default false. */
  readonly minify?: boolean
}

/** The path of a module of JavaScript made from this one of TypeScript. It lives as long as the tests of the file. */
export async function bundled(entry: URL, { minify = false }: BundleOptions = {}): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const outfile = path.join(folder, 'bundle.mjs')
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    minify,
    logLevel: 'error',
  })
  return outfile
}

/** What a process with `gc()` that runs this module prints, as JSON. */
export function runInNode(file: string, ...args: readonly string[]): unknown {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, ['--expose-gc', file, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
  })
  if (status !== 0) throw new Error(`${file}: expected status 0, got ${status ?? signal}\n${stderr}`)
  return JSON.parse(stdout)
}
