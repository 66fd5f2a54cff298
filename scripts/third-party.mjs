// Writes THIRD-PARTY.txt: the packages inside the bundled command line, with their licences. `--check` compares only.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { bundleCommandLine } from './build.mjs'
import { root } from './run.mjs'

/** The folder of the package that a bundled file belongs to, nested packages included. @param {string} file */
const packageOf = (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? ''

/** @param {string} folder */
function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
  const file = readdirSync(path.join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
  const text =
    file === undefined
      ? `(${license}; the package has no licence file)`
      : readFileSync(path.join(root, folder, file), 'utf8')
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
  return [`${name} ${version} (${license})`, '', ...lines].join('\n')
}

const { metafile } = await bundleCommandLine()
const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) =>
  Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [packageOf(file)] : [])),
)
const folders = [...new Set(bundled)].filter((folder) => folder !== '')
const rule = `\n\n${'-'.repeat(80)}\n\n`
const head = 'The command line of glassjaw contains the following software. The library itself contains none.'
const text = `${[head, ...new Set(folders.map(notice).toSorted())].join(rule)}\n`

const target = path.join(root, 'THIRD-PARTY.txt')
if (process.argv[2] !== '--check') writeFileSync(target, text)
else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
  console.error('third-party: expected a current THIRD-PARTY.txt, got an older one: npm run third-party')
  process.exit(1)
}
