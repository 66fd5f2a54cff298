/** The table, in 80 columns. */

const factors = { s: 1e-3, ms: 1, µs: 1e3, ns: 1e6 }

/** A time in ms as a number of the row's unit, for one of `per` things. */
export function inUnit(time, { unit, per = 1 }) {
  return (time * factors[unit]) / per
}

/** Three digits. */
export const digits = (x) =>
  x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x >= 1 ? x.toFixed(2) : x.toFixed(3)

const FIGURES_END = 50

const line = (left, figure, ratio = '', bound = '', mark = '') =>
  `${left}${figure.padStart(FIGURES_END - left.length)}${ratio.padStart(18)}  ${bound.padEnd(7)}${mark}`.trimEnd()

/** The lines of a row: ours, then every peer with its ratio and bound. */
export function tableRow(row, { ours, peers, judged, failure }) {
  if (failure) return [row.work, `  FAILED: ${failure}`]
  const { statistic = 'min', unit } = row
  const time = (figures) => `${digits(figures[statistic])} ${unit}`
  const remarks = [
    statistic === 'min' ? `median ${digits(ours.median)}` : `min ${digits(ours.min)}`,
    `± ${(50 * ours.spread).toFixed(0)}%`,
    ours.warm === undefined ? '' : `warm after ${digits(ours.warm)} ms`,
    ours.rate === undefined ? '' : `${digits(ours.rate)} GFLOP/s`,
    ours.share === undefined ? '' : `DISTURBED, ${(100 * ours.share).toFixed(0)}% of a core`,
  ]
  const marks = { true: '✓', false: '✗', null: '' }
  const own = judged.filter(({ absolute }) => absolute)
  const ownLines = own.map(({ of, text, ratio, holds }) => {
    const figure = of === 'ours' ? time({ [statistic]: ratio }) : digits(ratio)
    return line(`  ${of === 'ours' ? `${statistic} of ours` : of}`, figure, '', text, marks[holds])
  })
  const peerLines = Object.entries(peers).map(([name, peer]) => {
    if (peer.missing) return line(`  ${name}`, peer.missing)
    const bound = judged.find(({ of }) => of === name)
    const ratio = bound ? bound.ratio : peer[statistic] / ours[statistic]
    const shown = `${digits(ratio)} ${bound ? bound.unit : '× its speed'}`
    return line(`  ${name}`, time(peer), shown, bound?.text, bound && marks[bound.holds])
  })
  return [
    line(row.work, ` ${time(ours)}`),
    `  ${remarks.filter(Boolean).join(', ')}`,
    ...peerLines,
    ...ownLines,
  ]
}
