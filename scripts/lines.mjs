// Prints the reading order with line counts; `--write` puts it into README.md, `--check` tells whether it stands there.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { format, resolveConfig } from 'prettier'
import { importsOf, sourceFiles } from './modules.mjs'
import { root } from './run.mjs'

const rooms =
  'math array tape run ops random data stats linalg nets attacks certify spectra kernels proofs-check report cli'.split(
    ' ',
  )

/** @param {string} room */
const folderOf = (room) => (room === 'kernels' || room === 'proofs-check' ? room : `src/${room}`)

/** @param {string} file */
const read = (file) => readFileSync(path.join(root, file), 'utf8')

/**
 * The files of a folder, each after those that it imports; among equals in the order in which index.ts or main.ts names them.
 * @param {string} folder
 */
function readingOrder(folder) {
  const files = sourceFiles(folder)
  const isStart = (/** @type {string} */ file) => /(^|\/)(index|main)\.ts$/.test(file.slice(folder.length))
  /** @type {Set<string>} */
  const placed = new Set()
  /** @type {Set<string>} */
  const seen = new Set()
  const place = (/** @type {string} */ file) => {
    if (seen.has(file) || !files.includes(file)) return
    seen.add(file)
    for (const { specifier } of importsOf(read(file)))
      place(path.posix.join(path.posix.dirname(file), specifier))
    placed.add(file)
  }
  for (const file of [...files.filter(isStart), ...files]) place(file)
  return [...placed].map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
}

const listed = rooms
  .map((room) => ({ room, files: readingOrder(folderOf(room)) }))
  .filter(({ files }) => files.length > 0)
  .map(({ room, files }) => ({ room, files, total: files.reduce((sum, { lines }) => sum + lines, 0) }))
const total = listed.reduce((sum, room) => sum + room.total, 0)

/** The same list for README.md, formatted as `npm run format` would. */
async function markdown() {
  const items = listed.map(({ room, files, total: lines }) => {
    const links = files.map((entry) => {
      const name = path.posix.relative(folderOf(room), entry.file)
      return `[${name}](${entry.file}) ${entry.lines}`
    })
    return `- **${room}** (${lines} lines): ${links.join(', ')}`
  })
  const text = [...items, '', `${total} lines in all.`].join('\n')
  return (
    await format(text, { ...(await resolveConfig(path.join(root, 'README.md'))), parser: 'markdown' })
  ).trim()
}

const markers = /(<!-- lines:start -->\n).*?(<!-- lines:end -->)/s
const option = process.argv[2]
if (option === '--write' || option === '--check') {
  const readme = read('README.md')
  if (!markers.test(readme))
    throw new Error('lines: expected the markers lines:start and lines:end in README.md, got none')
  const list = await markdown()
  const current = readme.replace(markers, (_, start, end) => `${start}\n${list}\n\n${end}`)
  if (option === '--write') writeFileSync(path.join(root, 'README.md'), current)
  else if (current !== readme) {
    console.error(
      'lines: expected the current reading order in README.md, got an older one: npm run lines -- --write',
    )
    process.exit(1)
  }
} else {
  for (const { room, files, total: lines } of listed) {
    console.log(`\n${room}  ${lines}`)
    for (const entry of files) console.log(`${String(entry.lines).padStart(6)}  ${entry.file}`)
  }
  console.log(`\n${total} lines in all`)
}
