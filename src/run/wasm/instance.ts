/** Modules made to run: the shared kernels, once a thread, and tapes that call them. */
import { kernelModule } from './kernels/index.ts'
import { sharedMemory } from './memory.ts'

let kernels: WebAssembly.Exports | undefined

/** The exported functions of the shared kernels, which become hot once for all tapes. */
export function sharedKernels(): WebAssembly.Exports {
  return (kernels ??= new WebAssembly.Instance(new WebAssembly.Module(kernelModule()), {
    env: { memory: sharedMemory() },
  }).exports)
}

/** Carries out the host step of this number on the arena at `base`. */
export type HostCall = (step: number, base: number) => void

/** A tape's `run`. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>, host: HostCall): (base: number) => number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory: sharedMemory() },
    kernels: sharedKernels() as WebAssembly.ModuleImports,
    host: { call: host },
  })
  return exports['run'] as (base: number) => number
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
