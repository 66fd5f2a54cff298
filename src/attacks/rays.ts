import { normal } from '../random/index.ts'
import { fab } from './fab.ts'
import { along, lengthIn } from './norms.ts'
import { refine, smoothNorm } from './minimal-steps.ts'
import type { Problem } from './problem.ts'

/**
 * Random directions: a point on each, at 0.45 to 0.99 of the distance of the nearest adversarial one so far, and where it is adversarial the
 * steps of FAB from there. It finds the other regions of small networks, where gradients lead to the wrong one or vanish; in many
 * dimensions it costs its hundred probes. Where nothing is known, distances double from the point's own length.
 */
export function rays(problem: Problem, { known = Infinity }: { readonly known?: number } = {}): void {
  const { x } = problem
  const norm = smoothNorm(problem)
  const scale = lengthIn(norm, x) || 1
  const probes = Math.max(100, Math.ceil(6000 / x.length))
  for (let k = 0; k < probes; k++) {
    const z = normal(problem.stream.child('ray', k), x.length)
    const nearest = Math.min(known, problem.best?.length ?? Infinity)
    const reach =
      nearest < Infinity
        ? (0.99 - 0.06 * (k % 10)) * nearest
        : scale * [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128][k % 10]!
    const before = problem.best
    const point = problem.inside(along(x, z, reach / lengthIn(norm, z)))
    if (!(problem.margin(point) < 0) || problem.best === before) continue
    refine(problem)
    fab(problem, { steps: 50, from: problem.best!.point })
  }
}
