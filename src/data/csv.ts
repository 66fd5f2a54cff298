import { Tensor } from '../array/index.ts'
import { text } from './bytes.ts'

/** Numbers by column, f64 [rows, columns]. */
export interface Table {
  /** Names of the columns, empty without a first line of names. */
  readonly names: readonly string[]
  readonly values: Tensor
}

/**
 * A table of finite numbers separated by commas (RFC 4180 without quoted numbers), UTF-8, lines ended by LF
 * or CRLF. A first line that holds anything but numbers names the columns. Errors: RangeError with the line
 * for a number of fields that changes, a field that is no finite number, an empty file, and a last line
 * without its end, which may be cut off.
 */
export function readCsv(bytes: Uint8Array): Table {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`readCsv: expected a Uint8Array, got ${typeof bytes}`)
  const lines = text('readCsv', bytes)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  if (lines.pop() !== '')
    throw new RangeError('readCsv: expected a newline at the end, got a line that may be cut off')
  const fields = lines.map((line) => line.split(',').map((field) => field.trim()))
  const named = fields.length > 0 && !fields[0]!.every(isNumber)
  const names = named ? fields[0]!.map((name) => name.replace(/^"(.*)"$/, '$1')) : []
  const rows = named ? fields.slice(1) : fields
  if (rows.length === 0) throw new RangeError('readCsv: expected rows of numbers, got none')
  const columns = fields[0]!.length
  const values = new Float64Array(rows.length * columns)
  rows.forEach((row, i) => {
    const line = i + (named ? 2 : 1)
    if (row.length !== columns)
      throw new RangeError(`readCsv: expected ${columns} fields in line ${line}, got ${row.length}`)
    row.forEach((field, j) => {
      if (!isNumber(field))
        throw new RangeError(`readCsv: expected finite numbers in line ${line}, got ${JSON.stringify(field)}`)
      values[i * columns + j] = Number(field)
    })
  })
  return { names, values: new Tensor(values, [rows.length, columns], 'f64') }
}

/** Every digit can be read in one way only, so that long fields take no quadratic time. */
function isNumber(field: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(field) && Number.isFinite(Number(field))
}
