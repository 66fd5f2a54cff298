import { dot } from '../array/index.ts'
import { along, difference } from './norms.ts'
import { deepFool } from './deepfool.ts'
import { smallest, type Problem } from './problem.ts'

/**
 * SuperDeepFool (Abdolahpourrostami et al., arXiv:2303.12481, algorithm 2, SDF(∞, 1)), l2: DeepFool to the boundary, then
 * the perturbation's part along the boundary's normal there, again and again from what is left.
 */
export function superDeepFool(problem: Problem, { rounds = 10 }: { readonly rounds?: number } = {}): void {
  const { x } = problem
  let before = Infinity
  for (let round = 0; round < rounds; round++) {
    if (round === 0) deepFool(problem)
    const { best } = problem
    if (!best || !(best.length < before)) return
    before = best.length
    const { gradient: normal } = problem.pull(best.point, smallest)
    const square = dot(normal, normal)
    if (square === 0) return
    const length = dot(difference(best.point, x), normal) / square
    // Back to the boundary along the normal, from the projected point: a step of DeepFool at a time.
    let point = problem.inside(along(x, normal, length))
    for (let step = 0; step < 10; step++) {
      const { margins, gradient } = problem.pull(point, smallest)
      const margin = margins.reduce((least, m) => Math.min(least, m), Infinity)
      const slope = dot(gradient, gradient)
      if (margin < 0 || slope === 0) break
      point = problem.inside(along(point, gradient, (-1.02 * margin) / slope))
    }
    problem.margins(point)
  }
}
