import type { Tensor } from '../array/index.ts'

/**
 * - `found`: the adversarial point flips the sign, recomputed in f64.
 * - `already`: x lies on the boundary or on the wrong side of it; the perturbation is zero.
 * - `not-found`: no flip within the allowed evaluations.
 * - `zero-gradient`: the gradient vanishes, there is no direction to go.
 * - `unresolved`: f or its gradient is not finite.
 */
export type AttackStatus = 'found' | 'already' | 'not-found' | 'zero-gradient' | 'unresolved'

/** What every attack answers for one point. */
export interface AttackResult {
  readonly status: AttackStatus
  readonly found: boolean
  /** The sign at `adversarial` was recomputed from scratch in f64 and differs from the label. */
  readonly verified: boolean
  /** x′ = x + perturbation; x itself when nothing was found. */
  readonly adversarial: Tensor
  readonly perturbation: Tensor
  /** ‖x′ - x‖ in the attack's norm. */
  readonly norm: number
  /** label·f(x′), negative when the sign has flipped. */
  readonly margin: number
  readonly queries: { readonly forward: number; readonly backward: number }
  /** All points that were evaluated, where that was asked for. */
  readonly trace?: readonly Tensor[]
}
