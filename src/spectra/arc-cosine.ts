import { acos, pi } from '../math/index.ts'

/**
 * The arc-cosine kernels κ₀ and κ₁ of two relu preactivations of correlation ρ, 1 at ρ = 1 (Cho & Saul, NIPS 2009, equations 4 to 6):
 * κ₀ = (π - acos ρ)/π, κ₁ = (√(1-ρ²) + ρ(π - acos ρ))/π. ρ beyond ±1 by rounding counts as ±1.
 */
export function arcCosine(correlation: number): readonly [zeroth: number, first: number] {
  const rho = Math.min(1, Math.max(-1, correlation))
  const rest = pi - acos(rho)
  return [rest / pi, (Math.sqrt(1 - rho * rho) + rho * rest) / pi]
}
