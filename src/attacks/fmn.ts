import { cos, pi } from '../math/index.ts'
import { along, difference, dualLength, lengthIn, steepest, type Norm } from './norms.ts'
import { decisive, smallest, type Problem } from './problem.ts'
import { ontoBall } from './projections.ts'

/**
 * FMN (Pintor et al., arXiv:2102.12827, algorithm 1), l0, l1, l2 and linf: a budget ε that shrinks by 1 - γ while adversarial
 * and grows else, γ falling from 0.05 to 0.001 by a cosine; before the first success ε = ‖δ‖ + |m|/‖∇m‖ in the dual norm. Steps
 * are relative to that first distance.
 */
export function fmn(problem: Problem, { steps = 100 }: { readonly steps?: number } = {}): void {
  const { x, norm } = problem
  let delta = new Float64Array(x.length)
  let epsilon = Infinity
  let unit = 0
  for (let step = 0; step < steps; step++) {
    const share = (1 + cos((pi * step) / steps)) / 2
    const gamma = 0.001 + 0.049 * share
    const { margins, gradient } = problem.pull(problem.inside(along(x, delta, 1)), smallest)
    const margin = decisive(margins)
    if (gradient.every((g) => g === 0)) return
    const linear = Math.abs(margin) / dualLength(norm === 'l0' ? 'l2' : norm, gradient)
    if (step === 0) unit = linear
    if (margin < 0) epsilon = Math.min(epsilon, lengthIn(norm, delta)) * (norm === 'l0' ? 1 : 1 - gamma)
    else if (!problem.best)
      epsilon = norm === 'l0' ? Math.min(x.length, lengthIn('l0', delta) + 1) : lengthIn(norm, delta) + linear
    else epsilon *= norm === 'l0' ? 1 : 1 + gamma
    // One coordinate fewer or more is the least that l0 can change.
    if (norm === 'l0' && problem.best) epsilon = margin < 0 ? Math.max(1, epsilon - 1) : epsilon + 1
    const rate = unit * (0.01 + 0.99 * share)
    const direction = steepest(
      norm === 'linf' || norm === 'l1' || norm === 'l0' ? 'l2' : (norm as Norm),
      gradient,
    )
    const moved = ontoBall(norm, along(delta, direction, -rate), epsilon)
    delta = new Float64Array(difference(problem.inside(along(x, moved, 1)), x))
  }
  problem.margins(problem.inside(along(x, delta, 1)))
}
