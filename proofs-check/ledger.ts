import type { Cell, Measurement } from './claim.ts'
import type { CellResult, Summary } from './result.ts'

const sampleSize = 200

/** Everything measured in one cell, in trial order. */
export interface Ledger {
  readonly cell: Cell
  trials: number
  outside: number
  readonly values: Map<string, number[]>
  readonly sample: Measurement[]
}

export function ledger(cell: Cell): Ledger {
  return { cell, trials: 0, outside: 0, values: new Map(), sample: [] }
}

/** Writes down measurements; `outside` says how many of them lie outside the hypotheses. */
export function enter(book: Ledger, measurements: readonly Measurement[], outside: number): void {
  for (const measurement of measurements) {
    if (book.sample.length < sampleSize) book.sample.push(measurement)
    for (const [name, value] of Object.entries(measurement)) {
      const column = book.values.get(name)
      if (column) column.push(value)
      else book.values.set(name, [value])
    }
  }
  book.trials += measurements.length
  book.outside += outside
}

/** The order statistic of rank ⌈level·n⌉ of ascending values. */
export function quantile(ascending: ArrayLike<number>, level: number): number {
  const rank = Math.min(Math.max(Math.ceil(level * ascending.length), 1), ascending.length)
  return ascending.length === 0 ? NaN : ascending[rank - 1]!
}

/** Order statistics of the values that are numbers; NaN is counted, not averaged. */
export function summary(values: readonly number[]): Summary {
  const ascending = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort()
  const at = (level: number): number => quantile(ascending, level)
  let sum = 0
  for (const value of ascending) sum += value
  return {
    count: ascending.length,
    failed: values.length - ascending.length,
    mean: sum / ascending.length,
    min: at(0),
    quantiles: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)],
    max: at(1),
  }
}

export function cellResult(book: Ledger): CellResult {
  const measurements = Object.fromEntries([...book.values].map(([name, values]) => [name, summary(values)]))
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
