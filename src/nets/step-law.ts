import { tensor } from '../array/index.ts'
import { chiSquare, normal, type Stream } from '../random/index.ts'
import { outputWeights } from './deep-random.ts'
import type { TwoLayerOptions } from './two-layer.ts'

/** What one gradient step does to one network: f(x), ‖∇f(x)‖, and f(x - sign(f(x)) s ∇f(x)) for every s. */
export interface StepSample {
  readonly value: number
  readonly gradientNorm: number
  readonly stepped: readonly number[]
}

export interface StepLawOptions extends Pick<TwoLayerOptions, 'inputs' | 'width' | 'activation' | 'output'> {
  /** Step sizes s, in multiples of the gradient. */
  readonly steps: readonly number[]
}

/**
 * One draw of (f(x), ‖∇f‖, f(x′)) for a two-layer network at a point with ‖x‖ = √d, without the network: exact in law
 * for every width m ≥ 1, dimension d ≥ 2 and almost everywhere differentiable σ, at cost O(m).
 *
 * With g_j = ⟨w_j, x⟩, b_j = a_j σ′(g_j), S = ‖b‖²/m and R = ⟨x, ∇f⟩, the part of W across x is Gaussian and known to f and ∇f
 * only through Wᵀb. Conditioning on that (Montanari & Wu, arXiv:2203.17209) leaves, with Γ ~ χ²_{d-1}/d and ξ = (I - bbᵀ/‖b‖²)Z,
 *
 *     ‖∇f‖² = R²/d + SΓ,
 *     ⟨w_j, x′⟩ = g_j (1 - sR/d) - s (b_j Γ/√m + √(SΓ/d) ξ_j).
 */
export function sampleStepLaw(options: StepLawOptions, stream: Stream): StepSample {
  const { inputs: d, width: m, activation, output = 'rademacher', steps } = options
  if (d < 2) throw new RangeError(`sampleStepLaw: expected at least 2 inputs, got ${d}`)
  const g = normal(stream.child('hidden'), m)
  const a = outputWeights(output, stream.child('output'), m).data
  const sigma = (z: Float64Array): number => {
    const values = activation.apply(tensor(z)).data
    let sum = 0
    for (let j = 0; j < m; j++) sum += a[j]! * values[j]!
    return sum / Math.sqrt(m)
  }
  const value = sigma(g)
  const b = Float64Array.from(activation.slope(tensor(g)).data)
  let [bb, R] = [0, 0]
  for (let j = 0; j < m; j++) {
    b[j]! *= a[j]!
    bb += b[j]! * b[j]!
    R += (b[j]! * g[j]!) / Math.sqrt(m)
  }
  const S = bb / m
  const gamma = chiSquare(stream.child('across'), d - 1) / d
  const xi = normal(stream.child('noise'), m)
  let projection = 0
  for (let j = 0; j < m; j++) projection += b[j]! * xi[j]!
  for (let j = 0; j < m; j++) xi[j]! -= bb === 0 ? 0 : (projection / bb) * b[j]!
  const stepped = steps.map((step) => {
    const s = Math.sign(value) * step
    const own = (s * gamma) / Math.sqrt(m)
    const noise = s * Math.sqrt((S * gamma) / d)
    return sigma(g.map((z, j) => z * (1 - (s * R) / d) - own * b[j]! - noise * xi[j]!))
  })
  return { value, gradientNorm: Math.sqrt((R * R) / d + S * gamma), stepped }
}
