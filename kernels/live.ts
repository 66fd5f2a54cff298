/** What lives on a device, the latest last: a page holds about 125 pipelines, and what is oldest goes when there are too many. */

const MOST = 64

const live = new Map<object, () => void>()

/** Something is used now. What goes because of that is told by its `end`. */
export function keep(thing: object, end: () => void): void {
  live.delete(thing)
  live.set(thing, end)
  for (const [oldest, endOldest] of live) {
    if (live.size <= MOST) return
    live.delete(oldest)
    endOldest()
  }
}

/** Something is gone. */
export function forget(thing: object): void {
  live.delete(thing)
}

/** How much lives. */
export function countLive(): number {
  return live.size
}
