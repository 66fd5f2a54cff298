import { build } from 'esbuild'
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../../scripts/run.mjs'

/** A folder outside the checkout in which the package is installed as it stands in the sources. */
export interface Project {
  readonly folder: string
  /** The command line's program. */
  readonly main: string
}

/** Installs the package, bundled from the sources, into a new folder: real processes and threads need no build. */
export async function project(): Promise<Project> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'glassjaw-project-')))
  const installed = path.join(folder, 'node_modules/glassjaw')
  const outdir = path.join(installed, 'dist/cli')
  mkdirSync(outdir, { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: {
      main: 'src/cli/main.ts',
      worker: 'src/cli/worker.ts',
      'entry/worker': 'node_modules/tinypool/dist/entry/worker.js',
      library: 'src/index.ts',
      random: 'src/random/index.ts',
      'proofs-check': 'proofs-check/index.ts',
    },
    ...{ outdir, bundle: true, splitting: true, format: 'esm', platform: 'node', chunkNames: 'chunk-[hash]' },
    banner: {
      js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
    },
    external: ['fast-check', 'gpu.js', 'canvas'],
    logLevel: 'warning',
  })
  const exports = {
    '.': './dist/cli/library.js',
    './random': './dist/cli/random.js',
    './proofs-check': './dist/cli/proofs-check.js',
  }
  const manifest = { name: 'glassjaw', version: '1.2.3', type: 'module', exports }
  writeFileSync(path.join(installed, 'package.json'), JSON.stringify(manifest))
  writeFileSync(path.join(folder, 'package.json'), '{"private":true,"type":"module"}')
  return { folder, main: path.join(outdir, 'main.js') }
}
