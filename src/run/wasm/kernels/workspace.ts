/** Which kernels a matrix product uses, and how much memory they want beside its operands. */
import { bytesPerElement } from '../../../array/index.ts'
import type { MatmulStep } from '../../plan/steps.ts'

/** Columns of B in one panel: two vectors. */
export const PANEL: Readonly<Record<'f32' | 'f64', number>> = { f32: 8, f64: 4 }

/** Rows of A in one panel. */
export const STRIP = 4

/** Rows and depth of the part of A that is packed at a time: 128 or 256 KiB, to stay in the second cache. */
export const BLOCK_ROWS = 128
export const BLOCK_DEPTH = 256

/** One tile of C at the end of `work`. */
export const TILE_BYTES: number = STRIP * 32

/** What `multiply` needs as `work`: a packed block of A, and a tile. */
export const workBytes = (dtype: 'f32' | 'f64'): number =>
  BLOCK_ROWS * BLOCK_DEPTH * bytesPerElement[dtype] + TILE_BYTES

/**
 * - `matvec`: in lanes, W = A and x = B for n = 1, W = Bᵀ and x = A for m = 1, rows of W and x contiguous.
 * - `matvecStrided`: the same with any strides.
 * - `rows`: ascending, few rows; columns of B side by side. For n = 1 the product of transposes, Bᵀ·Aᵀ, if the rows of A lie side by side.
 * - `direct`: ascending, B as it lies there, its columns side by side.
 * - `packed`: ascending, B packed first: `pack` into the workspace, then `multiply` with `work` at `packedBytes(step)` in it.
 */
export type MatmulRoute = 'matvec' | 'matvecStrided' | 'rows' | 'direct' | 'packed'

/** From here on down it does not pay to rearrange B. */
const FEW_ROWS = 4
const SMALL_B_BYTES = 16384

/** The route of a step that has been through `asOneProduct`. */
export function matmulRoute({ dtype, inLanes, m, k, n, a, b }: MatmulStep): MatmulRoute {
  // The stride of an axis of one element says nothing.
  const beside = (stride: number, size: number): boolean => stride === 1 || size <= 1
  if (inLanes) {
    const rows = n === 1 ? a.column : b.row
    const vector = n === 1 ? b.row : a.column
    return beside(rows, k) && beside(vector, k) ? 'matvec' : 'matvecStrided'
  }
  if (n === 1 && m > 1 && beside(a.row, m)) return 'rows'
  if (!beside(b.column, n)) return 'packed'
  if (m === 1) return 'rows'
  if (k * n * bytesPerElement[dtype] <= SMALL_B_BYTES) return 'direct'
  return m <= FEW_ROWS ? 'rows' : 'packed'
}

/** A batch whose rows lie one after the other, times one shared B, is one taller matrix times B. */
export function asOneProduct(step: MatmulStep): MatmulStep {
  const { batch, m, a, b, inLanes } = step
  const taller = b.batch === 0 && a.batch === m * a.row && !(inLanes && m === 1)
  return taller ? { ...step, batch: 1, m: batch * m } : step
}

/** Bytes of B in panels, the last one filled up. */
export function packedBytes({ dtype, k, n }: Pick<MatmulStep, 'dtype' | 'k' | 'n'>): number {
  const panel = PANEL[dtype]
  const bytes = Math.ceil(n / panel) * panel * k * bytesPerElement[dtype]
  return Math.ceil(bytes / 64) * 64
}

/** Bytes of a step's workspace; 0 where it needs none. */
export function matmulWorkspace(step: MatmulStep): number {
  const whole = asOneProduct(step)
  return matmulRoute(whole) === 'packed' ? packedBytes(whole) + workBytes(whole.dtype) : 0
}
