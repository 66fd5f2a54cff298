import { normal, uniform } from '../random/index.ts'
import { log } from '../math/index.ts'
import { lossRules, type AttackLoss } from './losses.ts'
import { along, difference, lengthIn, steepest, type Norm } from './norms.ts'
import { decisive, type Problem } from './problem.ts'
import { ontoBall } from './projections.ts'

export interface BudgetOptions {
  /** ‖x′ - x‖ ≤ epsilon */
  readonly epsilon: number
  readonly loss?: AttackLoss
  /** The number of the restart; the first starts at x itself. */
  readonly restart?: number
}

/** The point moved into the ball around x, and into the domain. */
export function withinBudget(problem: Problem, point: Float64Array, epsilon: number): Float64Array {
  const { x, norm } = problem
  const delta = ontoBall(norm, difference(point, x), epsilon)
  const inside = problem.inside(along(x, delta, 1))
  // Rounding of x + δ may leave the ball by the last place of x.
  return lengthIn(norm, difference(inside, x)) <= epsilon * (1 + 1e-12)
    ? inside
    : problem.inside(along(x, delta, 1 - 1e-12))
}

/** A random point of the ball: uniform in l2 and linf, a random direction of Laplace's law in l1, some coordinates in l0. */
export function randomStart(problem: Problem, epsilon: number): Float64Array {
  const { x, norm, stream } = problem
  const u = uniform(stream.child('start'), x.length + 1)
  const z = normal(stream.child('direction'), x.length)
  if (norm === 'linf')
    return withinBudget(
      problem,
      x.map((v, i) => v + epsilon * (2 * u[i]! - 1)),
      epsilon,
    )
  const delta = norm === 'l2' ? z : z.map((v, i) => -Math.sign(v) * log(1 - u[i]!))
  if (norm === 'l0') {
    const chosen = ontoBall('l0', delta, epsilon)
    return problem.inside(
      along(x, chosen, lengthIn('l2', x) / Math.max(1e-300, lengthIn('l2', chosen)) / Math.sqrt(x.length)),
    )
  }
  return withinBudget(problem, along(x, delta, (epsilon * u[x.length]!) / lengthIn(norm, delta)), epsilon)
}

/**
 * PGD (Madry et al., arXiv:1706.06083): steps of 2.5ε/steps along the steepest direction of the norm, projected onto the ball
 * and the domain. In l1 the direction is one coordinate; l0 projects l2 steps onto the ε largest coordinates.
 */
export function pgd(problem: Problem, options: BudgetOptions & { readonly steps?: number }): void {
  const { epsilon, loss = 'margin', steps = 40, restart = 0 } = options
  const { weights } = lossRules[loss]
  const norm: Norm = problem.norm === 'l0' ? 'l2' : problem.norm
  let point = restart > 0 ? randomStart(problem, epsilon) : problem.x
  for (let step = 0; step < steps; step++) {
    const { margins, gradient } = problem.pull(point, weights)
    if (decisive(margins) < 0) return
    const rate = problem.norm === 'l0' ? lengthIn('linf', problem.x) || 1 : (2.5 * epsilon) / steps
    point = withinBudget(problem, along(point, steepest(norm, gradient), rate), epsilon)
  }
  problem.margins(point)
}

/** FGM, and FGSM in linf (Goodfellow et al., arXiv:1412.6572): one step of length ε along the steepest direction. */
export function fgm(problem: Problem, { epsilon, loss = 'cross-entropy' }: BudgetOptions): void {
  const norm = problem.norm === 'l0' ? 'l1' : problem.norm
  const { gradient } = problem.pull(problem.x, lossRules[loss].weights)
  problem.margins(withinBudget(problem, along(problem.x, steepest(norm, gradient), epsilon), epsilon))
}
