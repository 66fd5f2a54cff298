/**
 * Arrays in WebAssembly's memory, and matrix products of parts of them: what dense linear algebra is built on. Where WebAssembly is missing or not wanted,
 * ordinary arrays and loops, which give the same bits.
 */
import { multiplyInto, type Part } from './sums.ts'
import { executor } from './executor.ts'
import { sharedKernel } from './wasm/instance.ts'
import { packedBytes, workBytes } from './wasm/kernels/index.ts'
import { acquire, release, windowOn } from './wasm/memory.ts'

export interface Workspace {
  /** A new array of zeros. Errors: RangeError when the workspace has fewer numbers left. */
  array(count: number): Float64Array
  /** C ← A·B, [m,k]·[k,n], C row-major without gaps; every sum ascending. */
  multiply(a: Part, b: Part, c: Float64Array, m: number, k: number, n: number): void
  /** y ← A·x, A of m rows that begin `row` numbers apart; sums in lanes (order.ts). */
  matvec(a: Float64Array, row: number, x: Float64Array, y: Float64Array, m: number, k: number): void
  /** y ← xᵀ·A, A of k rows that begin `row` numbers apart; sums ascending. */
  vecmat(x: Float64Array, a: Float64Array, row: number, y: Float64Array, k: number, n: number): void
}

/**
 * Runs a function with a workspace of so many numbers, of which nothing is left afterwards: copy what is wanted. `largest` is how many numbers the second factor
 * of a product has at most. While it runs, nothing else may be compiled or run as WebAssembly. Errors: RangeError when there is no memory.
 */
export function withWorkspace<T>(numbers: number, largest: number, f: (workspace: Workspace) => T): T {
  if (executor().executor === 'interpret') return f(plain)
  // Every array begins at a multiple of 64 bytes; packing fills the columns of a second factor up to four.
  const bytes = 8 * numbers + 64 * ARRAYS
  const packed = 4 * 8 * largest + 64 + workBytes('f64')
  const arena = acquire(bytes + packed, () => undefined)
  arena.running++
  try {
    return f(inWebAssembly(arena.base, bytes, packed))
  } finally {
    arena.running--
    release(arena)
  }
}

/** As many arrays as a workspace may be asked for. */
const ARRAYS = 64

function inWebAssembly(base: number, bytes: number, packed: number): Workspace {
  let next = base
  const at = ({ byteOffset }: Float64Array): number => byteOffset
  const room = base + bytes
  const [pack, multiply] = [sharedKernel('pack_f64'), sharedKernel('multiply_f64')]
  const [matvec, rows] = [sharedKernel('matvec_f64'), sharedKernel('rows_f64')]
  return {
    array(count) {
      const start = next
      next += Math.ceil(count / 8) * 64
      if (next > room)
        throw new RangeError(`workspace: expected room for ${count} more numbers, got ${(room - start) / 8}`)
      return (windowOn(start, 'f64', count) as Float64Array).fill(0)
    },
    multiply(a, b, c, m, k, n) {
      if (m === 0 || n === 0) return
      if (k === 0) return void c.fill(0, 0, m * n)
      const used = packedBytes({ dtype: 'f64', k, n })
      if (used + workBytes('f64') > packed)
        throw new RangeError(`workspace: expected a second factor of at most ${packed} bytes, got ${used}`)
      pack(at(b.data), 8 * b.row, 8 * b.column, room, k, n)
      multiply(at(a.data), 8 * a.row, 8 * a.column, room, at(c), m, k, n, room + used)
    },
    matvec(a, row, x, y, m, k) {
      matvec(at(a), 8 * row, at(x), at(y), m, k)
    },
    vecmat(x, a, row, y, k, n) {
      rows(at(x), 0, 8, at(a), 8 * row, at(y), 1, k, n)
    },
  }
}

const plain: Workspace = {
  array: (count) => new Float64Array(count),
  multiply: (a, b, c, m, k, n) => multiplyInto(c, a, b, [m, k, n], false),
  matvec: (a, row, x, y, m, k) =>
    multiplyInto(y, { data: a, row, column: 1 }, { data: x, row: 1, column: 1 }, [m, k, 1], true),
  vecmat: (x, a, row, y, k, n) =>
    multiplyInto(y, { data: x, row: k, column: 1 }, { data: a, row, column: 1 }, [1, k, n], false),
}
