import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { threadId } from 'node:worker_threads'
import { checkClaims, type Claim } from '../../proofs-check/index.ts'
import { UsageError } from './usage.ts'

/** Whether a word of the command line names a file with claims of one's own: a program, or anything with a path. */
export function isClaimFile(word: string): boolean {
  return isClaimSource(word) || /[\\/]/.test(word)
}

/** Whether a file is named like a program, as journals are not. */
export function isClaimSource(word: string): boolean {
  return /\.[cm]?[jt]s$/.test(word)
}

/**
 * The claims that files export, under any name. A file is JavaScript, or TypeScript where Node strips its types or
 * esbuild is installed. Throws UsageError for what cannot be loaded or is no claim.
 */
export async function ownClaims(command: string, files: readonly string[]): Promise<readonly Claim[]> {
  const claims: Claim[] = []
  for (const file of files) {
    const exported = await loaded(command, file)
    const found = Object.values(exported).flat().filter(isClaim)
    if (found.length === 0)
      throw new UsageError(
        `${command}: expected a claim among the exports of ${file}, got ${Object.keys(exported).join(', ') || 'none'}\n` +
          'hint: export default claim({ … })',
      )
    // One claim may be exported twice, as default and by name.
    claims.push(...new Set(found))
  }
  return claims
}

/** Refuses claims that do not fit together, in the words of `checkClaims`. */
export function checkTogether(command: string, claims: readonly Claim[]): void {
  try {
    checkClaims(claims)
  } catch (error) {
    throw new UsageError(`${command}: ${(error as Error).message}`)
  }
}

function isClaim(value: unknown): value is Claim {
  const fields = ['id', 'hypotheses', 'cells', 'predictions', 'controls', 'experiment']
  return typeof value === 'object' && value !== null && fields.every((field) => field in value)
}

async function loaded(command: string, file: string): Promise<Record<string, unknown>> {
  const full = path.resolve(file)
  try {
    const typescript = /\.[cm]?ts$/.test(file)
    if (!typescript || stripsTypes())
      return (await import(pathToFileURL(full).href)) as Record<string, unknown>
    return await withoutTypes(full)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { message } = error as Error
    const own = message.includes("'glassjaw")
      ? '\nhint: npm install glassjaw, in the folder of this file'
      : ''
    throw new UsageError(`${command}: expected a claim that can be loaded from ${file}, got ${message}${own}`)
  }
}

/** Whether this Node reads TypeScript by itself. */
export function stripsTypes(): boolean {
  return Boolean((process.features as { readonly typescript?: unknown }).typescript)
}

type Build = (options: object) => Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>

/** esbuild as the file's own project has it, or as this package's has. */
export async function esbuildFor(file: string): Promise<{ readonly build: Build } | undefined> {
  for (const place of [pathToFileURL(file).href, import.meta.url]) {
    try {
      const found = createRequire(place).resolve('esbuild')
      const { build, default: all } = (await import(pathToFileURL(found).href)) as {
        readonly build?: Build
        readonly default?: { readonly build: Build }
      }
      return { build: (build ?? all?.build)! }
    } catch {
      // Not there: the next place, or none.
    }
  }
  return undefined
}

/** Bundles a file with what it imports by path, and loads the bundle from beside it, where packages are found. */
async function withoutTypes(file: string): Promise<Record<string, unknown>> {
  const esbuild = await esbuildFor(file)
  if (esbuild === undefined) {
    readFileSync(file)
    throw new UsageError(
      `verify: expected Node 22.18 or newer, or the package esbuild, to read TypeScript, got Node ${process.versions.node} without\n` +
        'hint: npm install --save-dev esbuild',
    )
  }
  const { outputFiles } = await esbuild.build({
    ...{ entryPoints: [file], bundle: true, packages: 'external', format: 'esm', platform: 'node' },
    ...{ write: false, logLevel: 'silent', sourcemap: 'inline', keepNames: false },
  })
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${threadId}.mjs`)
  writeFileSync(beside, outputFiles[0]!.text)
  try {
    return (await import(pathToFileURL(beside).href)) as Record<string, unknown>
  } finally {
    rmSync(beside, { force: true })
  }
}
