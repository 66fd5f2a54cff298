/** Comparing several ways to compute one thing, as exactly as rounding lets them be compared. */
import { roundoff, sameShape, showShape, type Tensor } from '../../src/array/index.ts'
import { record } from '../../src/index.ts'
import { constantsOf, show, withConstants, type Program } from './programs.ts'
import { runWithErrors } from './running-error.ts'

/** One way to compute something, as a function of the tensors that it is a function of. */
type Route = readonly [name: string, compute: (args: readonly Tensor[]) => readonly Tensor[]]

/**
 * Every route must give the numbers of the first. Most agree to a few roundings of the numbers themselves; where terms
 * cancelled, the bounds of a running error analysis of both routes decide. Errors with the program and both names.
 */
export function agree(
  program: Program,
  args: readonly Tensor[],
  routesOf: (program: Program) => readonly Route[],
): void {
  const routes = routesOf(program)
  const expected = routes[0]![1](args)
  let referenceBounds: Tensor[] | undefined
  routes.slice(1).forEach(([name, compute], k) => {
    const got = compute(args)
    if (got.length === expected.length && got.every((y, i) => close(y, expected[i]!))) return
    const a = (referenceBounds ??= bounds(program, args, routesOf, 0))
    const b = bounds(program, args, routesOf, k + 1)
    got.forEach((y, t) => {
      for (let i = 0; i < y.size; i++) {
        const allowed = 2 * (a[t]!.data[i]! + b[t]!.data[i]!)
        const [x, z] = [expected[t]!.data[i]!, y.data[i]!]
        // Written so that NaN fails.
        if (Math.abs(x - z) <= allowed) continue
        throw new Error(
          `${routes[0]![0]} and ${name}: ${x} and ${z} may differ by ${allowed}\n${show(program)}`,
        )
      }
    })
  })
}

/** Bounds on the errors of a route. Constants become arguments: what is computed from constants alone would not be on the tape. */
function bounds(
  program: Program,
  args: readonly Tensor[],
  routesOf: (program: Program) => readonly Route[],
  which: number,
): Tensor[] {
  const all = [...args, ...constantsOf(program)]
  const f = (...xs: Tensor[]): readonly Tensor[] => {
    const lifted = withConstants(program, xs.slice(args.length))
    return routesOf(lifted)[which]![1](xs.slice(0, args.length))
  }
  return runWithErrors(record(f, ...all), all).errors
}

function close(a: Tensor, b: Tensor): boolean {
  const tolerance = 64 * roundoff(a.dtype)
  if (!sameShape(a.shape, b.shape)) throw new Error(`shapes ${showShape(a.shape)} and ${showShape(b.shape)}`)
  for (let i = 0; i < a.size; i++) {
    const [x, y] = [a.data[i]!, b.data[i]!]
    if (!(Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y)))) return false
  }
  return true
}
