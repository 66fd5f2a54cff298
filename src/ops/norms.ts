/** Norms of vectors, and of all vectors that lie along some axes. */
import { normalizeAxes, type Tensor } from '../array/index.ts'
import * as e from '../tape/expression.ts'
import { abs, equal, select, square, sqrt } from './arithmetic.ts'
import { stopGradient } from './custom-gradient.ts'
import { elementwise } from './elementwise.ts'
import { max } from './reductions.ts'
import { reshape, sum, type ReduceOptions } from './shape.ts'

export type NormKind = 'l1' | 'l2' | 'linf'

/** The exponent k of 2ᵏ ≤ |x| < 2ᵏ⁺¹, and 0 at 0. */
const scaleOf = elementwise('scaleOf', '⌊log₂|x|⌋, and 0 at 0', (x) =>
  e.select(e.equal(x, 0), 0, e.exponent(x)),
)
const scaleUp = elementwise('scaleUp', 'x 2ᵏ', (x, k) => e.scale2(x, k))
const scaleDown = elementwise('scaleDown', 'x 2⁻ᵏ', (x, k) => e.scale2(x, e.neg(k)))

/**
 * Σ|x|, √Σx² or max|x| over `axes` (all when left out); 0 where there is no element. Every derivative of it is 0 at x = 0, except
 * that the l1 and linf norms are taken as they are in the coordinates that are not 0; where several are largest, they share
 * the derivative of linf equally. The squares of l2 are those of x divided by a power of two near its largest element, so
 * that they neither overflow nor vanish; its derivatives are right while cotangent × norm does neither.
 */
export function norm(
  x: Tensor,
  kind: NormKind = 'l2',
  axes?: number | readonly number[],
  options: ReduceOptions = {},
): Tensor {
  const list = normalizeAxes('norm', axes, x.shape.length)
  const isEmpty = list.some((axis) => x.shape[axis] === 0)
  if (kind === 'l1' || isEmpty) return sum(abs(x), list, options)
  if (kind === 'linf') return max(abs(x), list, options)
  if (kind !== 'l2') throw new TypeError(`norm: expected l1, l2 or linf, got ${String(kind)}`)
  const scale = scaleOf(stopGradient(max(abs(x), list, { keepDims: true })))
  const squares = sum(square(scaleDown(x, scale)), list, { keepDims: true })
  // At 0 the root has no derivative: there the constant 0 takes its place.
  const isZero = equal(squares, 0)
  const y = select(isZero, 0, scaleUp(sqrt(select(isZero, 1, squares)), scale))
  return options.keepDims
    ? y
    : reshape(
        y,
        x.shape.filter((_, axis) => !list.includes(axis)),
      )
}
