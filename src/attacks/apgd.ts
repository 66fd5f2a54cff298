import { lossRules } from './losses.ts'
import { along, steepest } from './norms.ts'
import { randomStart, withinBudget, type BudgetOptions } from './pgd.ts'
import { decisive, type Problem } from './problem.ts'

/**
 * APGD (Croce & Hein, arXiv:2003.01690, algorithm 1): steps from 2ε (ε in l1) with momentum 0.75, halved at checkpoints where
 * fewer than three quarters of the steps improved the loss, or nothing improved since the last, and then from the best point
 * again. Checkpoints at 0.22 n, the gaps shrinking by 0.03 n down to 0.06 n.
 */
export function apgd(problem: Problem, options: BudgetOptions & { readonly steps?: number }): void {
  const { epsilon, loss = 'margin', steps = 100, restart = 0 } = options
  const { value, weights } = lossRules[loss]
  const norm = problem.norm === 'l0' ? 'l2' : problem.norm
  let rate = norm === 'l1' ? epsilon : 2 * epsilon
  const ascend = (from: Float64Array, gradient: Float64Array): Float64Array =>
    withinBudget(problem, along(from, steepest(norm, gradient), rate), epsilon)

  let point = restart > 0 ? randomStart(problem, epsilon) : problem.x
  let { margins, gradient } = problem.pull(point, weights)
  if (decisive(margins) < 0) return
  let [best, bestGradient, bestLoss] = [point, gradient, value(margins)]
  let before = point
  let current = bestLoss
  let checkpoint = Math.max(1, Math.ceil(0.22 * steps))
  let gap = checkpoint
  let [improved, sinceCheckpoint] = [0, 0]
  let [rateThen, lossThen] = [rate, bestLoss]
  for (let step = 0; step < steps; step++) {
    const ahead = ascend(point, gradient)
    const momentum = step === 0 ? 1 : 0.75
    const mixed = point.map((v, i) => v + momentum * (ahead[i]! - v) + (1 - momentum) * (v - before[i]!))
    before = point
    point = withinBudget(problem, mixed, epsilon)
    ;({ margins, gradient } = problem.pull(point, weights))
    if (decisive(margins) < 0) return
    const now = value(margins)
    if (now > current) improved++
    current = now
    if (now > bestLoss) [best, bestGradient, bestLoss] = [point, gradient, now]
    if (++sinceCheckpoint < gap || step + 1 < checkpoint) continue
    const stuck = rateThen === rate && lossThen >= bestLoss
    ;[rateThen, lossThen] = [rate, bestLoss]
    if (improved < 0.75 * sinceCheckpoint || stuck) {
      rate /= 2
      ;[point, before, gradient, current] = [best, best, bestGradient, bestLoss]
    }
    gap = Math.max(Math.ceil(0.06 * steps), gap - Math.ceil(0.03 * steps))
    checkpoint += gap
    ;[improved, sinceCheckpoint] = [0, 0]
  }
}

/**
 * The smallest ε at which APGD succeeds, by bisection: from the linear model's distance doubled until it does, then
 * `searches` halvings. Every success lowers ε to what was found, not only to its budget.
 */
export function minimalApgd(
  problem: Problem,
  {
    steps = 40,
    searches = 12,
    restart = 0,
  }: { readonly steps?: number; readonly searches?: number; readonly restart?: number } = {},
  firstGuess: number,
): void {
  let [low, high] = [0, problem.best?.length ?? Infinity]
  let epsilon = firstGuess
  for (let search = 0; search < searches && epsilon > 0; search++) {
    const before = problem.best
    apgd(problem, { epsilon, steps, restart })
    if (problem.best !== before) high = Math.min(epsilon, problem.best!.length)
    else low = epsilon
    if (high < Infinity && high - low <= 1e-3 * high) return
    epsilon = high < Infinity ? (low + high) / 2 : 2 * epsilon
  }
}
