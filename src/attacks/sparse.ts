import { along, difference, lengthIn } from './norms.ts'
import { decisive, smallest, type Problem } from './problem.ts'

/**
 * Greedy l0: the coordinate whose move to its best value lowers the linearised margin most, one after the other, until the
 * class changes; then every changed coordinate that is not needed goes back. Without a box a coordinate moves as far as the
 * linear model asks for.
 */
export function greedy(problem: Problem): void {
  const { x, room } = problem
  let point = x
  const changed = new Set<number>()
  while (changed.size < x.length) {
    const { margins, gradient } = problem.pull(point, smallest)
    if (decisive(margins) < 0) break
    const margin = decisive(margins)
    const target = (i: number): number => {
      const wanted = gradient[i]! > 0 ? room.low : room.high
      return Number.isFinite(wanted) ? wanted : point[i]! - (2 * margin) / gradient[i]!
    }
    let [chosen, gain] = [-1, 0]
    gradient.forEach((g, i) => {
      if (changed.has(i) || g === 0) return
      // Where there is no box every coordinate can do it alone: the steepest one needs the least.
      const own = Number.isFinite(g > 0 ? room.low : room.high)
        ? Math.abs(g * (target(i) - x[i]!))
        : Math.abs(g)
      if (own > gain) [chosen, gain] = [i, own]
    })
    if (chosen < 0) return
    const next = point.slice()
    next[chosen] = target(chosen)
    changed.add(chosen)
    point = next
  }
  if (!problem.best) problem.margins(point)
  if (problem.best) restore(problem)
}

/** Puts changed coordinates back, those of the smallest change first, wherever the point stays adversarial. */
export function restore(problem: Problem): void {
  const { x } = problem
  const point = problem.best!.point.slice()
  const delta = difference(point, x)
  const order = Array.from(delta.keys())
    .filter((i) => delta[i] !== 0)
    .sort((i, j) => Math.abs(delta[i]!) - Math.abs(delta[j]!) || i - j)
  for (const i of order) {
    const value = point[i]!
    point[i] = x[i]!
    if (!(problem.margin(point) < 0)) point[i] = value
  }
}

/**
 * σ-zero (Cinà et al., arXiv:2402.01879, algorithm 1), l0: gradient steps on the margin and on Σ δ_i²/(δ_i² + σ), entries
 * below a threshold set to 0, the threshold rising while adversarial and falling else. Lengths are in units of the box, or of
 * the first linear step.
 */
export function sigmaZero(problem: Problem, { steps = 100 }: { readonly steps?: number } = {}): void {
  const { x, room } = problem
  const first = problem.pull(x, smallest)
  const slope = lengthIn('linf', first.gradient)
  if (slope === 0) return
  const unit =
    room.high < Infinity && room.low > -Infinity ? room.high - room.low : decisive(first.margins) / slope
  const sigma = 1e-3
  let threshold = 0.3
  let delta = new Float64Array(x.length)
  for (let step = 0; step < steps; step++) {
    const point = problem.inside(along(x, delta, unit))
    const { margins, gradient } = problem.pull(point, smallest)
    const margin = decisive(margins)
    const rate = 1 - step / steps
    const sparse = delta.map((v) => (2 * v * sigma) / ((v * v + sigma) * (v * v + sigma)))
    const pull = margin > 0 ? lengthIn('linf', gradient) : 0
    const push = lengthIn('linf', sparse)
    const direction = gradient.map((g, i) => (pull > 0 ? g / pull : 0) + (push > 0 ? sparse[i]! / push : 0))
    const largest = lengthIn('linf', direction)
    if (largest === 0) return
    const moved = along(delta, direction, -rate / largest)
    threshold = Math.max(0, threshold + (margin < 0 ? 0.01 : -0.01) * rate)
    delta = new Float64Array(moved.map((v) => (Math.abs(v) < threshold ? 0 : v)))
    delta = new Float64Array(difference(problem.inside(along(x, delta, unit)), x).map((v) => v / unit))
  }
  if (problem.best) restore(problem)
}
