/**
 * GPU.js behind one door: the part of it that we use, with types, and what runs where. Nothing else imports it.
 *
 * Its default mode depends on the machine, and it may run something else than asked without a word, so a mode is always given, and what ran is
 * always looked at.
 */

/** Where kernels run: two kinds of graphics interfaces, WebAssembly, or JavaScript. */
export type Mode = 'webgpu' | 'webgl2' | 'webasm' | 'cpu'

/** The fastest first. */
export const modes: readonly Mode[] = ['webgpu', 'webgl2', 'webasm', 'cpu']

export interface GpuKernel {
  (...args: unknown[]): unknown
  readonly kernel: { readonly precision: string | null }
  destroy(): void
}

export interface GpuPipeline {
  (...args: readonly Float32Array[]): Promise<(Float32Array | readonly Float32Array[])[]>
  /** What ran the last call. */
  readonly backend: string | null
  readonly fallbackReason: string | null
  readonly plan: { readonly kernels: readonly { readonly clone: GpuKernel }[] } | null
  destroy(): Promise<void>
}

export interface KernelSettings {
  readonly output: readonly number[]
  readonly precision: 'single'
  readonly loopMaxIterations: number
  /** Sources of functions that the kernel calls. */
  readonly functions?: readonly string[]
}

export interface Gpu {
  createKernel(source: string, settings: KernelSettings): GpuKernel
  createPipeline(orchestration: (...args: unknown[]) => unknown): GpuPipeline
  destroy(): Promise<void>
}

interface GpuClass {
  new (settings: { readonly mode: Mode }): Gpu
  readonly isWebGL2Supported: boolean
  readonly isWebAssemblySupported: boolean
  isWebGPUAvailable(): Promise<boolean>
}

/** What a pipeline of each mode calls what ran it. */
const backends: Readonly<Record<Mode, string>> = {
  webgpu: 'webgpu',
  webgl2: 'gpu',
  webasm: 'webasm',
  cpu: 'cpu',
}

let loaded: Promise<GpuClass> | undefined

/** GPU.js itself. Errors: Error that names the package and the command where it is not installed. */
function loadGpu(): Promise<GpuClass> {
  loaded ??= import('gpu.js').then(
    (module) => {
      const { GPU, default: whole } = module as unknown as { GPU?: GpuClass; default: { GPU: GpuClass } }
      return GPU ?? whole.GPU
    },
    (error: unknown) => {
      loaded = undefined
      throw new Error('glassjaw/kernels: expected the package gpu.js, got none\nhint: npm install gpu.js', {
        cause: error,
      })
    },
  )
  return loaded
}

/** Why a mode cannot run here, or undefined where it can. */
export async function missingFor(mode: Mode): Promise<string | undefined> {
  const GPU = await loadGpu()
  switch (mode) {
    case 'webgpu':
      if (await GPU.isWebGPUAvailable()) return undefined
      return 'gpu' in (globalThis.navigator ?? {}) ? 'WebGPU finds no adapter' : 'there is no WebGPU here'
    case 'webgl2':
      return GPU.isWebGL2Supported ? undefined : 'there is no WebGL 2 here'
    case 'webasm':
      return GPU.isWebAssemblySupported ? undefined : 'there is no WebAssembly here'
    case 'cpu':
      return undefined
  }
}

const instances = new Map<Mode, Promise<Gpu>>()

/** The one instance of a mode; a page that makes many of them loses the oldest without a word. */
export function gpuFor(mode: Mode): Promise<Gpu> {
  let instance = instances.get(mode)
  if (!instance) instances.set(mode, (instance = loadGpu().then((GPU) => new GPU({ mode }))))
  return instance
}

/** Lets an instance go, with everything that was made by it: the next one finds a fresh device. */
export async function dropGpu(mode: Mode): Promise<void> {
  const instance = instances.get(mode)
  instances.delete(mode)
  await (await instance)?.destroy()
}

/** Errors: Error unless a pipeline was run by this mode, in f32. */
export function checkRan(pipeline: GpuPipeline, mode: Mode): void {
  if (pipeline.backend !== backends[mode])
    throw new Error(`kernels: expected ${mode} to run, got ${pipeline.backend} (${pipeline.fallbackReason})`)
  for (const { clone } of pipeline.plan?.kernels ?? []) {
    if (clone.kernel.precision === 'single') continue
    throw new Error(`kernels: expected precision single, got ${clone.kernel.precision}`)
  }
}
