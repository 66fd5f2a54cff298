import { along } from './norms.ts'
import { nearestHyperplane, smoothNorm } from './minimal-steps.ts'
import { smallest, type Problem } from './problem.ts'

/**
 * One step against the gradient, as long as it takes (Bubeck et al., arXiv:2104.03863): to the linearised boundary, in the
 * norm's steepest direction and inside the box, doubled until the class changes, ten times at most.
 */
export function gradientStep(problem: Problem): void {
  const { x } = problem
  const { margins, gradient } = problem.pull(x, smallest)
  const linear = {
    margins: Float64Array.of(margins.reduce((m, v) => Math.min(m, v), Infinity)),
    gradients: [gradient],
  }
  const way = nearestHyperplane(problem, smoothNorm(problem), x, x, linear)
  if (!way) return
  let t = 1 + 1e-10
  for (let k = 0; k < 10; k++, t *= 2)
    if (problem.margin(problem.inside(along(x, way.perturbation, t))) < 0) return
}
