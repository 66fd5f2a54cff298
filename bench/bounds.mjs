/** What a row has to reach. A bound speaks of a peer, of a limit of the machine, or of our own figure. */

/** At least `value` times as fast as the peer. */
export const faster = (value, than) => ({
  of: than,
  text: `≥ ${value}`,
  ratio: (ours, theirs) => theirs / ours,
  holds: (ratio) => ratio >= value,
})

/** At most `value` times the peer's time. */
export const slower = (value, than) => ({
  of: than,
  text: `≤ ${value}`,
  unit: '× its time',
  ratio: (ours, theirs) => ours / theirs,
  holds: (ratio) => ratio <= value,
})

/** At most this figure: of ours when it is named so, else of what the row measures under that name. */
export const atMost = (value, of = 'ours') => ({
  of,
  text: `≤ ${value}`,
  absolute: true,
  ratio: (figure) => figure,
  holds: (figure) => figure <= value,
})

/**
 * The row's bounds with what was measured; `holds` is null where the peer is missing.
 * `figures` maps names to numbers, in the row's unit.
 */
export function judge(bounds, figures) {
  return bounds.map(({ of, text, absolute = false, unit = '× its speed', ratio, holds }) => {
    const [ours, theirs] = [figures.ours, figures[of]]
    const value = theirs === undefined ? null : absolute ? ratio(theirs) : ratio(ours, theirs)
    return { of, text, absolute, unit, ratio: value, holds: value === null ? null : holds(value) }
  })
}
