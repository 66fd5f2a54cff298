// `node scripts/theorems-table.mjs RESULT.json [--write]`: the README's table of theorems, from the JSON of a run of the whole suite.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { format, resolveConfig } from 'prettier'
import { root } from './run.mjs'

const [start, end] = ['<!-- theorems:start -->', '<!-- theorems:end -->']

const digits = (/** @type {unknown} */ x) =>
  typeof x === 'number' ? Number(x.toPrecision(3)).toString() : String(x)

/** A cell of a table in Markdown. @param {string} text */
const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('_', '\\_')

/**
 * What was measured of a prediction, in words.
 * @param {{ kind: string, estimate: number, interval: [number, number], trials: number }} prediction
 */
function measured({ kind, estimate, interval, trials }) {
  if (kind === 'every') return `no counterexample in ${trials.toLocaleString('en-US')}`
  const [low, high] = interval
  return kind === 'law'
    ? `gap ${digits(estimate)}, at most ${digits(high)}`
    : `${digits(estimate)} [${digits(low)}, ${digits(high)}]`
}

/**
 * The lines of the table.
 * @param {{ budget: string, seed: number, claims: any[] }} result
 */
export function theoremsTable({ claims }) {
  const rows = claims.map(({ id, title, predictions, controls, verdict }) => {
    const [first] = predictions
    const refuted = controls.filter(
      (/** @type {{ verdict: string }} */ control) => control.verdict === 'refuted',
    ).length
    const more = predictions.length > 1 ? `, and ${predictions.length - 1} more` : ''
    const found = first.verdict === 'refuted' && first.kind === 'every' ? 'a counterexample' : measured(first)
    const cells = [
      `\`${id}\`: ${title}`,
      `${first.says}${more}`,
      found,
      verdict,
      `${refuted} of ${controls.length} refuted`,
    ]
    return `| ${cells.map(escaped).join(' | ')} |`
  })
  const head = ['claim', 'predicted', 'measured, with its interval', 'verdict', 'controls']
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n')
}

const [file, write] = process.argv.slice(2)
if (file && import.meta.url.endsWith(path.basename(process.argv[1] ?? ''))) {
  const table = theoremsTable(JSON.parse(readFileSync(file, 'utf8')))
  if (write === '--write') {
    const readme = path.join(root, 'README.md')
    const text = readFileSync(readme, 'utf8')
    const [before, rest] = text.split(start)
    const after = rest?.split(end)[1]
    if (after === undefined)
      throw new Error(`theorems-table: expected ${start} and ${end} in README.md, got none`)
    const page = `${before}${start}\n\n${table}\n\n${end}${after}`
    writeFileSync(readme, await format(page, { ...(await resolveConfig(readme)), parser: 'markdown' }))
  } else console.log(table)
}
