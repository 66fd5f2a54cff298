/** The table for README.md, from what a run reports. */
import { format, resolveConfig } from 'prettier'
import { digits } from './table.mjs'

const marks = { true: '✓', false: '✗', null: '' }

/** A ratio or figure with its bound, where it has one: `1.51 × TensorFlow.js wasm ✓ (≥ 1.2)`. */
function against({ of, text, absolute, ratio, holds, unit }) {
  const bound = text === undefined ? '' : ` ${marks[holds]} (${text})`
  if (ratio === null) return `${of}: not installed`
  if (absolute) return of === 'ours' ? `${marks[holds]} (${text})` : `${of} ${digits(ratio)}${bound}`
  return unit === '× its time'
    ? `${digits(ratio)} × the time of ${of}${bound}`
    : `${digits(ratio)} × ${of}${bound}`
}

function tableLine({ work, unit, statistic, ours, peers, bound, failure }) {
  if (failure) return `| ${work} | failed | ${failure} |`
  const free = Object.entries(peers)
    .filter(([name, peer]) => !peer.missing && bound.every(({ of }) => of !== name))
    .map(([of, peer]) => ({ of, ratio: peer[statistic] / ours[statistic] }))
  const rate = ours.rate === undefined ? '' : ` (${digits(ours.rate)} GFLOP/s)`
  return `| ${work} | ${digits(ours[statistic])} ${unit}${rate} | ${[...bound, ...free].map(against).join(', ')} |`
}

const markers = /(<!-- bench:start -->\n).*?(<!-- bench:end -->)/s

/** A page with this run in the place of the one that it shows; formatted as `npm run format` would. */
export async function withTable(page, file, { machine, versions, rows }) {
  if (!markers.test(page)) throw new Error('bench: expected the markers bench:start and bench:end, got none')
  const { cpu, cores, system } = machine
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const table = ['| work | ours | against |', '| --- | --- | --- |', ...rows.map(tableLine)]
  const text = [`${cpu}, ${cores} cores, ${system}; ${list.join(', ')}.`, '', ...table].join('\n')
  const whole = page.replace(markers, (_, start, end) => `${start}\n${text}\n\n${end}`)
  return format(whole, { ...(await resolveConfig(file)), parser: 'markdown' })
}
