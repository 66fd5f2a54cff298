// Emits dist/: the library file by file with tsc, the command line as a bundle of third-party tools with esbuild.
import { build } from 'esbuild'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, runNode } from './run.mjs'

const outdir = path.join(root, 'dist/cli')

/** Whether a file, relative to the root, is of the library: tsc emits it, and the bundle leaves it outside. */
const isLibrary = (/** @type {string} */ file) =>
  /^(src|proofs-check|kernels)\//.test(file) && !/^src\/(cli|report)\//.test(file)

/**
 * Leaves imports of library files to dist/, so that a process never holds two copies of the library.
 * @type {import('esbuild').Plugin}
 */
const libraryStaysOutside = {
  name: 'library-stays-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ path: specifier, resolveDir }) => {
      const file = path.relative(root, path.resolve(resolveDir, specifier)).split(path.sep).join('/')
      return isLibrary(file) ? { path: `../${file.replace(/\.ts$/, '.js')}`, external: true } : undefined
    })
  },
}

/** Bundles these entry points without writing them. @param {Record<string, string>} entryPoints */
async function bundle(entryPoints) {
  const result = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    chunkNames: 'chunk-[hash]',
    // CommonJS tools call require() for Node's own modules, which an ES module does not have.
    banner: {
      js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
    },
    external: ['glassjaw', 'glassjaw/*', 'fast-check', 'gpu.js', 'canvas'],
    plugins: [libraryStaysOutside],
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const copied = Object.keys(result.metafile.inputs).filter(isLibrary)
  if (copied.length > 0) throw new Error(`build: expected the library outside the bundle, got ${copied}`)
  return result
}

/** Bundles the command line, our worker and, when tinypool is used, its worker: two programs that threads start by path. */
export async function bundleCommandLine() {
  /** @type {Record<string, string>} */
  const entryPoints = { main: 'src/cli/main.ts' }
  if (existsSync(path.join(root, 'src/cli/worker.ts'))) entryPoints['worker'] = 'src/cli/worker.ts'
  const result = await bundle(entryPoints)
  const usesPool = Object.keys(result.metafile.inputs).some((file) => file.includes('node_modules/tinypool/'))
  if (!usesPool) return result
  return bundle({ ...entryPoints, 'entry/worker': 'node_modules/tinypool/dist/entry/worker.js' })
}

async function main() {
  rmSync(path.join(root, 'dist'), { recursive: true, force: true })
  // Comments stay in the declarations, for editors, and in the sources, which their maps lead to.
  for (const option of ['--removeComments', '--emitDeclarationOnly']) {
    if (!runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', option)) process.exit(1)
  }
  const { outputFiles } = await bundleCommandLine()
  for (const { path: file, text } of outputFiles) {
    mkdirSync(path.dirname(file), { recursive: true })
    const start = path.relative(outdir, file) === 'main.js' ? '#!/usr/bin/env node\n' : ''
    writeFileSync(file, start + text)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
