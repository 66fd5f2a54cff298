/**
 * Sweeps of plane rotations over the rows of a matrix, many at a time: rotations are kept until there are enough sweeps, multiplied together where
 * they touch the same few rows, and applied by matrix products (Lang, SIAM J. Sci. Comput. 19, 1998; Van Zee, van de Geijn & Quintana-Ortí, ACM
 * Trans. Math. Softw. 40, 2014).
 */
import type { Workspace } from '../run/index.ts'
import type { Rows } from './reflectors.ts'
import { rotateRows } from './rotations.ts'

/** Sweeps that are kept, and by how many rows a window moves on. */
const [SWEEPS, WIDTH] = [32, 32]

/** What `RotationSweeps` takes from a workspace for rows of so many numbers. */
export function rotationSweepNumbers(length: number): number {
  return (SWEEPS + WIDTH) * (SWEEPS + WIDTH) + (SWEEPS + WIDTH) * length
}

export class RotationSweeps {
  readonly #workspace: Workspace
  readonly #rows: Rows
  readonly #n: number
  readonly #length: number
  /** Of sweep s the rotation at place i, which is how far the sweep has come, is number s·n + i; (1, 0) is none. */
  readonly #cosines: Float64Array
  readonly #sines: Float64Array
  readonly #turns: Float64Array
  readonly #product: Float64Array
  #sweeps = 0
  #step: 1 | -1 = 1

  /** For n rows, of which `length` numbers each are rotated. */
  constructor(workspace: Workspace, rows: Rows, n: number, length: number) {
    this.#workspace = workspace
    this.#rows = rows
    this.#n = n
    this.#length = length
    this.#cosines = new Float64Array(SWEEPS * n).fill(1)
    this.#sines = new Float64Array(SWEEPS * n)
    this.#turns = workspace.array((SWEEPS + WIDTH) * (SWEEPS + WIDTH))
    this.#product = workspace.array((SWEEPS + WIDTH) * length)
  }

  /** Begins a sweep towards higher rows (1) or lower ones (-1). */
  begin(step: 1 | -1): void {
    if (this.#sweeps === SWEEPS || step !== this.#step) this.apply()
    this.#step = step
    this.#sweeps++
  }

  /** Rows x and y = x + step: x ← c·x + s·y, y ← c·y - s·x. */
  turn(x: number, c: number, s: number): void {
    const at = (this.#sweeps - 1) * this.#n + this.#place(x)
    this.#cosines[at] = c
    this.#sines[at] = s
  }

  /** Applies all that is kept. */
  apply(): void {
    const n = this.#n
    // A later sweep lags by one place for each sweep before it, so that windows come one after the other.
    for (let start = 0; this.#sweeps > 0 && start < n - 1 + this.#sweeps; start += WIDTH) {
      const low = Math.max(0, start - this.#sweeps + 1)
      const high = Math.min(n - 1, start + WIDTH)
      this.#window(start, low, high)
    }
    this.#cosines.fill(1, 0, this.#sweeps * n)
    this.#sines.fill(0, 0, this.#sweeps * n)
    this.#sweeps = 0
  }

  /** The place of a row, and the row of a place. */
  #place(row: number): number {
    return this.#step === 1 ? row : this.#n - 1 - row
  }

  /** Rotations that lie between places low and high. */
  #window(start: number, low: number, high: number): void {
    const n = this.#n
    const count = high - low + 1
    const first = Math.min(this.#place(low), this.#place(high))
    const turns = this.#turns.fill(0)
    for (let i = 0; i < count; i++) turns[i * count + i] = 1
    const cosines = this.#cosines
    const sines = this.#sines
    const away = this.#step * count
    let any = false
    for (let sweep = 0; sweep < this.#sweeps; sweep++) {
      const end = Math.min(n - 1, start + WIDTH - sweep)
      for (let place = Math.max(0, start - sweep); place < end; place++) {
        const at = sweep * n + place
        const s = sines[at]!
        if (s === 0 && cosines[at] === 1) continue
        any = true
        const x = (this.#place(place) - first) * count
        rotateRows(turns, x, x + away, count, cosines[at]!, s)
      }
    }
    if (!any) return
    const { data, row } = this.#rows
    const part = data.subarray(first * row)
    this.#workspace.multiply(
      { data: turns, row: count, column: 1 },
      { data: part, row, column: 1 },
      this.#product,
      count,
      count,
      this.#length,
    )
    for (let i = 0; i < count; i++) {
      part.set(this.#product.subarray(i * this.#length, (i + 1) * this.#length), i * row)
    }
  }
}
