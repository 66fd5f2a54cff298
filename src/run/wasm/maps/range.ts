/**
 * What is known about a number before it is computed: an interval, whether it is whole, whether it can be NaN. Rounding
 * is monotone, so the rounded ends of an interval are bounds of rounded results.
 */
import { numbers } from '../../../math/index.ts'
import type { Primitive } from '../../../tape/index.ts'

export interface Range {
  /** Bounds where it is a number. */
  readonly low: number
  readonly high: number
  /** A whole number, or infinite. */
  readonly whole: boolean
  readonly nan: boolean
}

export const anything: Range = { low: -Infinity, high: Infinity, whole: false, nan: true }

/** Just one number. */
export function only(value: number): Range {
  return value !== value ? anything : between(value, value, Math.floor(value) === value)
}

export function between(low: number, high: number, whole: boolean = false): Range {
  return { low, high, whole, nan: false }
}

export function contains({ low, high }: Range, x: number): boolean {
  return low <= x && x <= high
}

type Round = (x: number) => number

/** The range of a primitive's result, given those of its operands. */
export function rangeOf(primitive: Primitive, args: readonly Range[], round: Round): Range {
  const [a, b = a, c = a] = args as [Range, Range?, Range?]
  const nan = a.nan || b.nan
  const whole = a.whole && b.whole
  switch (primitive) {
    case 'add':
      return ends([a.low + b.low, a.high + b.high], whole, nan, round)
    case 'sub':
      return ends([a.low - b.high, a.high - b.low], whole, nan, round)
    case 'mul':
      return ends([a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high], whole, nan, round)
    case 'abs':
      return {
        ...a,
        low: contains(a, 0) ? 0 : Math.min(Math.abs(a.low), Math.abs(a.high)),
        high: Math.max(-a.low, a.high),
      }
    case 'floor':
      return { low: Math.floor(a.low), high: Math.floor(a.high), whole: true, nan: a.nan }
    case 'min':
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high), whole, nan }
    case 'max':
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high), whole, nan }
    case 'less':
    case 'equal':
      return between(0, 1, true)
    case 'select':
      return {
        low: Math.min(b.low, c.low),
        high: Math.max(b.high, c.high),
        whole: b.whole && c.whole,
        nan: b.nan || c.nan,
      }
    case 'exponent': {
      const size = rangeOf('abs', [a], round)
      return { low: numbers.exponent(size.low), high: numbers.exponent(size.high), whole: true, nan: a.nan }
    }
    case 'mantissa':
      return { low: a.low > 0 ? 1 : -2, high: 2, whole: false, nan: a.nan }
    default:
      return anything
  }
}

/** The interval that the ends of others span; a product 0·∞ or a sum ∞ - ∞ among them leaves nothing known. */
function ends(values: readonly number[], whole: boolean, nan: boolean, round: Round): Range {
  if (values.some((x) => x !== x)) return anything
  const [low, high] = [round(Math.min(...values)), round(Math.max(...values))]
  return { low, high, whole, nan: nan || (low === -Infinity && high === Infinity) }
}
