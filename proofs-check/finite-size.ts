import { erf, exp } from '../src/math/index.ts'

/** φ(0), the density of a standard normal at 0. */
const density0 = 0.3989422804014327

/** A two-layer network whose activation has one kink, at 0. */
export interface KinkedNetwork {
  readonly inputs: number
  readonly width: number
  /** σ′ left and right of the kink. */
  readonly left: number
  readonly right: number
  /** q = E σ(G)² and p = E σ′(G)². */
  readonly q: number
  readonly p: number
}

/**
 * The mean e of sign(f)·(f(x′) - f(x)) + s‖∇f‖², by which a kink at 0 makes a step of s gradients fall short,
 * to first order in 1/√d and 1/√m, for output weights ±1. In (★) a unit with g > 0 moves by -s a r/√m + n
 * with n ~ N(0, τ²), τ = s√(p/d); having crossed 0 by z it contributes a(r - l)z beyond its tangent.
 * Integrated over g near 0, where g has density φ(0), with D(c) = E(n + c)₊² - E(n - c)₊²:
 *
 *     e = √m φ(0) (r - l)/4 · (D(s r/√m) - D(s l/√m)),      D(c) = (c² + τ²) erf(c/(τ√2)) + 2cτ φ(c/τ).
 *
 * For m ≫ d it is s²√(p/d)(r - l)²φ(0)/√(2π), for d ≫ m s²(r - l)(r|r| - l|l|)φ(0)/(4√m); between the two it
 * is not their sum.
 */
export function kinkLoss({ inputs, width, left, right, p }: KinkedNetwork, step: number): number {
  const tau = step * Math.sqrt(p / inputs)
  const excess = (c: number): number => {
    const u = c / tau
    return (c * c + tau * tau) * erf(u / Math.sqrt(2)) + 2 * c * tau * density0 * exp((-u * u) / 2)
  }
  const unit = step / Math.sqrt(width)
  const sides = excess(unit * right) - excess(unit * left)
  return (Math.sqrt(width) * density0 * (right - left) * sides) / 4
}

/**
 * P(flip) of a k-sigma step when only the loss at the kink is taken into account: |f| must be below (k -
 * e/√q)√q.
 */
export function kinkedFlip(network: KinkedNetwork, k: number): number {
  const step = (k * Math.sqrt(network.q)) / network.p
  return erf((k - kinkLoss(network, step) / Math.sqrt(network.q)) / Math.sqrt(2))
}

/** How much longer, relatively, the kink makes the smallest flipping step of a network with |f| = k√q. */
export function kinkedLengthening(network: KinkedNetwork, k: number): number {
  const step = (k * Math.sqrt(network.q)) / network.p
  return kinkLoss(network, step) / (k * Math.sqrt(network.q))
}
