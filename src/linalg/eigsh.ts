import { Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { stream } from '../random/index.ts'
import { asTensor, symmetricOf } from './arguments.ts'
import { bearsOut, completeness, LARGEST, type Completeness, type Found } from './completeness.ts'
import {
  generalizedProblem,
  plainProblem,
  shiftedProblem,
  type Metric,
  type Problem,
} from './eigsh-problem.ts'
import { nonzero } from './lanczos.ts'
import type { Eventually } from './operator.ts'
import { squareOperatorOf, type Matrix } from './product.ts'
import { RitzSpace, type Ritz } from './thick-restart.ts'
import {
  columnsOf,
  eigshLimits,
  preferred,
  toleranceOf,
  type SearchLimits,
  type Tolerance,
  type Which,
} from './wanted.ts'

export interface EigshOptions {
  /** How many pairs. Default: the smaller of n and 6. */
  readonly k?: number
  /** Largest, smallest, largest by magnitude, or from both ends in turn, the largest first. Default: LA, with `sigma` LM: those nearest to it. */
  readonly which?: Which
  /** Pairs with residuals up to tol·|θ| have converged, up to rounding. Default 0: to rounding. */
  readonly tol?: number
  /**
   * Vectors that are multiplied before a restart. Default: n up to 100, else the largest of 2k + 10, k + 3·block and 32, and twice as many whenever n more
   * products were not enough.
   */
  readonly maxDim?: number
  /** Default: 10·n + 100·maxDim. */
  readonly maxProducts?: number
  readonly seed?: number
  /** Vectors at a time: as many copies of an eigenvalue show at once. Default 1. */
  readonly block?: number
  /** The first direction, [n]. Default: random by the seed. */
  readonly start?: Tensor
  /** Finds eigenvalues near this number, by `solve`. */
  readonly sigma?: number
  /** (A - sigma·I)⁻¹ x. */
  readonly solve?: (x: Float64Array) => Eventually
  /** Solves A x = λ B x. */
  readonly b?: Metric
  /** Of a matrix given as a function. */
  readonly n?: number
}

export interface Eigsh {
  /** [k]: descending for LA and BE, ascending for SA, by falling magnitude for LM, the nearest to `sigma` first. */
  readonly values: Tensor
  /** [n, k], orthonormal columns; with `b` in the inner product xᵀBy. */
  readonly vectors: Tensor
  /** ‖A v - θ v‖ of each pair, computed by products at the end; with `b` ‖A v - θ B v‖. */
  readonly residuals: Tensor
  readonly converged: readonly boolean[]
  /** With A, those for the residuals included; with `sigma`, solutions. */
  readonly products: number
  /** Inner products spent on orthogonalisation. */
  readonly reorthogonalizations: number
  /**
   * True: no eigenvalue on the wanted side is missing, for either the whole space was built, or the inertia of A next to the last value says so. False:
   * the inertia says that some are missing. Otherwise nobody has shown it: there is no matrix to take the inertia of, it is larger than 2000, not all
   * pairs have converged, or the last value has neighbours too near to be told apart.
   */
  readonly complete: Completeness
  /** Why a pair has not converged. */
  readonly message?: string
}

/**
 * k eigenvalues at an end of the spectrum of a symmetric matrix, and their vectors, from products with the matrix alone: thick-restart Lanczos (Wu & Simon,
 * SIAM J. Matrix Anal. Appl. 22, 2000) with full reorthogonalisation. Where the space becomes invariant it goes on in a random direction across it.
 *
 * A dense matrix of n <= 2000 is also asked whether anything is missing (Sylvester's law of inertia; Parlett, The Symmetric Eigenvalue Problem, 3.3), and
 * what is missing is searched for. Of an operator nobody can know this from products alone: several copies of one eigenvalue may look like one, unless
 * `block` is as large as their number.
 *
 * Errors: TypeError and RangeError by name for a matrix that is not square or not symmetric (a dense one to the last bit), options out of range, and an
 * answer of an operator that is no finite vector of n numbers, with the number of the product.
 *
 * @example
 * const { values, vectors } = await eigsh(A, { k: 4, which: 'SA' })
 */
export async function eigsh(A: Matrix, options: EigshOptions = {}): Promise<Eigsh> {
  const op = 'eigsh'
  if (A instanceof Tensor) symmetricOf(op, A)
  const problem = problemOf(op, A, options)
  const { n } = problem
  const which = options.which ?? (options.sigma === undefined ? 'LA' : 'LM')
  if (!['LA', 'SA', 'LM', 'BE'].includes(which))
    throw new RangeError(`${op}: expected which to be LA, SA, LM or BE, got ${String(which)}`)
  const limits = eigshLimits(op, n, options)
  const tolerance = toleranceOf(op, options.tol ?? 0, n)
  const random = stream(options.seed ?? 1, op)
  const { multiply, metric } = problem
  const space = new RitzSpace({ n, multiply, random, ...(metric && { metric }) })
  const start = options.start && nonzero(op, options.start, n)
  if (n > 0) for (let i = 0; i < limits.block; i++) await space.add(i === 0 ? start : undefined)

  const search = { space, problem, which, limits, tolerance }
  let [found, isNew]: [FoundAt | undefined, boolean] = [undefined, true]
  for (;;) {
    const cycle: Cycle = await iterate(search, isNew ? found : undefined)
    const last: FoundAt | undefined = found
    found = foundOf(search, cycle)
    const answer = (complete: Completeness): Promise<Eigsh> => assemble(search, cycle, found!, complete)
    if (space.isWhole) return answer(isSymmetric(space) || 'unproved')
    if (!cycle.converged) return answer(last && isNew ? false : 'unproved')
    const proof = A instanceof Tensor && n <= LARGEST && problem.isDirect && completeness(A, found)
    if (proof && proof.complete !== false) return answer(proof.complete)
    // After a breakdown the space says nothing of what lies across it: one more cycle from a new direction has to find the same values.
    if (!proof && (space.breakdowns === 0 || (last && isSame(search, found, last.theta))))
      return answer('unproved')
    isNew = Boolean(proof)
    await lookElsewhere(search, cycle, proof ? proof.missing : 1)
  }
}

function problemOf(op: string, A: Matrix, { sigma, solve, b, n }: EigshOptions): Problem {
  const operator = squareOperatorOf(op, A, n)
  if (sigma === undefined && solve === undefined)
    return b ? generalizedProblem(op, operator, b) : plainProblem(op, operator)
  if (b) throw new RangeError(`${op}: expected either sigma or b, got both`)
  if (typeof solve !== 'function')
    throw new TypeError(`${op}: expected sigma with a function solve, got ${typeof solve}`)
  if (!Number.isFinite(sigma)) throw new RangeError(`${op}: expected a finite sigma, got ${String(sigma)}`)
  return shiftedProblem(op, operator, sigma!, solve)
}

/** What is found, and where among the Ritz pairs. */
interface FoundAt extends Found {
  readonly at: readonly number[]
}

interface Search {
  readonly space: RitzSpace
  readonly problem: Problem
  readonly which: Which
  readonly limits: SearchLimits
  readonly tolerance: Tolerance
}

interface Cycle {
  readonly ritz: Ritz
  /** Positions of the Ritz pairs, those wanted first. */
  readonly order: readonly number[]
  /** All wanted pairs have converged; false when products ran out. */
  readonly converged: boolean
}

/** Cycles until the wanted pairs have converged (to other values than these), products run out, or the whole space has been built. */
async function iterate(search: Search, other: Found | undefined): Promise<Cycle> {
  const { space, problem, which, limits, tolerance } = search
  for (;;) {
    const isOut = (): boolean => problem.count() >= limits.maxProducts - limits.k
    const room = limits.room(problem.count())
    while (space.done < room && space.waiting > 0 && !isOut()) await space.step()
    const ritz = space.ritz()
    const order = preferred(ritz.values, which)
    const norm = normOf(space, ritz)
    const wanted = order.slice(0, limits.k)
    const isDone = wanted.every((i) => ritz.residuals[i]! <= tolerance.stop(ritz.values[i]!, norm))
    const cycle = { ritz, order, converged: isDone }
    const converged = isDone && !(other && isSame(search, foundOf(search, cycle), other.theta))
    if (converged || isOut() || space.isWhole) return { ritz, order, converged }
    restart(search, cycle)
  }
}

/** The same values as before, to what residuals allow. */
function isSame({ tolerance }: Search, { theta, norm }: Found, before: Float64Array): boolean {
  return theta.every((x, i) => Math.abs(x - before[i]!) <= tolerance.limit(x, norm))
}

/** A lower bound of ‖A‖. */
function normOf(space: RitzSpace, { values }: Ritz): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), space.norm)
}

