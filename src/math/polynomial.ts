import type { Arithmetic } from './arithmetic.ts'

/** c₀ + c₁x + c₂x² + … by Horner's rule: n multiplications and n additions for degree n. */
export function horner<T>(m: Arithmetic<T>, x: T, coefficients: readonly number[]): T {
  let sum = m.constant(coefficients[coefficients.length - 1]!)
  for (let i = coefficients.length - 2; i >= 0; i--) {
    sum = m.add(m.mul(sum, x), m.constant(coefficients[i]!))
  }
  return sum
}

/** The same as (c₀ + c₁x) + x² ((c₂ + c₃x) + x² (…)): one more multiplication, but half as many that wait for each other. */
export function paired<T>(m: Arithmetic<T>, x: T, coefficients: readonly number[]): T {
  const square = m.mul(x, x)
  const last = coefficients.length - 1
  const pair = (i: number): T => {
    const first = m.constant(coefficients[i]!)
    return i === last ? first : m.add(first, m.mul(m.constant(coefficients[i + 1]!), x))
  }
  let i = last - (last % 2)
  let sum = pair(i)
  for (i -= 2; i >= 0; i -= 2) sum = m.add(pair(i), m.mul(sum, square))
  return sum
}
