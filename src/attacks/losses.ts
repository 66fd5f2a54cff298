import { exp, log } from '../math/index.ts'
import { decisive, smallest } from './problem.ts'

/**
 * What fixed-budget attacks raise, as functions of the margins m_k = f_y - f_k:
 *
 * - `margin`: -min m_k;
 * - `cross-entropy`: log(1 + Σ exp(-m_k));
 * - `dlr` (Croce & Hein, arXiv:2003.01690, eq. 6): -min m over the distance between the first and the third logit; it needs
 *   three classes.
 */
export type AttackLoss = 'margin' | 'cross-entropy' | 'dlr'

export interface LossRule {
  readonly value: (margins: Float64Array) => number
  /** Derivatives by the margins. */
  readonly weights: (margins: Float64Array) => Float64Array
}

export const lossRules: Readonly<Record<AttackLoss, LossRule>> = {
  margin: {
    value: (m) => -decisive(m),
    weights: (m) => smallest(m).map((w) => -w),
  },
  'cross-entropy': {
    value: (m) => {
      const low = Math.min(0, decisive(m))
      const sum = m.reduce((total, v) => total + exp(low - v), exp(low))
      return log(sum) - low
    },
    weights: (m) => {
      const low = Math.min(0, decisive(m))
      const sum = m.reduce((total, v) => total + exp(low - v), exp(low))
      return m.map((v) => -exp(low - v) / sum)
    },
  },
  dlr: {
    value: (m) => dlrParts(m).value,
    weights: (m) => {
      const { first, third, value, spread } = dlrParts(m)
      // -m_min/(m_third - min(0, m_first)): the largest logit is the label's own, or that of the smallest margin.
      const out = new Float64Array(m.length)
      out[first] = -1 / spread
      out[third]! += -value / spread
      if (m[first]! < 0) out[first]! += value / spread
      return out
    },
  },
}

/** Indices of the smallest margin and of the third logit's, with the loss and its denominator. */
function dlrParts(m: Float64Array): { first: number; third: number; value: number; spread: number } {
  const order = Array.from(m.keys()).sort((i, j) => m[i]! - m[j]! || i - j)
  const first = order[0]!
  // Logits in order are the label's own (margin 0) among the others: the third of them.
  const sorted = [...order.map((i) => ({ i, v: m[i]! })), { i: -1, v: 0 }].sort((p, q) => p.v - q.v)
  const third = sorted[2]!.i < 0 ? order[1]! : sorted[2]!.i
  const spread = (sorted[2]!.i < 0 ? 0 : m[third]!) - Math.min(0, m[first]!)
  const safe = spread > 0 ? spread : 1
  return { first, third, value: -m[first]! / safe, spread: safe }
}
