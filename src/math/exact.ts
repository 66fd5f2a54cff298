import { numbers, type Arithmetic } from './arithmetic.ts'

const SPLITTER = 134217729

/** The body of `productError`. */
export function productErrorIn<T>(m: Arithmetic<T>, a: T, b: T, product: T): T {
  const aShifted = m.mul(m.constant(SPLITTER), a)
  const aHigh = m.sub(aShifted, m.sub(aShifted, a))
  const aLow = m.sub(a, aHigh)
  const bShifted = m.mul(m.constant(SPLITTER), b)
  const bHigh = m.sub(bShifted, m.sub(bShifted, b))
  const bLow = m.sub(b, bHigh)
  const rest = m.sub(m.sub(m.sub(product, m.mul(aHigh, bHigh)), m.mul(aLow, bHigh)), m.mul(aHigh, bLow))
  return m.sub(m.mul(aLow, bLow), rest)
}

/** The body of `sumError`. */
export function sumErrorIn<T>(m: Arithmetic<T>, a: T, b: T, sum: T): T {
  const part = m.sub(sum, a)
  return m.add(m.sub(a, m.sub(sum, part)), m.sub(b, part))
}

/** a·b - product, exactly, for product = a·b rounded, |a|, |b| < 2^995 and no underflow (Dekker 1971). */
export function productError(a: number, b: number, product: number): number {
  return productErrorIn(numbers, a, b, product)
}

/** a + b - sum, exactly, for sum = a + b rounded (Knuth). */
export function sumError(a: number, b: number, sum: number): number {
  return sumErrorIn(numbers, a, b, sum)
}
