/** Maps and reductions as loops over views: put in order, put into another shape, put into one another. */
import { sameShape, sizeOf, stridesOf, type Shape } from '../../array/index.ts'
import { linearize, type Expression } from '../../tape/index.ts'
import { LANES, reducesInLanes } from '../order.ts'
import { collapse } from './collapse.ts'
import { countSteps, type Expressions } from './expressions.ts'
import type { MapStep, ReduceStep, View } from './steps.ts'
import { selectFrom } from './views.ts'

/** Views and expressions of them. */
interface Loop {
  readonly inputs: readonly View[]
  readonly roots: readonly Expression[]
}

/** Equal views become one input, and what no expression reads is left out. */
function tidy(expressions: Expressions, { inputs, roots }: Loop): Loop {
  const used = new Set(
    roots.flatMap((root) => linearize(root).flatMap((node) => (node.kind === 'input' ? [node.index] : []))),
  )
  const positions = new Map<string, number>()
  const kept: View[] = []
  const newIndex = inputs.map((view, i) => {
    if (!used.has(i)) return -1
    const key = `${view.buffer} ${view.offset} ${view.strides.map((s, a) => (view.shape[a] === 1 ? 0 : s)).join()}`
    const known = positions.get(key)
    if (known !== undefined) return known
    positions.set(key, kept.length)
    return kept.push(view) - 1
  })
  const at = (index: number): Expression => expressions.input(newIndex[index]!)
  return { inputs: kept, roots: roots.map((root) => expressions.substitute(root, at)) }
}

export function mapStep(expressions: Expressions, step: Omit<MapStep, 'kind'>): MapStep {
  const { inputs, roots } = tidy(expressions, {
    inputs: step.inputs,
    roots: step.outputs.map(({ expression }) => expression),
  })
  const outputs = step.outputs.map(({ into }, i) => ({ expression: roots[i]!, into }))
  return { ...step, kind: 'map', inputs, outputs }
}

export function reduceStep(expressions: Expressions, step: Omit<ReduceStep, 'kind'>): ReduceStep {
  const { inputs, roots } = tidy(expressions, { inputs: step.inputs, roots: [step.expression] })
  return { ...step, kind: 'reduce', inputs, expression: roots[0]! }
}

/** The same map as a loop over another shape with as many elements; undefined where an input's strides cannot say it. */
export function reshapedMap(step: MapStep, shape: Shape): MapStep | undefined {
  if (sameShape(step.shape, shape)) return step
  if (sizeOf(step.shape) !== sizeOf(shape)) return undefined
  const strides = stridesOf(shape)
  const inputs = step.inputs.map((view) => selectFrom(view, { shape, offset: 0, strides }))
  if (!inputs.every((view) => view !== undefined)) return undefined
  const outputs = step.outputs.map(({ expression, into }) => ({
    expression,
    into: { ...into, shape, strides },
  }))
  return { ...step, shape, inputs, outputs }
}

/** The inputs and expressions of a loop that computes what it read of a map's results so far; undefined where strides cannot say it. */
function substituted(expressions: Expressions, loop: Loop, map: MapStep): Loop | undefined {
  const inputs: View[] = []
  const values: Expression[] = []
  for (const view of loop.inputs) {
    const output = map.outputs.find(({ into }) => into.buffer === view.buffer)
    if (!output) {
      values.push(expressions.input(inputs.push(view) - 1))
      continue
    }
    const first = inputs.length
    for (const source of map.inputs) {
      const selected = selectFrom(source, view)
      if (!selected) return undefined
      inputs.push(selected)
    }
    values.push(expressions.substitute(output.expression, (index) => expressions.input(first + index)))
  }
  return { inputs, roots: loop.roots.map((root) => expressions.substitute(root, (index) => values[index]!)) }
}

/** A map or a reduction that computes what it read of another map's results so far. */
export function inlined<S extends MapStep | ReduceStep>(
  expressions: Expressions,
  step: S,
  map: MapStep,
): S | undefined
export function inlined(
  expressions: Expressions,
  step: MapStep | ReduceStep,
  map: MapStep,
): MapStep | ReduceStep | undefined {
  const { inputs } = step
  if (step.kind === 'reduce') {
    const loop = substituted(expressions, { inputs, roots: [step.expression] }, map)
    return loop && reduceStep(expressions, { ...step, inputs: loop.inputs, expression: loop.roots[0]! })
  }
  const roots = step.outputs.map(({ expression }) => expression)
  const loop = substituted(expressions, { inputs, roots }, map)
  if (loop) {
    const outputs = step.outputs.map(({ into }, i) => ({ into, expression: loop.roots[i]! }))
    return mapStep(expressions, { ...step, inputs: loop.inputs, outputs })
  }
  const reshaped = sameShape(step.shape, map.shape) ? undefined : reshapedMap(step, map.shape)
  return reshaped && inlined(expressions, reshaped, map)
}

/**
 * Whether a reduction can count its terms as it walks through these views: in lanes the number of a term decides where it goes, so the
 * axes have to be one for all views, or rows have to be whole lanes.
 */
export function canReduce(shape: Shape, axes: readonly number[], inputs: readonly View[]): boolean {
  if (!reducesInLanes(shape, axes) || shape.at(-1)! % LANES === 0) return true
  const sizes = axes.map((axis) => shape[axis]!)
  const steps = inputs.map(({ strides }) => axes.map((axis) => strides[axis]!))
  return collapse(sizes, steps).shape.length <= 1
}

/** Loops that are read from more places, or whose code is longer, run slower than two of them. */
export const MOST_VIEWS = 12
const MOST_STEPS = 400

/** Whether a loop made of others can be carried out well, where it may have so many views. */
export function isFit(step: MapStep | ReduceStep, mostViews: number): boolean {
  const [roots, views] =
    step.kind === 'map'
      ? [step.outputs.map(({ expression }) => expression), step.inputs.length + step.outputs.length]
      : [[step.expression], step.inputs.length]
  if (step.kind === 'reduce' && !canReduce(step.shape, step.axes, step.inputs)) return false
  return views <= mostViews && countSteps(roots) <= MOST_STEPS
}
