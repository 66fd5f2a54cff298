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

/** y ← y + c·x */
export function addScaled(y: Float64Array, c: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] = y[i]! + c * x[i]!
}

/** out ← y + c·x, which may be y itself; gives ⟨z, out⟩ with the bits of `dot`, where z may be out. */
export function addScaledThenDot(
  out: Float64Array,
  y: Float64Array,
  c: number,
  x: Float64Array,
  z: Float64Array,
): number {
  const n = out.length
  const whole = n - (n % 4)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < whole; i += 4) {
    s0 += (out[i] = y[i]! + c * x[i]!) * z[i]!
    s1 += (out[i + 1] = y[i + 1]! + c * x[i + 1]!) * z[i + 1]!
    s2 += (out[i + 2] = y[i + 2]! + c * x[i + 2]!) * z[i + 2]!
    s3 += (out[i + 3] = y[i + 3]! + c * x[i + 3]!) * z[i + 3]!
  }
  let rest = 0
  for (let i = whole; i < n; i++) rest += (out[i] = y[i]! + c * x[i]!) * z[i]!
  return s0 + s1 + (s2 + s3) + rest
}

/** Elements that stay in the first cache while several vectors are added to them. */
const BLOCK = 1024

/** Σ c[j]·x[j], j ascending, of vectors of n numbers. */
export function combination(c: ArrayLike<number>, xs: readonly Float64Array[], n: number): Float64Array {
  const out = new Float64Array(n)
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK)
    for (let j = 0; j < c.length; j++) addPart(out, c[j]!, xs[j]!, from, to)
  }
  return out
}

function addPart(y: Float64Array, c: number, x: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) y[i] = y[i]! + c * x[i]!
}

/** y ← c·x, which is y itself unless another one is given. */
export function scale(y: Float64Array, c: number, x: Float64Array = y): void {
  for (let i = 0; i < y.length; i++) y[i] = x[i]! * c
}
