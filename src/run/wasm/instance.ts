/** Modules made to run: the shared kernels, once a thread, and tapes that call them. */
import { buildKernels, groupOf, type KernelGroup, type KernelName } from './kernels/index.ts'
import { sharedMemory } from './memory.ts'

const made = new Map<KernelGroup, WebAssembly.Exports>()

/** One of the shared kernels, which become hot once for all tapes. */
export function sharedKernel(name: KernelName): (...args: number[]) => number {
  const group = groupOf(name)
  let exports = made.get(group)
  if (!exports) {
    const module = new WebAssembly.Module(buildKernels([group]).bytes())
    exports = new WebAssembly.Instance(module, { env: { memory: sharedMemory() } }).exports
    made.set(group, exports)
  }
  return exports[name] as (...args: number[]) => number
}

/** Carries out the host step of this number on the arena at `base`. */
export type HostCall = (step: number, base: number) => void

/** A tape's `run`. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>, host: HostCall): (base: number) => number {
  const module = new WebAssembly.Module(bytes)
  const kernels: WebAssembly.ModuleImports = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from === 'kernels') kernels[name] = sharedKernel(name as KernelName)
  }
  const imports = { env: { memory: sharedMemory() }, kernels, host: { call: host } }
  return new WebAssembly.Instance(module, imports).exports['run'] as (base: number) => number
}

/** The smallest module with a SIMD instruction: () → v128 by i8x16.splat of 0, dropped. */
const probe = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  4,
  1,
  96,
  0,
  0,
  3,
  2,
  1,
  0,
  10,
  9,
  1,
  7,
  0,
  65,
  0,
  253,
  15,
  26,
  11,
)

/** Why tapes cannot be compiled here; undefined when they can. */
export function missing(): string | undefined {
  if (typeof WebAssembly !== 'object') return 'WebAssembly is missing'
  return WebAssembly.validate(probe) ? undefined : 'WebAssembly SIMD is missing'
}
