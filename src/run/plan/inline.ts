/**
 * Maps into maps and reductions: what is only computed with is computed where it is read, and never stored.
 *
 * A map goes to its one reader. A cheap one goes to several: to read what it reads costs no more than to read its result.
 * No expensive step is ever computed more often than before.
 */
import { sizeOf } from '../../array/index.ts'
import { computesIn, isMap, linksOf, reads, type Draft } from './draft.ts'
import { isCheap } from './expressions.ts'
import { inlined, isFit } from './loop-steps.ts'
import type { MapStep, ReduceStep } from './steps.ts'
import { isRowMajor } from './views.ts'

type LoopStep = MapStep | ReduceStep

export function inlineMaps(draft: Draft, mostViews: number): void {
  const { steps, counts } = draft
  const { readers, isResult } = linksOf(draft)
  steps.forEach((map, at) => {
    // Here every map has one output still.
    if (!isMap(map)) return
    const value = map.outputs[0]!.into.buffer
    const users = readers[value]!
    if (isResult[value] || users.length === 0 || (users.length > 1 && !isWorthRepeating(map))) return
    const changed = users.map((user) => withMap(draft, steps[user]!, map, mostViews))
    if (!changed.every((step) => step !== undefined)) return
    steps[at] = undefined
    changed.forEach((step, i) => (steps[users[i]!] = step))
    for (const source of reads(map)) {
      const others = readers[source]!.filter((user) => user !== at)
      readers[source] = [...new Set([...others, ...users])]
    }
    if (changed.some(isMap)) counts.intoMaps++
    else counts.intoReductions++
  })
}

/** The reader of a map's result with the map in it, if that is allowed and good. */
function withMap(
  { expressions }: Draft,
  reader: LoopStep | { kind: string },
  map: MapStep,
  mostViews: number,
): LoopStep | undefined {
  const { expression, into } = map.outputs[0]!
  if (!isLoop(reader) || !computesIn(map, map.dtype) || !computesIn(reader, map.dtype)) return undefined
  const views = reader.inputs.filter(({ buffer }) => buffer === into.buffer)
  const isRepeated = views.length > 1 || sizeOf(views[0]!.shape) > sizeOf(map.shape)
  if (isRepeated && !isCheap(expression)) return undefined
  const step = inlined(expressions, reader, map)
  return step && isFit(step, mostViews) ? step : undefined
}

function isLoop(step: { kind: string }): step is LoopStep {
  return step.kind === 'map' || step.kind === 'reduce'
}

/** Quick, and with no more to read than its result: one input of its size, and others that repeat. */
function isWorthRepeating({ shape, inputs, outputs }: MapStep): boolean {
  const moving = inputs.filter(({ strides }) => shape.every((n, axis) => n === 1 || strides[axis] !== 0))
  return isCheap(outputs[0]!.expression) && moving.length <= 1 && moving.every(isRowMajor)
}
