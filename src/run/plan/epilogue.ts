/**
 * Maps over a matrix product's elements become its epilogue: they run on some rows as soon as these are there, and find
 * them in the cache.
 */
import { computesIn, isMap, linksOf, reads, readsWhole, writes, type Draft, type Links } from './draft.ts'
import type { MapStep, MatmulStep } from './steps.ts'
import { updatedBy } from './updates.ts'

export function attachEpilogues(draft: Draft): void {
  const { steps, counts } = draft
  const links = linksOf(draft)
  steps.forEach((step, at) => {
    if (step?.kind !== 'matmul') return
    for (const reader of links.readers[step.c.buffer]!) {
      const map = steps[reader]
      const place = isMap(map) && fits(draft, step, map) ? placeOf(draft, links, at, reader) : undefined
      if (place === undefined) continue
      const epilogue = map as MapStep
      steps[at] = undefined
      steps[reader] = undefined
      steps[place] = { ...step, epilogue }
      for (const { buffer } of writes(steps[place])) links.maker[buffer] = place
      for (const value of [...reads(step), ...reads(epilogue)]) {
        links.readers[value] = links.readers[value]!.map((user) =>
          user === at || user === reader ? place : user,
        )
      }
      counts.intoProducts++
      return
    }
  })
}

/** Every element of C is read just where the map computes with it. */
function fits({ values }: Draft, { dtype, c }: MatmulStep, map: MapStep): boolean {
  const own = map.inputs.filter(({ buffer }) => buffer === c.buffer)
  return computesIn(map, dtype) && own.length === 1 && readsWhole(own[0]!, values[c.buffer]!)
}

/** Where both can run: at the product if all else is ready, else at the map if nobody needs the product before. */
function placeOf(draft: Draft, links: Links, product: number, map: number): number | undefined {
  const { a, b, c } = draft.steps[product] as MatmulStep
  const { maker, readers, isResult } = links
  const others = reads(draft.steps[map]!).filter((value) => value !== c.buffer)
  const updated = updatedBy(draft, links, draft.steps[map] as MapStep)
  if (updated.some((value) => value === a.buffer || value === b.buffer)) return undefined
  const isFree = updated.every((value) => readers[value]!.every((user) => user <= product || user === map))
  if (isFree && others.every((value) => maker[value]! < product)) return product
  return readers[c.buffer]!.length === 1 && !isResult[c.buffer] ? map : undefined
}
