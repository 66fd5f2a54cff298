import { along, difference, type Norm } from './norms.ts'
import { decisive, type Linearised, type Problem } from './problem.ts'
import { ontoHyperplane, type Projection } from './projections.ts'

/** The norms of attacks that linearise. */
export type SmoothNorm = Exclude<Norm, 'l0'>

/** The problem's norm where an attack has no use for l0, which it then takes as l1: the fewest coordinates of a linear model. */
export function smoothNorm({ norm }: Problem): SmoothNorm {
  return norm === 'l0' ? 'l1' : norm
}

/**
 * The shortest way from a point to one of the hyperplanes m_k = 0 of the margins linearised at `at`, inside the box:
 * the class with the smallest |m_k|/‖∇m_k‖ in the dual norm (Moosavi-Dezfooli et al., arXiv:1511.04599, eq. 8 and 9).
 */
export function nearestHyperplane(
  { room }: Problem,
  norm: SmoothNorm,
  from: Float64Array,
  at: Float64Array,
  { margins, gradients }: Linearised,
): (Projection & { readonly gradient: Float64Array }) | undefined {
  let best: (Projection & { readonly gradient: Float64Array }) | undefined
  const away = difference(from, at)
  gradients.forEach((gradient, k) => {
    if (gradient.every((g) => g === 0)) return
    // The margin at `from`, by the linear model of `at`.
    const value = gradient.reduce((sum, g, i) => sum + g * away[i]!, margins[k]!)
    const found = ontoHyperplane(norm, from, gradient, -value, room.low, room.high)
    const better =
      !best ||
      (found.reached && !best.reached) ||
      (found.reached === best.reached && found.length < best.length)
    if (better) best = { ...found, gradient }
  })
  return best
}

/**
 * Projects the original point onto the hyperplane that the margins have at the best adversarial one, and again at what that
 * gives, as long as it gets nearer: on a linear model the exact answer after one round. The last step of FAB, and of every
 * minimal attack here.
 */
export function refine(problem: Problem, rounds = 3): void {
  const norm = smoothNorm(problem)
  for (let round = 0; round < rounds; round++) {
    const { best, x } = problem
    if (!best) return
    const before = best.length
    const linear = problem.linearise(best.point)
    const step = nearestHyperplane(problem, norm, x, best.point, linear)
    if (!step?.reached) return
    // A little beyond the hyperplane, more where the boundary bends away.
    for (const beyond of [1e-10, 1e-5, 1e-2]) {
      const point = problem.inside(along(x, step.perturbation, 1 + beyond))
      if (decisive(problem.margins(point)) < 0) break
    }
    if (!(problem.best!.length < before * (1 - 1e-12))) return
  }
}
