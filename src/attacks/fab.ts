import { normal } from '../random/index.ts'
import { along, lengthIn, steepest } from './norms.ts'
import { nearestHyperplane, smoothNorm } from './minimal-steps.ts'
import { decisive, type Problem } from './problem.ts'

export interface FabOptions {
  readonly steps?: number
  /** The number of the restart; the first starts at x itself. */
  readonly restart?: number
  /** The smallest norm that earlier restarts found. */
  readonly known?: number
  /** Where to begin, in place of x or a random start. */
  readonly from?: Float64Array
}

const [alphaMax, eta, beta] = [0.1, 1.05, 0.9]

/**
 * FAB (Croce & Hein, arXiv:1907.02044, algorithm 1): project the current and the original point onto the nearest linearised
 * boundary inside the box, go to a mean of both with overshoot η = 1.05 that leans to the original by α ≤ 0.1, and step back
 * by β = 0.9 whenever the class has changed. Restarts begin at half the best norm in a random direction. A minimal-norm attack:
 * there is no budget.
 */
export function fab(
  problem: Problem,
  { steps = 100, restart = 0, known = Infinity, from }: FabOptions = {},
): void {
  const { x } = problem
  const norm = smoothNorm(problem)
  let point = from ?? x
  if (restart > 0 && !from) {
    const z = normal(problem.stream.child('start'), x.length)
    const direction = norm === 'l1' ? steepest('l1', z) : z
    // Where nothing was found yet, as far as the point is from the origin.
    const reach = known < Infinity ? known / 2 : lengthIn(norm, x)
    point = problem.inside(along(x, direction, reach / lengthIn(norm, direction)))
  }
  for (let step = 0; step < steps; step++) {
    const linear = problem.linearise(point)
    if (decisive(linear.margins) < 0) {
      point = problem.inside(along(x, delta(point, x), beta))
      continue
    }
    const near = nearestHyperplane(problem, norm, point, point, linear)
    if (!near) return
    const chosen = {
      margins: linear.margins,
      gradients: linear.gradients.map((g) => (g === near.gradient ? g : g.map(() => 0))),
    }
    const far = nearestHyperplane(problem, norm, x, point, chosen)
    if (!far) return
    const alpha = Math.min(Math.max(near.length / (near.length + far.length), 0), alphaMax)
    const next = new Float64Array(x.length)
    for (let i = 0; i < x.length; i++) {
      const own = point[i]! + eta * near.perturbation[i]!
      const original = x[i]! + eta * far.perturbation[i]!
      next[i] = (1 - alpha) * own + alpha * original
    }
    point = problem.inside(next)
  }
}

function delta(point: Float64Array, x: Float64Array): Float64Array {
  return along(point, x, -1)
}
