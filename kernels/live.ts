/** What lives on a device, the latest last: a page holds about 125 pipelines, and what is oldest goes when there are too many. */

const MOST = 64

const live = new Map<object, () => boolean>()

/** Something is used now. What is to go because of that is told by its `end`, which says false where it is at work. */
export function keep(thing: object, end: () => boolean): void {
  live.delete(thing)
  live.set(thing, end)
  for (const [oldest, endOldest] of live) {
    if (live.size <= MOST) return
    if (endOldest()) live.delete(oldest)
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
