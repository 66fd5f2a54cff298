import type { Cell, Measurement } from './claim.ts'
import type { CellResult, Summary } from './result.ts'

const sampleSize = 200

/** Values kept for quantiles; beyond them every second is dropped. */
const mostKept = 16384

/**
 * One measurement in trial order, in bounded memory: counts, mean and ends of all values, and of the values
 * themselves every `every`-th. Trials are independent, so those are a sample like any other.
 */
interface Column {
  count: number
  failed: number
  sum: number
  min: number
  max: number
  every: number
  kept: number[]
}

/** Everything measured in one cell. */
export interface Ledger {
  readonly cell: Cell
  trials: number
  outside: number
  readonly columns: Map<string, Column>
  readonly sample: Measurement[]
}

export function ledger(cell: Cell): Ledger {
  return { cell, trials: 0, outside: 0, columns: new Map(), sample: [] }
}

/** Writes down measurements; `outside` says how many of them lie outside the hypotheses. */
export function enter(book: Ledger, measurements: readonly Measurement[], outside: number): void {
  for (const measurement of measurements) {
    if (book.sample.length < sampleSize) book.sample.push(measurement)
    for (const [name, value] of Object.entries(measurement)) {
      const column = book.columns.get(name) ?? emptyColumn()
      book.columns.set(name, column)
      write(column, value)
    }
  }
  book.trials += measurements.length
  book.outside += outside
}

function emptyColumn(): Column {
  return { count: 0, failed: 0, sum: 0, min: Infinity, max: -Infinity, every: 1, kept: [] }
}

/** NaN is counted, not averaged. */
function write(column: Column, value: number): void {
  if (Number.isNaN(value)) {
    column.failed += 1
    return
  }
  if (column.count % column.every === 0) {
    if (column.kept.length === mostKept) {
      column.kept = column.kept.filter((_, index) => index % 2 === 0)
      column.every *= 2
    }
    if (column.count % column.every === 0) column.kept.push(value)
  }
  column.count += 1
  column.sum += value
  column.min = Math.min(column.min, value)
  column.max = Math.max(column.max, value)
}

/** The order statistic of rank ⌈level·n⌉ of ascending values. */
export function quantile(ascending: ArrayLike<number>, level: number): number {
  const rank = Math.min(Math.max(Math.ceil(level * ascending.length), 1), ascending.length)
  return ascending.length === 0 ? NaN : ascending[rank - 1]!
}

function summary({ count, failed, sum, min, max, every, kept }: Column): Summary {
  const ascending = Float64Array.from(kept).sort()
  const at = (level: number): number => quantile(ascending, level)
  return {
    count,
    failed,
    mean: sum / count,
    min: count === 0 ? NaN : min,
    quantiles: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)],
    max: count === 0 ? NaN : max,
    ...(every > 1 && { every }),
  }
}

export function cellResult(book: Ledger): CellResult {
  const measurements = Object.fromEntries([...book.columns].map(([name, column]) => [name, summary(column)]))
  const { id, label, sizes } = book.cell
  return {
    id,
    label,
    sizes,
    trials: book.trials,
    trialsOutsideHypotheses: book.outside,
    measurements,
    sample: book.sample,
  }
}
