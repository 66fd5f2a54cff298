import { executor } from './executor.ts'
import { sharedKernel } from './wasm/instance.ts'
import { acquire, sharedMemory, windowOn, type Arena } from './wasm/memory.ts'

/** Where a kernel starts in Philox's sequence: the position, and the words that name the sequence. */
export interface Start {
  readonly counter: readonly [number, number, number, number]
  readonly key: readonly [number, number]
}

/** Blocks of Philox at a time, so that what a kernel writes stays in the first two caches. */
const BLOCKS = 4096
const SIGNS_PER_BLOCK = 128
const BYTES = BLOCKS * SIGNS_PER_BLOCK * 8

let arena: Arena | undefined
let window = new Float64Array(0)

/**
 * Fills `out` by one of the shared kernels, with the bits that its definition gives (see random/draws.ts). `next(blocks)` tells where the next
 * blocks start. False, and nothing done, where WebAssembly is missing or not wanted.
 */
export function fillRandom(
  kernel: 'uniform' | 'normal' | 'rademacher',
  out: Float64Array,
  next: (blocks: number) => Start,
): boolean {
  if (executor().executor === 'interpret') return false
  const perBlock = kernel === 'rademacher' ? SIGNS_PER_BLOCK : 2
  const run = sharedKernel(kernel)
  for (let start = 0; start < out.length; start += BLOCKS * perBlock) {
    const count = Math.min(out.length - start, BLOCKS * perBlock)
    const blocks = Math.ceil(count / perBlock)
    const { counter, key } = next(blocks)
    const room = scratch()
    run(room.base, kernel === 'rademacher' ? count : blocks, ...counter, ...key)
    out.set(window.subarray(0, count), start)
  }
  return true
}

/** An arena of our own, kept for good, with a window on it. */
function scratch(): Arena {
  if (!arena) {
    arena = acquire(BYTES, () => undefined)
    arena.running++
  }
  if (window.buffer !== sharedMemory().buffer)
    window = windowOn(arena.base, 'f64', BYTES / 8) as Float64Array<ArrayBuffer>
  return arena
}