/** Keeps three fifths of the space, and room for whatever waits. */
function restart({ space, problem, limits }: Search, { ritz, order }: Cycle): void {
  const room = limits.room(problem.count())
  const kept = Math.max(limits.k, Math.min(room - space.waiting, Math.floor(0.6 * room)))
  space.restart(ritz, order.slice(0, kept))
}

/** Restarts with random directions across the space, one for every pair that is missing, as far as there is room. */
async function lookElsewhere(search: Search, cycle: Cycle, missing: number): Promise<void> {
  const { space, limits } = search
  restart(search, cycle)
  const room = Math.max(limits.block + 1, Math.floor((limits.maxDim - limits.k) / 2))
  const target = Math.min(room, limits.block + missing)
  while (space.waiting < target && space.vectors.length < space.n) await space.add()
}

/** Symmetric to rounding, as seen in the basis. */
function isSymmetric({ asymmetry, norm, vectors }: RitzSpace): boolean {
  return asymmetry <= 1e-13 * (10 + vectors.length) * norm
}

/** The wanted pairs in the order in which they are returned. */
function foundOf({ space, problem, which, limits }: Search, { ritz, order }: Cycle): FoundAt {
  const sorted = which === 'BE' ? 'LA' : which
  const wanted = order.slice(0, limits.k)
  const theta = Float64Array.from(wanted, (i) => ritz.values[i]!)
  const at = preferred(theta, sorted).map((j) => wanted[j]!)
  return {
    at,
    which,
    theta: Float64Array.from(at, (i) => ritz.values[i]!),
    residuals: Float64Array.from(at, (i) => ritz.residuals[i]!),
    norm: normOf(space, ritz),
    power: problem.power(),
  }
}

async function assemble(
  { space, problem, tolerance }: Search,
  { ritz }: Cycle,
  found: FoundAt,
  complete: Completeness,
): Promise<Eigsh> {
  const { theta, at } = found
  const { n } = problem
  const vectors = space.ritzVectors(ritz, at)
  const residuals = new Float64Array(at.length)
  for (let j = 0; j < at.length; j++) residuals[j] = await problem.residual(theta[j]!, vectors[j]!)
  vectors.forEach(problem.normalize)
  const judged = problem.isDirect ? residuals.map((r) => numbers.scale2(r, -found.power)) : found.residuals
  const converged = Array.from(judged, (r, j) => r <= tolerance.limit(theta[j]!, found.norm))
  const misses = converged.filter((c) => !c).length
  return {
    values: asTensor(theta.map(problem.value), at.length),
    vectors: asTensor(columnsOf(vectors, n), n, at.length),
    residuals: asTensor(residuals, at.length),
    converged,
    products: problem.count(),
    reorthogonalizations: space.reorthogonalizations,
    complete: complete === true && !bearsOut(judged, found, n) ? 'unproved' : complete,
    ...(misses > 0 && { message: tolerance.message(misses, problem.count()) }),
  }
}
