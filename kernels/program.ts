/** A tape on a device, part by part. */
import { allocate, sizeOf, Tensor, type Data, type DType } from '../src/array/index.ts'
import {
  checkArguments,
  draftOf,
  evaluate,
  reads,
  type Draft,
  type GatherStep,
  type View,
} from '../src/run/index.ts'
import type { Kernel, Tape } from '../src/tape/index.ts'
import type { Mode } from './gpu.ts'
import { MOST_READ, partsOf, type DevicePart, type HereStep, type Part } from './parts.ts'
import { Pipeline } from './pipeline.ts'

/** 2²⁴: from here on not every whole number is an f32 number, and kernels compute indices in f32. */
const LIMIT = 16777216

export class DeviceProgram {
  readonly #tape: Tape
  readonly #draft: Draft
  readonly #parts: readonly { readonly part: Part; readonly pipeline: Pipeline | undefined }[]

  /** Errors: RangeError for arrays of 2²⁴ elements and more. */
  constructor(tape: Tape, mode: Mode) {
    this.#tape = tape
    this.#draft = draftOf(tape, { mostViews: MOST_READ + 1 })
    const { values, constants, steps } = this.#draft
    for (const { shape } of values) {
      if (sizeOf(shape) < LIMIT) continue
      throw new RangeError(`kernels: expected arrays of less than ${LIMIT} elements, got ${sizeOf(shape)}`)
    }
    for (const step of steps) {
      const sources = new Set(step ? reads(step) : []).size
      if (step?.kind !== 'map' || sources <= MOST_READ) continue
      throw new RangeError(`kernels: expected operations of at most ${MOST_READ} operands, got ${sources}`)
    }
    const uploaded = new Map(
      constants.map(({ value, view }) => [view.buffer, toDevice(tape.constants.get(value)!.storage())]),
    )
    this.#parts = partsOf(this.#draft).map((part) => ({
      part,
      pipeline: part.kind === 'device' ? new Pipeline(part, mode, uploaded) : undefined,
    }))
  }

  /** Steps that the device takes. */
  get kernels(): number {
    return this.#parts.reduce((n, { part }) => n + (part.kind === 'device' ? part.steps.length : 0), 0)
  }

  /** The operations that run here in between. */
  get here(): readonly string[] {
    return this.#parts.flatMap(({ part }) => {
      if (part.kind === 'device') return []
      return part.step.kind === 'host'
        ? this.#tape.instructions[part.step.instruction]!.operation.name
        : 'gather'
    })
  }

  /** Errors: RangeError for arguments of other types, and for indices out of range. */
  async run(args: readonly Tensor[]): Promise<Tensor[]> {
    checkArguments('kernels', this.#tape, args)
    const { values, arguments: given, constants, results } = this.#draft
    const known = new Map<number, Data>()
    values.forEach(({ shape, dtype }, buffer) => {
      if (sizeOf(shape) === 0) known.set(buffer, allocate(dtype, 0))
    })
    given.forEach(({ buffer }, i) => known.set(buffer, args[i]!.storage()))
    for (const { value, view } of constants)
      known.set(view.buffer, this.#tape.constants.get(value)!.storage())
    for (const { part, pipeline } of this.#parts) {
      if (part.kind === 'here') this.#runHere(part.step, known)
      else await this.#runOnDevice(part, pipeline!, known)
    }
    // Executors hand out elements that nobody else has.
    return results.map((view) => new Tensor(elementsOf(view, known).slice(), view.shape, view.dtype))
  }

  /** Lets the device's memory go; running again takes it again. */
  async destroy(): Promise<void> {
    await Promise.all(this.#parts.map(({ pipeline }) => pipeline?.destroy()))
  }

  #runHere(step: HereStep, known: Map<number, Data>): void {
    const views = step.kind === 'host' ? step.inputs : [step.input, step.indices]
    const inputs = views.map((view) => new Tensor(elementsOf(view, known), view.shape, view.dtype))
    const kernel = step.kind === 'host' ? this.#hostKernel(step, inputs) : step
    known.set(step.output.buffer, evaluate(kernel, inputs, step.output).storage())
  }

  #hostKernel({ instruction }: HereStep & { kind: 'host' }, inputs: readonly Tensor[]): Kernel {
    const { operation, params } = this.#tape.instructions[instruction]!
    return operation.kernel(inputs, params as never)
  }

  async #runOnDevice(
    { steps, takes, gives }: DevicePart,
    pipeline: Pipeline,
    known: Map<number, Data>,
  ): Promise<void> {
    for (const step of steps) if (step.kind === 'gather') checkIndices(step, elementsOf(step.indices, known))
    const found = await pipeline.run(takes.map((buffer) => toDevice(known.get(buffer)!)))
    gives.forEach((buffer, i) => known.set(buffer, fromDevice(found[i]!, this.#draft.values[buffer]!.dtype)))
  }
}

/** Kernels select without looking; this looks. */
function checkIndices({ axis, scatter, input, output }: GatherStep, indices: Data): void {
  const n = (scatter ? output : input).shape[axis]!
  for (const index of indices) {
    if (index >= 0 && index < n) continue
    throw new RangeError(`${scatter ? 'scatterAdd' : 'take'}: expected indices in [0,${n}), got ${index}`)
  }
}

function toDevice(data: Data): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof Int32Array) {
    for (const x of data) {
      if (Math.abs(x) <= LIMIT) continue
      throw new RangeError(`kernels: expected whole numbers up to ${LIMIT}, got ${x}`)
    }
  }
  return Float32Array.from(data)
}

function fromDevice(data: Float32Array, dtype: DType): Data {
  if (dtype === 'f32') return data
  return dtype === 'f64' ? Float64Array.from(data) : Int32Array.from(data)
}

/** The elements of a view that is row-major and whole. */
function elementsOf({ buffer, offset, shape }: View, known: ReadonlyMap<number, Data>): Data {
  return known.get(buffer)!.subarray(offset, offset + sizeOf(shape))
}
