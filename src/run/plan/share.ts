/**
 * Maps that run over the same elements share one loop with several results: one reads what the other computes, or both
 * read the same array, which is then read only once.
 *
 * The later map can join the earlier one where all else that it reads is ready by then; the earlier one can wait for the
 * later one where nobody reads its results before.
 */
import { sizeOf } from '../../array/index.ts'
import { computesIn, isMap, linksOf, reads, readsWhole, writes, type Draft, type Links } from './draft.ts'
import { inlined, isFit, mapStep, MOST_VIEWS, reshapedMap } from './loop-steps.ts'
import type { MapStep } from './steps.ts'

export function shareLoops(draft: Draft): void {
  const { steps } = draft
  const links = linksOf(draft)
  for (let at = 0; at < steps.length; at++) {
    while (isMap(steps[at]) && partners(draft, links, at).some((earlier) => join(draft, links, earlier, at)));
  }
}

/** Maps tried as partners: those that make an input come first, then the last ones that read one. */
const MOST_PARTNERS = 8

function partners({ steps }: Draft, { maker, readers }: Links, at: number): number[] {
  const { shape, inputs } = steps[at] as MapStep
  const moving = inputs.filter(({ strides }) => shape.every((n, axis) => n === 1 || strides[axis] !== 0))
  const makers = moving.map(({ buffer }) => maker[buffer]!)
  const others = moving
    .flatMap(({ buffer }) => readers[buffer]!.filter((user) => user < at))
    .sort((a, b) => b - a)
  const maps = [...new Set([...makers, ...others])].filter((other) => isMap(steps[other]))
  return maps.slice(0, MOST_PARTNERS)
}

/** Puts two maps into one loop if that is possible; says whether. */
function join(draft: Draft, links: Links, earlier: number, later: number): boolean {
  const { steps, counts } = draft
  const [a, b] = [steps[earlier] as MapStep, steps[later] as MapStep]
  const place = placeOf(draft, links, earlier, later)
  const merged = place === undefined ? undefined : mergedMap(draft, links, a, b, later)
  if (place === undefined || !merged) return false
  const { maker, readers } = links
  steps[earlier] = undefined
  steps[later] = undefined
  steps[place] = merged
  for (const value of [...reads(a), ...reads(b)]) {
    readers[value] = readers[value]!.filter((user) => user !== earlier && user !== later)
  }
  for (const value of new Set(reads(merged))) readers[value]!.push(place)
  for (const { buffer } of writes(merged)) maker[buffer] = place
  counts.intoMaps++
  return true
}

/** Where both can run. */
function placeOf(
  { steps }: Draft,
  { maker, readers }: Links,
  earlier: number,
  later: number,
): number | undefined {
  const [a, b] = [steps[earlier] as MapStep, steps[later] as MapStep]
  const made = writes(a).map(({ buffer }) => buffer)
  const lastMaker = (values: readonly number[]): number =>
    Math.max(-1, ...values.map((value) => maker[value]!))
  const ready = lastMaker(reads(a))
  // What follows a matrix product at once may become part of it, and should not be kept waiting.
  const followsProduct = steps[ready]?.kind === 'matmul'
  const others = lastMaker(reads(b).filter((value) => !made.includes(value)))
  if (others <= (followsProduct ? ready : earlier - 1)) return earlier
  const isReadBefore = made.some((value) => readers[value]!.some((user) => user < later))
  return followsProduct || isReadBefore ? undefined : later
}

function mergedMap(
  { expressions, values }: Draft,
  { readers, isResult }: Links,
  a: MapStep,
  b: MapStep,
  later: number,
): MapStep | undefined {
  const made = writes(a).map(({ buffer }) => buffer)
  const isWhole = b.inputs.every(
    (view) => !made.includes(view.buffer) || readsWhole(view, values[view.buffer]!),
  )
  const fits = sizeOf(a.shape) === sizeOf(b.shape) && computesIn(a, b.dtype) && computesIn(b, a.dtype)
  if (!isWhole || !fits) return undefined
  const second = inlined(expressions, reshapedMap(b, a.shape) ?? b, a)
  const first = second && reshapedMap(a, second.shape)
  if (!first) return undefined
  const inputs = [...first.inputs, ...second.inputs]
  const shift = first.inputs.length
  const shifted = second.outputs.map(({ expression, into }) => ({
    expression: expressions.substitute(expression, (index) => expressions.input(index + shift)),
    into,
  }))
  const kept = first.outputs.filter(
    ({ into }) => isResult[into.buffer] || readers[into.buffer]!.some((user) => user !== later),
  )
  const merged = mapStep(expressions, { ...first, inputs, outputs: [...kept, ...shifted] })
  return isFit(merged, MOST_VIEWS) ? merged : undefined
}
