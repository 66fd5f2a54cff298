import type { Arithmetic } from './arithmetic.ts'

/** c₀ + c₁x + c₂x² + … by Horner's rule: n multiplications and n additions for degree n. */
export function horner<T>(m: Arithmetic<T>, x: T, coefficients: readonly number[]): T {
  let sum = m.constant(coefficients[coefficients.length - 1]!)
  for (let i = coefficients.length - 2; i >= 0; i--) {
    sum = m.add(m.mul(sum, x), m.constant(coefficients[i]!))
  }
  return sum
}
