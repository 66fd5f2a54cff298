import { showShape, type Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { asTensor, matrixOf, vectorOf } from './arguments.ts'
import { leastSquares } from './lstsq.ts'
import { reflect, reflector } from './reflectors.ts'
import { rotateRows } from './rotations.ts'
import { hypotenuse, norm2, scaleInto } from './scaling.ts'
import { inner, subtractMultiple, substitute, transposed } from './triangular.ts'

/** QᵀA and Qᵀb, where Q makes the columns that may be positive, in the order of `passive`, upper triangular. */
interface State {
  readonly m: number
  readonly n: number
  /** One column of m numbers after the other. */
  readonly columns: Float64Array
  readonly side: Float64Array
  readonly passive: number[]
  readonly x: Float64Array
}

/** min ‖b - Ax‖ over x >= 0; columns of norm about one or zero. */
interface Found {
  readonly x: Float64Array
  readonly passive: readonly number[]
  readonly iterations: number
}

/**
 * Lawson & Hanson's algorithm. Every column that enters is one along which the residual falls. A column that brought no fall, by rounding, is
 * not tried again before there is one: the norms of residuals at which columns are admitted again strictly decrease, so that it ends.
 */
function activeSet(columns: Float64Array, m: number, n: number, b: Float64Array): Found {
  const state: State = { m, n, columns, side: b, passive: [], x: new Float64Array(n) }
  const { side, passive, x } = state
  const tolerance = 2 * Number.EPSILON * (m + n) * norm2(b, 0, m)
  const blocked = new Set<number>()
  let best = Infinity
  let iterations = 0
  for (;;) {
    const next = steepest(state, blocked, tolerance)
    if (next < 0) return { x, passive, iterations }
    if (!enter(state, next)) {
      blocked.add(next)
      continue
    }
    iterations++
    settle(state)
    const rest = norm2(side, passive.length, m)
    if (rest < best) blocked.clear()
    else blocked.add(next)
    best = Math.min(best, rest)
  }
}

/** The column with the largest inner product with the residual, if one exceeds the tolerance; otherwise -1. */
function steepest(
  { m, n, columns, side, passive }: State,
  blocked: ReadonlySet<number>,
  tolerance: number,
): number {
  const p = passive.length
  let [best, most] = [-1, tolerance]
  if (p === m) return best
  for (let j = 0; j < n; j++) {
    if (blocked.has(j) || passive.includes(j)) continue
    const slope = inner(columns, j * m + p, side, p, m - p)
    if (slope > most) [best, most] = [j, slope]
  }
  return best
}

/** Makes column j passive, unless it depends on the others to rounding or would not become positive. */
function enter({ m, n, columns, side, passive }: State, j: number): boolean {
  const p = passive.length
  const v = columns.slice(j * m + p, (j + 1) * m)
  const { beta, tau } = reflector(v)
  const reflected = side.slice()
  reflect(tau, v, reflected, p)
  if (Math.abs(beta) <= Number.EPSILON * (m + n) || !(reflected[p]! / beta > 0)) return false
  side.set(reflected)
  for (let c = 0; c < n; c++) if (!passive.includes(c)) reflect(tau, v, columns, c * m + p)
  columns[j * m + p] = beta
  columns.fill(0, j * m + p + 1, (j + 1) * m)
  passive.push(j)
  return true
}

/** Moves x to the minimum over the passive columns, which leave where they reach 0 on the way. */
function settle(state: State): void {
  const { m, columns, side, passive, x } = state
  for (;;) {
    const p = passive.length
    const packed = new Float64Array(p * p)
    passive.forEach((j, c) => packed.set(columns.subarray(j * m, j * m + c + 1), c * p))
    const s = side.slice(0, p)
    substitute({ data: packed, row: 1, column: p, lower: false, unit: false }, p, s, 1)
    let [step, last] = [1, -1]
    passive.forEach((j, c) => {
      if (s[c]! > 0) return
      const reach = x[j]! / (x[j]! - s[c]!)
      if (last < 0 || reach < step) [step, last] = [reach, j]
    })
    passive.forEach((j, c) => (x[j] = last < 0 ? s[c]! : x[j]! + step * (s[c]! - x[j]!)))
    if (last < 0) return
    x[last] = 0
    for (let c = p - 1; c >= 0; c--) {
      if (x[passive[c]!]! > 0) continue
      x[passive[c]!] = 0
      leave(state, c)
    }
  }
}

/** Takes a column out of the passive ones; rotations of neighbouring rows make the later ones triangular again. */
function leave({ m, n, columns, side, passive }: State, at: number): void {
  passive.splice(at, 1)
  for (let i = at; i < passive.length; i++) {
    const top = passive[i]! * m + i
    const length = hypotenuse(columns[top]!, columns[top + 1]!)
    const [c, s] = [columns[top]! / length, columns[top + 1]! / length]
    for (let j = 0; j < n; j++) rotateRows(columns, j * m + i, j * m + i + 1, 1, c, s)
    rotateRows(side, i, i + 1, 1, c, s)
    columns[top + 1] = 0
  }
}

/** Columns scaled by powers of two to norms in [1, 2), and these powers. Zero columns stay. */
function scaled(columns: Float64Array, m: number, n: number): { data: Float64Array; powers: number[] } {
  const data = columns.slice()
  const powers: number[] = []
  for (let j = 0; j < n; j++) {
    const column = data.subarray(j * m, (j + 1) * m)
    const power = Math.max(-2000, numbers.exponent(norm2(column, 0, m)))
    scaleInto(column, column, -power)
    powers.push(power)
  }
  return { data, powers }
}

export interface Nnls {
  /** [n], no element negative. */
  readonly x: Tensor
  /** b - Ax, [m]. */
  readonly residual: Tensor
  /** How many times a column was admitted. */
  readonly iterations: number
}

/**
 * An x >= 0 that minimises ‖b - Ax‖₂, for A of shape [m, n] and b of shape [m], by the active-set method of Lawson & Hanson (Solving Least
 * Squares Problems, 1974, ch. 23), which ends after finitely many steps. For every column a and the residual r: ⟨a, r⟩ is 0 where x is positive
 * and not positive elsewhere, both up to a modest multiple of (m + n)·ε·‖a‖·(‖b‖ + Σ‖aⱼ‖xⱼ). Errors: RangeError for shapes that do not fit;
 * TypeError unless f64.
 */
export function nnls(A: Tensor, b: Tensor): Nnls {
  const { rows: m, columns: n, data } = matrixOf('nnls', A)
  const residual = vectorOf('nnls', b, m).slice()
  const { data: columns, powers } = scaled(transposed(data, m, n), m, n)
  const { data: side, powers: sidePowers } = scaled(residual, m, 1)
  const { x, iterations } = activeSet(columns, m, n, side)
  powers.forEach((power, j) => (x[j] = numbers.scale2(x[j]!, sidePowers[0]! - power)))
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) residual[i] = residual[i]! - data[i * n + j]! * x[j]!
  return { x: asTensor(x, n), residual: asTensor(residual, m), iterations }
}

