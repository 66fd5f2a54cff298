/** A plan in the making: the steps are there, but no value has a place yet. In its views, `buffer` is the number of a value. */
import type { DType, Shape } from '../../array/index.ts'
import { Expressions } from './expressions.ts'
import type { MapStep, Step, Summary, View } from './steps.ts'
import { isRowMajor } from './views.ts'

/** An array that is written once, row-major and whole. */
export interface Value {
  readonly dtype: DType
  readonly shape: Shape
  readonly role: 'argument' | 'constant' | 'made'
}

export interface Draft {
  readonly expressions: Expressions
  readonly values: readonly Value[]
  /** The places of steps that became part of another one are empty. */
  readonly steps: (Step | undefined)[]
  readonly arguments: readonly View[]
  readonly constants: readonly { readonly value: number; readonly view: View }[]
  readonly results: readonly View[]
  /** Values of arguments whose memory results may take over. */
  readonly donated: ReadonlySet<number>
  /** What was done so far; later chapters count on. */
  readonly counts: { -readonly [K in keyof Summary]: Summary[K] }
}

/** What a step reads: buffers, or values of a draft. */
export function reads(step: Step): number[] {
  switch (step.kind) {
    case 'map':
    case 'reduce':
    case 'host':
      return step.inputs.map(({ buffer }) => buffer)
    case 'matmul': {
      const later = step.epilogue ? reads(step.epilogue).filter((buffer) => buffer !== step.c.buffer) : []
      return [step.a.buffer, step.b.buffer, ...later]
    }
    case 'move':
      return step.pieces.map(({ buffer }) => buffer)
    case 'gather':
      return [step.input.buffer, step.indices.buffer]
  }
}

/** What a step writes. */
export function writes(step: Step): View[] {
  if (step.kind === 'map') return step.outputs.map(({ into }) => into)
  if (step.kind === 'matmul') return [step.c, ...(step.epilogue ? writes(step.epilogue) : [])]
  return [step.output]
}

/** The step with other buffers. */
export function renamed<S extends Step>(step: S, name: (buffer: number) => number): S
export function renamed(step: Step, name: (buffer: number) => number): Step {
  const move = <V extends { readonly buffer: number }>(view: V): V => ({ ...view, buffer: name(view.buffer) })
  switch (step.kind) {
    case 'map': {
      const outputs = step.outputs.map(({ expression, into }) => ({ expression, into: move(into) }))
      return { ...step, inputs: step.inputs.map(move), outputs }
    }
    case 'reduce':
    case 'host':
      return { ...step, inputs: step.inputs.map(move), output: move(step.output) }
    case 'matmul':
      return {
        ...step,
        a: move(step.a),
        b: move(step.b),
        c: move(step.c),
        ...(step.epilogue && { epilogue: renamed(step.epilogue, name) }),
      }
    case 'move':
      return { ...step, pieces: step.pieces.map(move), output: move(step.output) }
    case 'gather':
      return { ...step, input: move(step.input), indices: move(step.indices), output: move(step.output) }
  }
}

/** Who makes and who reads every value, by position of the steps. */
export interface Links {
  /** -1 for arguments and constants. */
  readonly maker: number[]
  readonly readers: number[][]
  readonly isResult: boolean[]
}

export function linksOf({ values, steps, results }: Draft): Links {
  const maker = values.map(() => -1)
  const readers: number[][] = values.map(() => [])
  steps.forEach((step, at) => {
    if (!step) return
    for (const value of new Set(reads(step))) readers[value]!.push(at)
    for (const { buffer } of writes(step)) maker[buffer] = at
  })
  const isResult = values.map(() => false)
  for (const { buffer } of results) isResult[buffer] = true
  return { maker, readers, isResult }
}

/** Reads all elements of its buffer in their order. */
export function readsWhole(view: View, { dtype, shape }: Pick<Value, 'dtype' | 'shape'>): boolean {
  const size = shape.reduce((n, m) => n * m, 1)
  const own = view.shape.reduce((n, m) => n * m, 1)
  return view.dtype === dtype && view.offset === 0 && own === size && isRowMajor(view)
}

/** A map or a reduction in whose dtype everything is computed, so that maps of that dtype may become part of it. */
export function computesIn(step: Step, dtype: DType): boolean {
  if (step.kind !== 'map' && step.kind !== 'reduce') return false
  return dtype !== 'i32' && step.dtype === dtype && step.inputs.every((view) => view.dtype === dtype)
}

export function isMap(step: Step | undefined): step is MapStep {
  return step?.kind === 'map'
}
