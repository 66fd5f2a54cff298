import { along, lengthIn } from './norms.ts'
import { decisive, smallest, type Problem } from './problem.ts'

/**
 * Carlini & Wagner's l2 attack (arXiv:1608.04644, section VI.A): Adam on ‖δ‖² + c·max(m, 0), c found by bisection over
 * powers. Distances and margins are taken in units of the first linear step, in place of absolute constants, and boxes by
 * clipping in place of the change of variables by tanh, which has no inverse at the corners.
 */
export function carliniWagner(
  problem: Problem,
  { steps = 100, searches = 5 }: { readonly steps?: number; readonly searches?: number } = {},
): void {
  const { x } = problem
  const first = problem.pull(x, smallest)
  const [start, slope] = [decisive(first.margins), lengthIn('l2', first.gradient)]
  if (slope === 0) return
  // In these units the linear model's answer has length 1 and margin 1.
  const unit = start / slope
  let [low, high, c] = [0, Infinity, 4]
  for (let search = 0; search < searches; search++) {
    let succeeded = false
    let delta = new Float64Array(x.length)
    const [mean, square] = [new Float64Array(x.length), new Float64Array(x.length)]
    let [decay1, decay2] = [1, 1]
    for (let step = 0; step < steps; step++) {
      const { margins, gradient } = problem.pull(problem.inside(along(x, delta, unit)), smallest)
      const margin = decisive(margins)
      if (margin < 0) succeeded = true
      ;[decay1, decay2] = [decay1 * 0.9, decay2 * 0.999]
      const next = new Float64Array(x.length)
      for (let i = 0; i < x.length; i++) {
        const g = 2 * delta[i]! + (margin > 0 ? (c * gradient[i]!) / slope : 0)
        mean[i] = 0.9 * mean[i]! + 0.1 * g
        square[i] = 0.999 * square[i]! + 0.001 * g * g
        const root = Math.sqrt(square[i]! / (1 - decay2))
        next[i] = delta[i]! - (root > 0 ? ((0.05 / Math.sqrt(x.length)) * mean[i]!) / (1 - decay1) / root : 0)
      }
      delta = next
    }
    if (succeeded) high = c
    else low = c
    c = high < Infinity ? (low + high) / 2 : c * 10
  }
}
