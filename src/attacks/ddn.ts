import { cos, pi } from '../math/index.ts'
import { along, lengthIn } from './norms.ts'
import { decisive, smallest, type Problem } from './problem.ts'

/**
 * DDN (Rony et al., arXiv:1811.09600, algorithm 1), l2, untargeted: unit steps of a cosine schedule from 1 to 0.01 times the
 * first norm, the norm of the perturbation shrinking by 1 - γ while adversarial and growing by 1 + γ else. Not quantised, and
 * started from |m|/‖∇m‖ instead of 1, so that it scales with the problem.
 */
export function ddn(
  problem: Problem,
  { steps = 100, gamma = 0.05 }: { readonly steps?: number; readonly gamma?: number } = {},
): void {
  const { x } = problem
  let delta = new Float64Array(x.length)
  let norm = 0
  let unit = 0
  for (let step = 0; step < steps; step++) {
    const point = problem.inside(along(x, delta, 1))
    const { margins, gradient } = problem.pull(point, smallest)
    const margin = decisive(margins)
    const slope = lengthIn('l2', gradient)
    if (slope === 0) return
    if (step === 0) norm = unit = margin / slope
    else norm *= margin < 0 ? 1 - gamma : 1 + gamma
    const rate = unit * (0.01 + (0.99 * (1 + cos((pi * step) / steps))) / 2)
    const moved = along(delta, gradient, -rate / slope)
    const length = lengthIn('l2', moved)
    delta = new Float64Array(length > 0 ? moved.map((v) => (v * norm) / length) : moved)
  }
  problem.margins(problem.inside(along(x, delta, 1)))
}
