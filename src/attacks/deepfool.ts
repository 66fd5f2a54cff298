import { along } from './norms.ts'
import { nearestHyperplane, smoothNorm } from './minimal-steps.ts'
import { decisive, type Problem } from './problem.ts'

/**
 * DeepFool (Moosavi-Dezfooli et al., arXiv:1511.04599, algorithm 2, and section 3.4 for the norms): steps to the nearest
 * hyperplane of the linearised margins until the class changes. The overshoot is on the running total, x + (1 + η)Σδ; the
 * perturbation is bisected afterwards, so that it costs nothing.
 */
export function deepFool(
  problem: Problem,
  { steps = 50, overshoot = 0.02 }: { readonly steps?: number; readonly overshoot?: number } = {},
): void {
  const norm = smoothNorm(problem)
  const total = new Float64Array(problem.x.length)
  let point = problem.x
  for (let step = 0; step < steps; step++) {
    const linear = problem.linearise(point)
    if (decisive(linear.margins) < 0) return
    const way = nearestHyperplane(problem, norm, point, point, linear)
    if (!way) return
    for (let i = 0; i < total.length; i++) total[i]! += way.perturbation[i]!
    point = problem.inside(along(problem.x, total, 1 + overshoot))
  }
  problem.margins(point)
}
