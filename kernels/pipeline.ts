/** Steps in a row as one pipeline of GPU.js: what they hand on to each other stays on the device, constants are brought there once. */
import { writes } from '../src/run/index.ts'
import { helpers, sourceOf, SPECIAL, type Source } from './cells/index.ts'
import {
  checkRan,
  dropGpu,
  gpuFor,
  type GpuKernel,
  type GpuPipeline,
  type KernelSettings,
  type Mode,
} from './gpu.ts'
import { forget, keep } from './live.ts'
import type { DevicePart } from './parts.ts'

interface Built {
  readonly pipeline: GpuPipeline
  readonly kernels: readonly GpuKernel[]
}

export class Pipeline {
  readonly #part: DevicePart
  readonly #mode: Mode
  readonly #constants: ReadonlyMap<number, Float32Array>
  #built: Promise<Built> | undefined
  /** Calls that have not been answered yet. */
  #running = 0

  constructor(part: DevicePart, mode: Mode, constants: ReadonlyMap<number, Float32Array>) {
    this.#part = part
    this.#mode = mode
    this.#constants = constants
  }

  /** The values that the part gives. Errors: Error when another mode ran than was asked for, or the device was lost; it can be run again then. */
  async run(args: readonly Float32Array[]): Promise<Float32Array[]> {
    const built = (this.#built ??= this.#build())
    this.#running++
    keep(this, () => {
      if (this.#running > 0) return false
      void this.destroy()
      return true
    })
    try {
      const { pipeline } = await built
      const found = await pipeline(...args)
      checkRan(pipeline, this.#mode)
      return found.map(inOneRow)
    } catch (error) {
      await this.destroy()
      if (/lost/i.test(String(error))) await dropGpu(this.#mode)
      throw error
    } finally {
      this.#running--
    }
  }

  /** Lets the device's memory go; running again takes it again. */
  async destroy(): Promise<void> {
    forget(this)
    const built = this.#built
    this.#built = undefined
    // What could not be built has told so to whoever asked for it.
    const made = await built?.catch(() => undefined)
    if (!made) return
    await made.pipeline.destroy()
    for (const kernel of made.kernels) kernel.destroy()
  }

  async #build(): Promise<Built> {
    const { steps, takes, gives } = this.#part
    const gpu = await gpuFor(this.#mode)
    // In JavaScript a result in rows is an array of arrays, which no other kernel can read as one.
    const sources = steps.map((step) => sourceOf(step, this.#mode !== 'cpu'))
    const byText = new Map<string, GpuKernel>()
    const kernels = sources.map((source) => {
      const key = `${source.output.join()} ${source.text}`
      let kernel = byText.get(key)
      if (!kernel) byText.set(key, (kernel = gpu.createKernel(source.text, settingsOf(source))))
      return kernel
    })
    const orchestrate = (...handles: unknown[]): unknown[] => {
      const values = new Map<number | typeof SPECIAL, unknown>(this.#constants)
      values.set(SPECIAL, Float32Array.of(Infinity, NaN))
      takes.forEach((buffer, i) => values.set(buffer, handles[i]))
      steps.forEach((step, i) => {
        const inputs = sources[i]!.reads.map((name) => values.get(name))
        values.set(writes(step)[0]!.buffer, kernels[i]!(...inputs))
      })
      return gives.map((buffer) => values.get(buffer))
    }
    // GPU.js asks a function how many arguments it takes.
    Object.defineProperty(orchestrate, 'length', { value: takes.length })
    return { pipeline: gpu.createPipeline(orchestrate), kernels: [...byText.values()] }
  }
}

function settingsOf({ output, helpers: used }: Source): KernelSettings {
  return {
    output,
    precision: 'single',
    // Loops stop after 1000 rounds otherwise, without a word.
    loopMaxIterations: 1073741824,
    ...(used.length > 0 && { functions: used.map((name) => helpers[name].source) }),
  }
}

/** Rows are views of one array, or arrays of their own. */
function inOneRow(result: Float32Array | readonly Float32Array[]): Float32Array {
  if (result instanceof Float32Array) return result
  const [first] = result as [Float32Array]
  const all = new Float32Array(result.length * first.length)
  result.forEach((row, i) => all.set(row, i * first.length))
  return all
}
