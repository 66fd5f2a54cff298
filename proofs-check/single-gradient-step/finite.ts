import { erf, normalCdf } from '../../src/math/index.ts'
import { kinkedFlip, kinkedLengthening, type KinkedNetwork } from '../finite-size.ts'
import { moments, type Twelve } from './cells.ts'

/** Slopes left and right of 0 of the activations with a kink there. */
const kinks: Partial<Record<Twelve, readonly [left: number, right: number]>> = {
  relu: [0, 1],
  leakyRelu: [0.1, 1],
  abs: [-1, 1],
}

function kinked(name: Twelve, n: number): KinkedNetwork | undefined {
  const slopes = kinks[name]
  return slopes && { inputs: n, width: n, left: slopes[0], right: slopes[1], ...moments[name] }
}

/** erf(k/√2), the limit of the flip fraction of a k-sigma step. */
export function limitFlip(k: number): number {
  return erf(k / Math.sqrt(2))
}

/**
 * The flip fraction declared at d = m = n: the loss at a kink, of order n^(-1/2), and 2/n for everything
 * smooth (curvature, the fluctuation of ‖∇f‖, the kurtosis of f), which draws of (★) at n = 256 show to be at
 * most that for the twelve.
 */
export function declaredFlip(name: Twelve, k: number, n: number): number {
  const network = kinked(name, n)
  return (network ? kinkedFlip(network, k) : limitFlip(k)) - 2 / n
}

/** By how much, relatively, the declared median of the smallest flipping step exceeds its limit at d = m = n. */
export function declaredLengthening(name: Twelve, n: number): number {
  const network = kinked(name, n)
  return (network ? kinkedLengthening(network, halfNormalMedian) : 0) + 2 / n
}

/** The median of |N(0, 1)|. */
export const halfNormalMedian = 0.6744897501960817

/** P(|N(0, 1)| ≤ x). */
export function halfNormalCdf(x: number): number {
  return 2 * normalCdf(x) - 1
}
