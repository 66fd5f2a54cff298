/** Index arithmetic, written out: from the number of a cell to the digits of its multi-index, and from digits to addresses. */
import { sizeOf, type Shape } from '../../src/array/index.ts'
import type { Cell } from './cell.ts'

/** Up to here a division that is off by a few units in the last place finds the right floor when it starts from i + 1/2. */
const SURE = 1 << 20

/** The digits of a number below the size of a shape, one for every axis. */
export function digitsOf(cell: Cell, number: string, shape: Shape): string[] {
  const digits = shape.map(() => '0')
  let rest = number
  let left = sizeOf(shape)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis]!
    if (n === 1) continue
    if (left === n) {
      digits[axis] = rest
      break
    }
    const q = cell.let(quotientOf(cell, rest, n, left))
    digits[axis] = cell.let(`${rest} - ${q} * ${n}`)
    rest = q
    left /= n
  }
  return digits
}

/** ⌊number/n⌋ for a number below `limit`. */
export function quotientOf(cell: Cell, number: string, n: number, limit: number): string {
  if (n === 1) return number
  return limit <= SURE ? `Math.floor((${number} + 0.5) / ${n})` : cell.call('quotient', number, String(n))
}

/** offset + Σ strides·digits */
export function address(offset: number, strides: readonly number[], digits: readonly string[]): string {
  const terms = offset === 0 ? [] : [String(offset)]
  strides.forEach((stride, axis) => {
    const digit = digits[axis]!
    if (stride !== 0 && digit !== '0') terms.push(stride === 1 ? digit : `${digit} * ${signed(stride)}`)
  })
  return terms.length === 0 ? '0' : terms.join(' + ')
}

function signed(n: number): string {
  return n < 0 ? `(${n})` : String(n)
}
