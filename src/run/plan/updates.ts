/** Donated arguments, parameters for instance, are to be overwritten by what is computed from them: after everybody else has read them. */
import { isMap, linksOf, readsWhole, writes, type Draft, type Links } from './draft.ts'
import type { MapStep } from './steps.ts'

/** Lets maps that update donated arguments wait for the other readers of these. */
export function delayUpdates(draft: Draft): void {
  const { steps, donated } = draft
  if (donated.size === 0) return
  let links = linksOf(draft)
  // Of two that read what the other one updates, none is ever last.
  const moved = new Set<MapStep>()
  for (let at = 0; at < steps.length; at++) {
    const map = steps[at]
    if (!isMap(map) || moved.has(map)) continue
    const last = Math.max(-1, ...updatedBy(draft, links, map).flatMap((value) => links.readers[value]!))
    const isNeededBefore = writes(map).some(({ buffer }) =>
      links.readers[buffer]!.some((user) => user <= last),
    )
    if (last <= at || isNeededBefore) continue
    steps[at] = undefined
    steps.splice(last + 1, 0, map)
    moved.add(map)
    links = linksOf(draft)
  }
}

/** The donated arguments that a map could write a result over. */
export function updatedBy({ donated, values }: Draft, { isResult }: Links, map: MapStep): number[] {
  if (!writes(map).some(({ buffer }) => isResult[buffer])) return []
  const views = map.inputs.filter(({ buffer }) => donated.has(buffer))
  return views.filter((view) => readsWhole(view, values[view.buffer]!)).map(({ buffer }) => buffer)
}
