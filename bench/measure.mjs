/**
 * One row, measured. A row is
 *
 *     { name, work, unit, per?, operations?, statistic?, tolerance, data(), ours(data), peers, figures?(data), bounds }
 *
 * `ours` and the peers make candidates (see harness.mjs) of the same data, and have to agree to `tolerance` before they are
 * timed. Ratios are of minima unless `statistic` says median; `figures` are other numbers that bounds speak of.
 */
import { judge } from './bounds.mjs'
import { candidate, firstResult, race } from './harness.mjs'
import { expectSame, probe } from './numbers.mjs'
import { library } from './peers.mjs'
import { measureInPython } from './python.mjs'
import { inUnit } from './table.mjs'

/** Candidates of the peers that are there, and why the others are not. */
async function candidatesOf(peers, data) {
  const [candidates, missing] = [{}, {}]
  for (const [name, peer] of Object.entries(peers)) {
    if (peer.work) continue
    const found = peer.library && (await library(peer.library))
    if (typeof found === 'string') missing[name] = found
    else candidates[name] = candidate(await peer.make(found, data))
  }
  return { candidates, missing }
}

/** Throws unless everything that can be compared has the same numbers. */
async function check(row, ours, candidates, fromPython) {
  if (ours.measure) return
  const expected = Float64Array.from(await firstResult(ours))
  const probed = probe(expected)
  for (const [name, timed] of Object.entries(candidates)) {
    const got = await firstResult(timed)
    if (got) expectSame(name, expected, got, row.tolerance)
  }
  for (const [name, { probe: got }] of Object.entries(fromPython)) {
    if (got) expectSame(`${name}, a sum of the results and one of their sizes`, probed, got, row.tolerance)
  }
}

/** Of two measurements of one work the faster; or the reason why there is none. */
function better(one, other) {
  if (typeof one === 'string') return one
  return typeof other === 'string' || one.min <= other.min ? one : other
}

/** Figures in the row's unit. */
function figuresIn(row, { min, median, spread, warm, share }) {
  const rate = row.operations && row.operations / min / 1e6
  return {
    min: inUnit(min, row),
    median: inUnit(median, row),
    spread,
    ...(warm === undefined ? {} : { warm }),
    ...(rate === undefined ? {} : { rate }),
    ...(share === undefined ? {} : { share }),
  }
}

/** `{ ours, peers, judged, holds }`; `failure` says what went wrong with ours or with the comparison. */
export async function measureRow(row) {
  const works = Object.entries(row.peers).filter(([, { work }]) => work)
  const inPython = () => {
    const results = works.length > 0 ? measureInPython(works.map(([, { work }]) => work)) : {}
    return Object.fromEntries(works.map(([name, { work }]) => [name, results[work]]))
  }
  const data = row.data()
  const { candidates, missing } = await candidatesOf(row.peers, data)
  const before = inPython()
  const ours = candidate(row.ours(data))
  await check(row, ours, candidates, before)
  const figures = (await row.figures?.(data)) ?? {}
  const { ours: own, ...raced } = await race({ ours, ...candidates })
  const after = inPython()
  const peers = {}
  for (const name of Object.keys(row.peers)) {
    const measured = raced[name] ?? missing[name] ?? better(before[name], after[name])
    peers[name] = typeof measured === 'string' ? { missing: measured } : figuresIn(row, measured)
  }
  const { statistic = 'min' } = row
  const shown = figuresIn(row, own)
  const present = Object.entries(peers).filter(([, peer]) => !peer.missing)
  const numbers = Object.fromEntries(present.map(([name, peer]) => [name, peer[statistic]]))
  const judged = judge(row.bounds, { ...numbers, ...figures, ours: shown[statistic] })
  const open = judged.some(({ holds }) => holds === null)
  const holds = judged.some(({ holds }) => holds === false) ? false : open ? null : true
  return { ours: shown, peers, judged, holds }
}
