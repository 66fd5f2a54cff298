/**
 * A tape cut into parts: steps in a row that a device takes, and single steps that run here.
 */
import { sizeOf } from '../src/array/index.ts'
import { reads, writes, type Draft, type MovePiece, type MoveStep, type Step } from '../src/run/index.ts'

export type DeviceStep = Exclude<Step, { kind: 'host' }>
export type HereStep = Extract<Step, { kind: 'host' | 'gather' }>

export interface DevicePart {
  readonly kind: 'device'
  readonly steps: readonly DeviceStep[]
  /** Values that it needs from outside, constants left out, and values of its own that are needed outside. */
  readonly takes: readonly number[]
  readonly gives: readonly number[]
}

export interface HerePart {
  readonly kind: 'here'
  readonly step: HereStep
}

export type Part = DevicePart | HerePart

/** A kernel of WebGPU sees eight arrays: what it writes, [∞, NaN], and these. */
export const MOST_READ = 6

export function partsOf(draft: Draft): Part[] {
  let values = draft.values.length
  const steps = draft.steps.flatMap((step): Step[] => {
    if (step?.kind !== 'move') return step ? [step] : []
    const chain = inChain(step, values)
    values += chain.length - 1
    return chain
  })
  const runs: (DeviceStep[] | HereStep)[] = []
  const made = new Set(steps.flatMap((step) => writes(step).map(({ buffer }) => buffer)))
  for (const step of steps) {
    const last = runs.at(-1)
    if (isForHere(step, made)) runs.push(step)
    else if (Array.isArray(last)) last.push(step)
    else runs.push([step])
  }
  const constants = new Set(draft.constants.map(({ view }) => view.buffer))
  return runs.map((run): Part => {
    if (!Array.isArray(run)) return { kind: 'here', step: run }
    const own = new Set(run.flatMap((step) => writes(step).map(({ buffer }) => buffer)))
    const read = new Set(run.flatMap(reads))
    const others = steps.filter((step) => !run.includes(step as DeviceStep)).flatMap(reads)
    const wanted = new Set([...others, ...draft.results.map(({ buffer }) => buffer)])
    return {
      kind: 'device',
      steps: run,
      takes: [...read].filter((buffer) => !own.has(buffer) && !constants.has(buffer)),
      gives: [...own].filter((buffer) => wanted.has(buffer)),
    }
  })
}

/** A call of a host function, or a selection that a device cannot check, or one from nothing or of nothing, which it has no arrays for. */
function isForHere(step: Step, made: ReadonlySet<number>): step is HereStep {
  if (step.kind !== 'gather') return step.kind === 'host'
  const isEmpty = [step.input, step.indices, step.output].some(({ shape }) => sizeOf(shape) === 0)
  return isEmpty || made.has(step.indices.buffer)
}

/** A move from many arrays as several ones, each going on with the result of the one before. */
function inChain(step: MoveStep, firstNew: number): MoveStep[] {
  const groups: MovePiece[][] = [[]]
  for (const piece of step.pieces) {
    const sources = new Set([...groups.at(-1)!, piece].map(({ buffer }) => buffer))
    // One is left for the result so far.
    if (sources.size < MOST_READ) groups.at(-1)!.push(piece)
    else groups.push([piece])
  }
  return groups.map((pieces, i): MoveStep => {
    const isLast = i === groups.length - 1
    const output = isLast ? step.output : { ...step.output, buffer: firstNew + i }
    if (i === 0) return { ...step, pieces, output }
    const shape = [sizeOf(step.output.shape)]
    const all = { offset: 0, strides: [1] }
    const before: MovePiece = { buffer: firstNew + i - 1, shape, from: all, to: all }
    return { ...step, pieces: [before, ...pieces], output }
  })
}