export type LeastDistance =
  | { readonly status: 'found'; /** [n]. */ readonly x: Tensor }
  | { readonly status: 'infeasible'; readonly x: undefined }

/**
 * The shortest x with Gx >= h, for G of shape [m, n] and h of shape [m]: the problem LDP of Lawson & Hanson (1974, ch. 23.4), by `nnls` for its
 * dual. The constraints that bind hold to rounding, as `lstsq` solves them. `infeasible` means that multipliers u >= 0 with Gᵀu = 0 and hᵀu > 0
 * were found to rounding; the same is said of a feasible set whose distance from the origin is more than about 10¹⁵ times that of the farthest
 * single constraint. Errors: RangeError for shapes that do not fit; TypeError unless f64.
 *
 * @example
 * leastDistance(tensor([[1, 1]]), tensor([2])).x // (1, 1)
 */
export function leastDistance(G: Tensor, h: Tensor): LeastDistance {
  const { rows: m, columns: n, data } = matrixOf('leastDistance', G)
  const bounds = vectorOf('leastDistance', h)
  if (bounds.length !== m) {
    throw new RangeError(
      `leastDistance: expected a bound for each of ${m} rows, got shape ${showShape(h.shape)}`,
    )
  }
  const { data: rows, powers } = scaled(data, n, m)
  if (bounds.some((bound, i) => bound > 0 && norm2(rows, i * n, (i + 1) * n) === 0)) return INFEASIBLE
  // In units of the farthest constraint. What is far from binding may as well be as far as numbers go.
  const unit = bounds.reduce(
    (most, bound, i) => (bound > 0 ? Math.max(most, numbers.exponent(bound) - powers[i]!) : most),
    -Infinity,
  )
  if (unit === -Infinity) return { status: 'found', x: asTensor(new Float64Array(n), n) }
  const heights = Float64Array.from(bounds, (bound, i) =>
    Math.max(-LARGE, numbers.scale2(bound, -powers[i]! - unit)),
  )
  const e = new Float64Array(m * (n + 1))
  for (let i = 0; i < m; i++) {
    e.set(rows.subarray(i * n, (i + 1) * n), i * (n + 1))
    e[i * (n + 1) + n] = heights[i]!
  }
  const { data: columns } = scaled(e, n + 1, m)
  const rest = new Float64Array(n + 1)
  rest[n] = 1
  const { x: u, passive } = activeSet(columns.slice(), n + 1, m, rest.slice())
  u.forEach((factor, i) => subtractMultiple(rest, 0, factor, columns, i * (n + 1), n + 1))
  const size = u.reduce((sum, factor) => sum + 2 * factor, 1)
  if (norm2(rest, 0, n + 1) <= 8 * Number.EPSILON * (m + n) * size) return INFEASIBLE
  return { status: 'found', x: asTensor(shortest(rows, heights, n, passive, unit), n) }
}

const INFEASIBLE: LeastDistance = { status: 'infeasible', x: undefined }
const LARGE = numbers.scale2(1, 1000)

/** The shortest x with ⟨g, x⟩ = h for these rows alone. */
function shortest(
  rows: Float64Array,
  heights: Float64Array,
  n: number,
  binding: readonly number[],
  unit: number,
): Float64Array {
  const k = binding.length
  const chosen = new Float64Array(k * n)
  binding.forEach((i, c) => chosen.set(rows.subarray(i * n, (i + 1) * n), c * n))
  const sides = Float64Array.from(binding, (i) => heights[i]!)
  const { x } = leastSquares(transposed(chosen, k, n), k, n, sides, 1, 0)
  return x.map((value) => numbers.scale2(value, unit))
}
