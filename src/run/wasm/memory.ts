/**
 * The one WebAssembly memory of a thread, and the arenas in it.
 *
 * Every compiled tape runs in an arena, a block of this memory. Arenas are handed out first fit; the memory grows when no gap is wide enough.
 * Beyond COMFORTABLE bytes arenas that have not been used for longest are taken back first; their tapes get another one, and
 * upload their constants again, when they next run.
 */
import type { Data, DType } from '../../array/index.ts'

const PAGE = 65536
const MAXIMUM_PAGES = 65536
/** Kernels keep constants and small scratch in the first page. */
const RESERVED = PAGE
const ALIGNMENT = 64
/** As much as arenas may take before old ones are taken back. */
const COMFORTABLE = 1 << 30

/** A block of the memory. */
export interface Arena {
  /** Address of its first byte. */
  readonly base: number
  readonly bytes: number
  /** While it runs, it may not be taken back. */
  running: number
  /** Tells its owner that it is no longer his. */
  readonly lost: () => void
}

let memory: WebAssembly.Memory | undefined
/** By address. */
const arenas: Arena[] = []
/** The one not used for longest comes first. */
const byUse = new Set<Arena>()

export function sharedMemory(): WebAssembly.Memory {
  return (memory ??= new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES }))
}

/** Bytes that arenas take at present. */
export function bytesInUse(): number {
  return arenas.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Errors: RangeError when no memory is large enough for an arena of that many bytes. */
export function checkSize(bytes: number): void {
  if (RESERVED + bytes > MAXIMUM_PAGES * PAGE) throw new ArenaError(bytes)
}

/** A block of at least that many bytes. Errors: RangeError when it cannot be had. */
export function acquire(size: number, lost: () => void): Arena {
  const bytes = Math.max(ALIGNMENT, Math.ceil(size / ALIGNMENT) * ALIGNMENT)
  while (bytesInUse() + bytes > COMFORTABLE && giveUpOldest());
  for (;;) {
    const base = gapFor(bytes)
    if (reach(base + bytes)) {
      const arena = { base, bytes, running: 0, lost }
      arenas.splice(arenas.filter((other) => other.base < base).length, 0, arena)
      byUse.add(arena)
      return arena
    }
    if (!giveUpOldest()) throw new ArenaError(bytes)
  }
}

/** There is no room for an arena. */
export class ArenaError extends RangeError {
  constructor(bytes: number) {
    const megabytes = (n: number): string => `${(n / 1048576).toFixed(1)} MB`
    super(
      `compile: expected ${megabytes(bytes)} of WebAssembly memory for an arena, got none beside ${megabytes(bytesInUse())} in use\n` +
        'hint: a thread has at most 4,096 MB; smaller batches make smaller arenas',
    )
  }
}

/** Marks an arena as the one used last. */
export function touch(arena: Arena): void {
  byUse.delete(arena)
  byUse.add(arena)
}

/** Gives an arena back. */
export function release(arena: Arena): void {
  const at = arenas.indexOf(arena)
  if (at < 0) return
  arenas.splice(at, 1)
  byUse.delete(arena)
  arena.lost()
}

function giveUpOldest(): boolean {
  for (const arena of byUse) {
    if (arena.running > 0) continue
    release(arena)
    return true
  }
  return false
}

/** The lowest address at which that many bytes are free. */
function gapFor(bytes: number): number {
  let end = RESERVED
  for (const arena of arenas) {
    if (arena.base - end >= bytes) return end
    end = arena.base + arena.bytes
  }
  return end
}

/** Lets the memory grow to that many bytes, if it can. */
function reach(bytes: number): boolean {
  const shared = sharedMemory()
  const missing = Math.ceil((bytes - shared.buffer.byteLength) / PAGE)
  if (missing <= 0) return true
  const pages = shared.buffer.byteLength / PAGE
  if (pages + missing > MAXIMUM_PAGES) return false
  // Growing by an eighth more keeps the number of times small at which every view has to be made anew.
  for (const more of [Math.max(missing, pages >> 3), missing]) {
    try {
      shared.grow(Math.min(more, MAXIMUM_PAGES - pages))
      return true
    } catch {
      // The system has less; try without the reserve.
    }
  }
  return false
}

/** A typed array over the memory; of no use any more once the memory has grown, which gives it another buffer. */
export function windowOn(address: number, dtype: DType, size: number): Data {
  const buffer = sharedMemory().buffer as ArrayBuffer
  if (dtype === 'f64') return new Float64Array(buffer, address, size)
  return dtype === 'f32' ? new Float32Array(buffer, address, size) : new Int32Array(buffer, address, size)
}
