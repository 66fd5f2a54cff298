import { exp, log1p } from '../src/math/index.ts'

/**
 * The share of a singular direction that T steps of gradient descent on squared loss fit from zero, 1 - (1 - ρ²)^T: ρ = σ/σ_max, rate
 * 1/σ_max².
 */
export function fitted(rho: number, T: number): number {
  return rho >= 1 ? 1 : 1 - exp(T * log1p(-rho * rho))
}
