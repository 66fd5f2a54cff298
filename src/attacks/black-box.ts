import { normal, rademacher, uniform } from '../random/index.ts'
import { along, difference, lengthIn } from './norms.ts'
import { randomStart, withinBudget, type BudgetOptions } from './pgd.ts'
import { decisive, type Problem } from './problem.ts'

/**
 * Square attack (Andriushchenko et al., arXiv:1912.00049, algorithm 1), linf and l2, on vectors: a random run of coordinates
 * (a square of them where `side` is given, the image's rows) is set to ±ε, or gets the budget of others, and kept when the margin
 * falls. Asks for values only. The share of coordinates is halved at fixed shares of the queries.
 */
export function square(
  problem: Problem,
  { epsilon, queries = 1000, side }: BudgetOptions & { readonly queries?: number; readonly side?: number },
): void {
  const { x, norm } = problem
  let point = randomStart(problem, epsilon)
  let margin = decisive(problem.margins(point))
  const d = x.length
  for (let query = 1; query < queries && margin >= 0; query++) {
    const own = problem.stream.child('square', query)
    const share = shareAt(query / queries)
    const picked = window(d, share, side, uniform(own, 2))
    const signs = rademacher(own.child('signs'), picked.length + 1)
    const next = point.slice()
    picked.forEach((i, k) => {
      // One sign for the whole window in linf, a new one each where lengths count.
      const sign = norm === 'linf' ? signs[0]! : signs[k + 1]!
      next[i] = x[i]! + sign * (norm === 'linf' ? epsilon : (1.5 * epsilon) / Math.sqrt(picked.length))
    })
    const moved = withinBudget(problem, next, epsilon)
    const found = decisive(problem.margins(moved))
    if (found < margin) [point, margin] = [moved, found]
  }
}

/** The share of coordinates, from 0.8 down, after this share of the queries (the paper's table for 10,000). */
function shareAt(progress: number): number {
  const cuts = [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8]
  let share = 0.8
  for (const cut of cuts) if (progress > cut) share /= 2
  return share
}

/** Indices of a run of coordinates, or of a square window of rows of length `side`. */
function window(d: number, share: number, side: number | undefined, [u, v]: Float64Array): number[] {
  const count = Math.max(1, Math.floor(share * d))
  if (side === undefined || d % side !== 0) {
    const start = Math.floor(u! * (d - count + 1))
    return Array.from({ length: count }, (_, k) => start + k)
  }
  const height = d / side
  const edge = Math.max(1, Math.min(side, height, Math.floor(Math.sqrt(count))))
  const [top, left] = [Math.floor(u! * (height - edge + 1)), Math.floor(v! * (side - edge + 1))]
  return Array.from(
    { length: edge * edge },
    (_, k) => (top + Math.floor(k / edge)) * side + left + (k % edge),
  )
}

/**
 * HopSkipJump (Chen et al., arXiv:1904.02144, algorithm 2), l2: from an adversarial point, bisection to the boundary, its
 * normal from the signs of the decision at random points nearby, a step of length ‖x′ - x‖/√t. Asks for decisions only. Where
 * no point of a random sequence is adversarial it ends at once, and it does not move further away than it began.
 */
export function hopSkipJump(
  problem: Problem,
  { rounds = 20, samples = 50 }: { readonly rounds?: number; readonly samples?: number } = {},
): void {
  const { x } = problem
  const d = x.length
  const flips = (point: Float64Array): boolean => problem.margin(point) < 0
  let point = problem.best?.point ?? start(problem)
  if (!point) return
  point = toBoundary(problem, point, flips)
  for (let round = 1; round <= rounds; round++) {
    const distance = lengthIn('l2', difference(point, x))
    const radius = distance / d
    const count = Math.floor(samples * Math.sqrt(round))
    const estimate = new Float64Array(d)
    const votes: { u: Float64Array; vote: number }[] = []
    for (let k = 0; k < count; k++) {
      const u = normal(problem.stream.child('probe', round, k), d)
      const scale = 1 / lengthIn('l2', u)
      const probe = problem.inside(along(point, u, radius * scale))
      votes.push({ u: u.map((v) => v * scale), vote: flips(probe) ? 1 : -1 })
    }
    const mean = votes.reduce((sum, { vote }) => sum + vote, 0) / count
    const baseline = Math.abs(mean) === 1 ? 0 : mean
    for (const { u, vote } of votes) for (let i = 0; i < d; i++) estimate[i]! += (vote - baseline) * u[i]!
    const length = lengthIn('l2', estimate)
    if (length === 0) return
    let step = distance / Math.sqrt(round)
    let moved: Float64Array | undefined
    for (let k = 0; k < 20 && !moved; k++, step /= 2) {
      const candidate = problem.inside(along(point, estimate, step / length))
      if (flips(candidate)) moved = candidate
    }
    if (!moved) continue
    point = toBoundary(problem, moved, flips)
  }
}

/** An adversarial point among random ones at growing distances. */
function start(problem: Problem): Float64Array | undefined {
  const { x, room, stream } = problem
  const scale = lengthIn('l2', x) || 1
  for (let k = 0; k < 50; k++) {
    const z = normal(stream.child('far', k), x.length)
    const boxed = Number.isFinite(room.low) && Number.isFinite(room.high)
    const u = uniform(stream.child('anywhere', k), x.length)
    const point = boxed
      ? u.map((v) => room.low + v * (room.high - room.low))
      : problem.inside(along(x, z, ((1 + k) * scale) / Math.sqrt(x.length) / 4))
    if (problem.margin(point) < 0) return point
  }
  return undefined
}

/** Towards x until the boundary, to a hundredth. */
function toBoundary(
  problem: Problem,
  from: Float64Array,
  flips: (point: Float64Array) => boolean,
): Float64Array {
  const direction = difference(from, problem.x)
  let [low, high] = [0, 1]
  while (high - low > 0.001) {
    const middle = (low + high) / 2
    if (flips(problem.inside(along(problem.x, direction, middle)))) high = middle
    else low = middle
  }
  return problem.inside(along(problem.x, direction, high))
}
