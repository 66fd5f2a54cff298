/** ⟨a, b⟩ in four interleaved lanes, combined pairwise: the order of the sum depends on the length alone. */
export function dot(a: Float64Array, b: Float64Array): number {
  const n = a.length
  const whole = n - (n % 4)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!
    s1 += a[i + 1]! * b[i + 1]!
    s2 += a[i + 2]! * b[i + 2]!
    s3 += a[i + 3]! * b[i + 3]!
  }
  let rest = 0
  for (let i = whole; i < n; i++) rest += a[i]! * b[i]!
  return s0 + s1 + (s2 + s3) + rest
}

/** ‖a‖₂, of numbers whose squares stay in range. */
export function lengthOf(a: Float64Array): number {
  return Math.sqrt(dot(a, a))
}

/** Elements that stay in the first cache while several vectors are added to them. */
const BLOCK = 1024

/**
 * out ← Σ c[j]·x[j], j ascending, where the first x may be out itself, and there is at least one. Gives out. Four at a time, which runs as fast
 * as memory where a plain loop takes twice that.
 */
export function combine(out: Float64Array, c: readonly number[], xs: readonly Float64Array[]): Float64Array {
  const n = out.length
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK)
    setPart(out, c[0]!, xs[0]!, from, to)
    for (let j = 1; j < c.length; j++) addPart(out, c[j]!, xs[j]!, from, to)
  }
  return out
}

function setPart(y: Float64Array, c: number, x: Float64Array, from: number, to: number): void {
  let i = from
  for (; i + 3 < to; i += 4) {
    y[i] = c * x[i]!
    y[i + 1] = c * x[i + 1]!
    y[i + 2] = c * x[i + 2]!
    y[i + 3] = c * x[i + 3]!
  }
  for (; i < to; i++) y[i] = c * x[i]!
}

function addPart(y: Float64Array, c: number, x: Float64Array, from: number, to: number): void {
  let i = from
  for (; i + 3 < to; i += 4) {
    y[i] = y[i]! + c * x[i]!
    y[i + 1] = y[i + 1]! + c * x[i + 1]!
    y[i + 2] = y[i + 2]! + c * x[i + 2]!
    y[i + 3] = y[i + 3]! + c * x[i + 3]!
  }
  for (; i < to; i++) y[i] = y[i]! + c * x[i]!
}
