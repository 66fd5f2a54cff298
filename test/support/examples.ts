import { build, type Plugin } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A program in a page and what the page says it prints. */
export interface Example {
  readonly line: number
  readonly code: string
  readonly prints: string
}

/** Every ```js or ```ts block that a ```text block follows, with nothing but blank lines between them. */
export function examplesIn(markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
    ({ 0: all, 1: language = '', 2: text = '', index }) => {
      return { language, text, start: index, end: index + all.length }
    },
  )
  return blocks.flatMap((program, i) => {
    const next = blocks[i + 1]
    const isProgram = program.language === 'js' || program.language === 'ts'
    if (!isProgram || next?.language !== 'text') return []
    if (markdown.slice(program.end, next.start).trim() !== '') return []
    return [
      { line: markdown.slice(0, program.start).split('\n').length, code: program.text, prints: next.text },
    ]
  })
}

/** `glassjaw/stats` → `src/stats/index.ts`, through the exports that users get. */
function sourceOf(specifier: string): string {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string>
  }
  const target = exports[specifier.replace(/^glassjaw/, '.')]
  if (target === undefined) throw new Error(`example: expected an exported name, got ${specifier}`)
  return path.join(root, target.replace('/dist/', '/').replace(/\.js$/, '.ts'))
}

const fromSources: Plugin = {
  name: 'from-sources',
  setup({ onResolve }) {
    onResolve({ filter: /^glassjaw(\/|$)/ }, ({ path: specifier }) => ({ path: sourceOf(specifier) }))
  },
}

/** Runs a program against the sources in a process of its own and returns what it prints. */
export async function printedBy(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: root, sourcefile: 'example.ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'silent',
    plugins: [fromSources],
  })
  const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-example-'))
  try {
    const file = path.join(folder, 'example.mjs')
    writeFileSync(file, outputFiles[0]!.text)
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`example: expected status 0, got ${status}\n${stderr}`)
    return stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}
