/** A memory with the shared kernels on it, in which every byte that no kernel has business with is watched. */
import fc from 'fast-check'
import { allocate, bytesPerElement, type Data, type DType } from '../../../../src/array/index.ts'
import { buildKernels, type KernelName } from '../../../../src/run/wasm/kernels/index.ts'

/** Bytes that make a NaN of either size, and indices that are out of range. */
const POISON = 0xff
const FIRST = 65536

export class Bench {
  readonly #memory: WebAssembly.Memory
  readonly #functions: Record<string, (...args: number[]) => number>
  #end = FIRST
  #free: [from: number, to: number][] = []

  constructor(module: BufferSource = buildKernels().bytes()) {
    this.#memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 })
    const imports = { env: { memory: this.#memory } }
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), imports)
    this.#functions = exports as Record<string, (...args: number[]) => number>
  }

  /** Everything is poisoned and forgotten. */
  clear(): void {
    new Uint8Array(this.#memory.buffer, 0, this.#end + 128).fill(POISON)
    this.#end = FIRST
    this.#free = []
  }

  /** Room for bytes that may be written to. */
  room(bytes: number): number {
    const at = this.#end
    this.#end = Math.ceil((at + bytes) / 64) * 64 + 64
    const missing = this.#end + 128 - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65536))
    new Uint8Array(this.#memory.buffer, at, this.#end - at).fill(POISON)
    this.#free.push([at, at + bytes])
    return at
  }

  place(data: Data): number {
    const at = this.room(data.byteLength)
    new Uint8Array(this.#memory.buffer, at).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    return at
  }

  read(dtype: DType, at: number, size: number): Data {
    const data = allocate(dtype, size)
    new Uint8Array(data.buffer).set(new Uint8Array(this.#memory.buffer, at, size * bytesPerElement[dtype]))
    return data
  }

  call(name: KernelName, ...args: number[]): number {
    return this.#functions[name]!(...args)
  }

  /** Bytes between the rooms that have been written to. */
  damage(): number[] {
    const bytes = new Uint8Array(this.#memory.buffer)
    const ends = [...this.#free.slice(1).map(([from]) => from), this.#end]
    return this.#free.flatMap(([, to], i) => {
      const gap = bytes.subarray(to, ends[i]!)
      return [...gap].flatMap((byte, j) => (byte === POISON ? [] : [to + j]))
    })
  }
}

/** Numbers of different sizes, so that every order of additions has its own bits, and now and then a special one. */
export function numbers(dtype: DType, size: number, seed: number, special = false): Data {
  const data = allocate(dtype, size)
  let state = seed >>> 0
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
  for (let i = 0; i < size; i++) {
    const x = (next() - 0.5) * 10 ** Math.floor(next() * 4)
    const kind = next()
    data[i] = dtype === 'i32' ? (next() - 0.5) * 4294967296 : x
    if (special && kind < 0.2) data[i] = [0, -0, Infinity, -Infinity, NaN][Math.floor(kind * 25)]!
    else if (kind < 0.05) data[i] = -0
  }
  return data
}

export const size: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 7, 8, 9, 16, 17),
  fc.integer({ min: 0, max: 40 }),
)
export const floatType: fc.Arbitrary<'f32' | 'f64'> = fc.constantFrom('f32', 'f64')
export const seed: fc.Arbitrary<number> = fc.nat()
