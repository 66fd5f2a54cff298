/** The symmetric problem behind `eigsh`: A x = λ x, shifted and inverted, or A x = λ B x. */
import { combine, lengthOf } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { operator, type Eventually, type Operator } from './operator.ts'
import { ScaledProducts } from './product.ts'

/** B of A x = λ B x, symmetric and positive definite, by what it and its inverse do to a vector. */
export interface Metric {
  readonly apply: (x: Float64Array) => Eventually
  readonly solve: (x: Float64Array) => Eventually
}

/** What the iteration multiplies by, scaled by a power of two, and what its eigenpairs say of A. */
export interface Problem {
  readonly n: number
  /** The eigenvalues of the iteration are those of A, and so are its residuals. */
  readonly isDirect: boolean
  readonly multiply: (x: Float64Array) => Promise<Float64Array>
  readonly metric?: (x: Float64Array) => Promise<Float64Array>
  /** Products with A, or with (A - σI)⁻¹, so far. */
  readonly count: () => number
  /** The power of two that was taken off. */
  readonly power: () => number
  /** λ of an eigenvalue of the iteration. */
  readonly value: (theta: number) => number
  /** ‖A x - λ x‖, or ‖A x - λ B x‖, by another product; also where the iteration inverts. */
  readonly residual: (theta: number, x: Float64Array) => Promise<number>
  /** Brings x to norm 1, or xᵀBx = 1. */
  readonly normalize: (x: Float64Array) => void
}

export function plainProblem(op: string, A: Operator): Problem {
  const products = new ScaledProducts(op, A)
  return {
    n: A.rows,
    isDirect: true,
    multiply: (x) => products.apply(x),
    count: () => products.count,
    power: () => products.power,
    value: (theta) => numbers.scale2(theta, products.power),
    residual: async (theta, x) => {
      const y = await products.apply(x)
      return numbers.scale2(lengthOf(combine(y, [1, -theta], [y, x])), products.power)
    },
    normalize: () => {},
  }
}

/** (A - σI)⁻¹, with the eigenvalues 1/(λ - σ) (Ericsson & Ruhe, Math. Comp. 35, 1980). */
export function shiftedProblem(
  op: string,
  A: Operator,
  sigma: number,
  solve: (x: Float64Array) => Eventually,
): Problem {
  const inverse = new ScaledProducts(op, operator(solve, A.rows))
  const own = new ScaledProducts(op, A)
  const value = (theta: number): number => sigma + 1 / numbers.scale2(theta, inverse.power)
  return {
    n: A.rows,
    isDirect: false,
    multiply: (x) => inverse.apply(x),
    count: () => inverse.count,
    power: () => inverse.power,
    value,
    residual: async (theta, x) => {
      const y = await own.apply(x)
      const lambda = numbers.scale2(value(theta), -own.power)
      return numbers.scale2(lengthOf(combine(y, [1, -lambda], [y, x])), own.power)
    },
    normalize: () => {},
  }
}

/** B⁻¹A in the inner product xᵀBy, in which it is symmetric. */
export function generalizedProblem(op: string, A: Operator, b: Metric): Problem {
  const products = new ScaledProducts(op, A)
  const image = new ScaledProducts(`${op} b.apply`, operator(b.apply, A.rows))
  const inverse = new ScaledProducts(`${op} b.solve`, operator(b.solve, A.rows))
  const power = (): number => products.power + inverse.power
  return {
    n: A.rows,
    isDirect: false,
    multiply: async (x) => inverse.apply(await products.apply(x)),
    metric: (x) => image.apply(x),
    count: () => products.count,
    power,
    value: (theta) => numbers.scale2(theta, power()),
    residual: async (theta, x) => {
      const [y, bx] = [await products.apply(x), await image.apply(x)]
      const factor = theta * numbers.scale2(1, inverse.power + image.power)
      return numbers.scale2(lengthOf(combine(y, [1, -factor], [y, bx])), products.power)
    },
    normalize: (x) => {
      if (image.power !== 0) combine(x, [1 / Math.sqrt(numbers.scale2(1, image.power))], [x])
    },
  }
}
