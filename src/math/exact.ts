const SPLITTER = 134217729

/** a·b - product, exactly, for product = a·b rounded, |a|, |b| < 2^995 and no underflow (Dekker 1971). */
export function productError(a: number, b: number, product: number): number {
  const aShifted = SPLITTER * a
  const aHigh = aShifted - (aShifted - a)
  const aLow = a - aHigh
  const bShifted = SPLITTER * b
  const bHigh = bShifted - (bShifted - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** a + b - sum, exactly, for sum = a + b rounded (Knuth). */
export function sumError(a: number, b: number, sum: number): number {
  const part = sum - a
  return a - (sum - part) + (b - part)
}
