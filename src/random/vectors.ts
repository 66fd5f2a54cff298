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

/** y ← c·y */
export function scale(y: Float64Array, c: number): void {
  for (let i = 0; i < y.length; i++) y[i] = y[i]! * c
}
