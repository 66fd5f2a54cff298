import { exp, log, logGamma } from '../math/index.ts'
import { requireAscending, requireCount, requireLevel } from './expect.ts'

/**
 * The distance ε with P(sup |Fₙ - F| > ε) ≤ α for ONE n fixed beforehand and any law F: √(log(2/α) / 2n), at
 * most 1 (Dvoretzky, Kiefer & Wolfowitz 1956, constant of Massart 1990).
 */
export function dkw(n: number, alpha: number): number {
  requireCount('dkw', 'n', n)
  requireLevel('dkw', alpha)
  return n === 0 ? 1 : Math.min(1, Math.sqrt(log(2 / alpha) / (2 * n)))
}

/**
 * Distances ε(n) with P(sup |Fₙ - F| > ε(n) for some n ≥ first) ≤ α, for any law F and α ≤ ½; 1 below `first`:
 *
 *     ε(n) = A √((log log(e n/first) + C) / n),  A = 0.85,  C = 4.9 + 0.725 log(1/α)
 *
 * The form of Howard & Ramdas 2022, "Sequential estimation of quantiles", with constants from this proof. Cut time
 * at m = first·ηᵏ, write S = n(Fₙ - F), and let |S| exceed u at some point and time of the epoch from m to M = ηm.
 * The later increment of S at that point has mean 0 and variance ≤ (M - m)/4, so it takes back more than
 * c = √(M - m)/2 with probability at most ½ (Cantelli). Hence P(cross) ≤ 2 P(sup |S| at the end > u - c), which is
 * at most 4 exp(-2(u - c)²/M) (Massart). With u = A√(m(ℓ + C)) and ℓ = log(1 + k log η) that exponent is at least
 * γ²(ℓ + C), γ = √(2/η) (A - √((η - 1)/4C)). The sum over k is at most `dkwCrossing`; with these constants that is at
 * most α for a suitable η.
 */
export function timeUniformDkw(n: number, alpha: number, first: number = 1): number {
  requireCount('timeUniformDkw', 'n', n)
  requireCount('timeUniformDkw', 'first', first, 1)
  if (!(alpha > 0 && alpha <= 0.5))
    throw new RangeError(`timeUniformDkw: expected a level above 0 and at most 0.5, got ${alpha}`)
  if (n < first) return 1
  const scale = log(1 + log(n / first)) + dkwConstant(alpha)
  return Math.min(1, dkwFactor * Math.sqrt(scale / n))
}

const dkwFactor = 0.85
const dkwConstant = (alpha: number): number => 4.9 - 0.725 * log(alpha)

/**
 * The probability bound of `timeUniformDkw` for epochs of ratio η: 4 exp(-γ²C) (1 + 1/((γ² - 1) log η));
 * infinite where γ² ≤ 1.
 */
export function dkwCrossing(alpha: number, eta: number): number {
  const constant = dkwConstant(alpha)
  const gamma = dkwFactor - Math.sqrt((eta - 1) / (4 * constant))
  const square = (2 / eta) * gamma * gamma
  return square > 1 ? 4 * exp(-square * constant) * (1 + 1 / ((square - 1) * log(eta))) : Infinity
}

/** sup |Fₙ - F| between ascending values and a continuous distribution function. NaN without values. */
export function ksDistance(sorted: ArrayLike<number>, cdf: (x: number) => number): number {
  requireAscending('ksDistance', sorted)
  const n = sorted.length
  let distance = n === 0 ? NaN : 0
  for (let i = 0; i < n; i++) {
    const level = cdf(sorted[i]!)
    distance = Math.max(distance, (i + 1) / n - level, level - i / n)
  }
  return distance
}

/** A distance between two samples with the probability of one at least as large when both have the same law. */
export interface TwoSample {
  readonly distance: number
  readonly pValue: number
}

/**
 * The test of Kolmogorov and Smirnov that two samples of the same size n have one law; values in any order.
 * With k = n·distance the p-value is 2 Σ (-1)ⁱ⁻¹ C(2n, n + ik) / C(2n, n), exact for continuous laws (Gnedenko
 * & Korolyuk 1951), conservative with ties. RangeError for different or empty sizes, or NaN.
 */
export function ksTwoSample(a: ArrayLike<number>, b: ArrayLike<number>): TwoSample {
  const n = a.length
  if (n === 0 || b.length !== n)
    throw new RangeError(`ksTwoSample: expected two samples of one size, got ${n} and ${b.length}`)
  const x = Float64Array.from(a).sort()
  const y = Float64Array.from(b).sort()
  requireAscending('ksTwoSample', x)
  requireAscending('ksTwoSample', y)
  let lead = 0
  for (let i = 0, j = 0; i < n && j < n; lead = Math.max(lead, Math.abs(i - j))) {
    const at = Math.min(x[i]!, y[j]!)
    while (i < n && x[i]! === at) i++
    while (j < n && y[j]! === at) j++
  }
  return { distance: lead / n, pValue: equalSizeTail(n, lead) }
}

function equalSizeTail(n: number, lead: number): number {
  if (lead === 0) return 1
  let sum = 0
  for (let i = 1; i * lead <= n; i++) {
    const shift = i * lead
    const ratio = exp(2 * logGamma(n + 1) - logGamma(n + 1 + shift) - logGamma(n + 1 - shift))
    sum += i % 2 === 1 ? ratio : -ratio
  }
  return Math.min(1, Math.max(0, 2 * sum))
}
