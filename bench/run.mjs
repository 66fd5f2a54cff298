/**
 * `npm run bench -- [name…] [--json FILE] [--readme]`: our times beside those of peers and of the machine's limits, as ratios with
 * the bounds that they have to keep. A name chooses all rows whose names begin with it; `--readme` puts the run into README.md. Figures
 * are taken after warm-up.
 * Exit status: 0, 1 when results disagree, 2 usage.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine } from './harness.mjs'
import { withTable } from './markdown.mjs'
import { installPeers, versions } from './peers.mjs'
import { pythonVersions } from './python.mjs'
import { tableRow } from './table.mjs'

function usage(message) {
  console.error(`bench: ${message}`)
  process.exit(2)
}

function argumentsOf() {
  try {
    return parseArgs({
      options: { json: { type: 'string' }, readme: { type: 'boolean' } },
      allowPositionals: true,
    })
  } catch (error) {
    return usage(error.message)
  }
}

const { values, positionals } = argumentsOf()
const { rows } = await import('./rows.mjs')
const unknown = positionals.filter((name) => !rows.some((row) => row.name.startsWith(name)))
if (unknown.length > 0)
  usage(`expected names of rows, got ${unknown.join(', ')}\n  ${rows.map(({ name }) => name).join('\n  ')}`)
const chosen = rows.filter(
  ({ name }) => positionals.length === 0 || positionals.some((begin) => name.startsWith(begin)),
)

installPeers()
const { measureRow } = await import('./measure.mjs')
const report = {
  schema: 1,
  machine: machine(),
  versions: { node: process.version, v8: process.versions.v8, ...versions(), ...pythonVersions() },
  rows: [],
}
const { cpu, cores, memory, system } = report.machine
const title = [`${cpu}, ${cores} cores, ${memory}, ${system}`]
for (const [name, version] of Object.entries(report.versions)) {
  const part = `${name} ${version}`
  if (title.length > 1 && title.at(-1).length + part.length < 78) title.push(`${title.pop()}, ${part}`)
  else title.push(part)
}
console.log(`${title.join('\n')}\none thread; minima after warm-up, and the ratios of minima\n`)

for (const row of chosen) {
  const result = await measureRow(row).catch((error) => ({ failure: error.message }))
  console.log(`${tableRow(row, result).join('\n')}\n`)
  const { ours, peers, judged = [], holds = null, failure } = result
  report.rows.push({
    ...{ name: row.name, work: row.work, unit: row.unit, statistic: row.statistic ?? 'min' },
    ...{ ours, peers, bound: judged, holds },
    ...(failure ? { failure } : {}),
  })
}

const bounds = report.rows.flatMap(({ bound }) => bound)
const count = (value) => bounds.filter(({ holds }) => holds === value).length
const failures = report.rows.filter(({ failure }) => failure).length
console.log(
  `${count(true)} of ${bounds.length} bounds hold` +
    (count(null) > 0 ? `, ${count(null)} without their peer` : '') +
    (failures > 0 ? `, ${failures} rows FAILED` : ''),
)
if (values.readme) {
  const readme = fileURLToPath(new URL('../README.md', import.meta.url))
  writeFileSync(readme, await withTable(readFileSync(readme, 'utf8'), readme, report))
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
process.exitCode = failures > 0 ? 1 : 0
