// `npm run check`: lint, format, types, the generated notices, and the packed package as its users will meet it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { npm, root, runNode } from './run.mjs'

/** @param {string} folder an empty folder for the tarball */
function packed(folder) {
  npm(root, 'pack', '--pack-destination', folder)
  const tarball = path.join(folder, readdirSync(folder)[0] ?? '')
  return (
    runNode('node_modules/publint/src/cli.js', tarball, '--strict') &&
    runNode(
      'node_modules/@arethetypeswrong/cli/dist/index.js',
      tarball,
      '--profile',
      'esm-only',
      '--no-definitely-typed',
    )
  )
}

const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-pack-'))
const tsc = 'node_modules/typescript/bin/tsc'
/** @type {Record<string, () => boolean>} */
const checks = {
  lint: () => runNode('node_modules/oxlint/bin/oxlint', '--deny-warnings'),
  format: () => runNode('node_modules/prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn'),
  types: () => runNode(tsc, '--noEmit', '-p', '.') && runNode(tsc, '--noEmit', '-p', 'scripts'),
  notices: () => runNode('scripts/third-party.mjs', '--check'),
  package: () => packed(folder),
}

const failed = Object.entries(checks).filter(([name, check]) => {
  const passes = check()
  console.log(`${passes ? 'passed' : 'FAILED'}  ${name}`)
  return !passes
})
rmSync(folder, { recursive: true })
process.exit(failed.length > 0 ? 1 : 0)
