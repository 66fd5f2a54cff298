/** Every tolerance of the library, as a function of machine epsilon and size, with its reason. */
import type { DType } from './dtype.ts'

/** Unit roundoff: the largest relative error of one rounding. */
export function roundoff(dtype: DType): number {
  return dtype === 'f32' ? 5.960464477539063e-8 : 1.1102230246251565e-16
}

/**
 * Step of a central difference with one Richardson step, relative to the argument's scale: the truncation error h⁴ and
 * the rounding error u/h balance at h = u^(1/5).
 */
export function differenceStep(dtype: DType): number {
  return dtype === 'f32' ? 1 / 32 : 1 / 1448
}

/** Accepted relative error of a derivative against such a difference: both its errors, a hundredfold. */
export function differenceTolerance(dtype: DType): number {
  return dtype === 'f32' ? 2e-3 : 1e-7
}

/**
 * Accepted relative gap in an identity between two computed inner products of `terms` terms: each is off by at most
 * terms·u relative to Σ|terms|; a factor of 16 leaves room for the operations that made the terms.
 */
export function identityTolerance(dtype: DType, terms: number): number {
  return 16 * (terms + 16) * roundoff(dtype)
}

/**
 * Bound on the rounding error of a network's value at x: relative to ‖∇f‖·‖x‖ + |f|, which is the size that the terms of its last
 * sums have; errors of sums of n terms in lanes grow like √n on average and the logarithm of the width covers the rest.
 */
export function valueTolerance(terms: number): number {
  return 8 * Math.sqrt(terms) * roundoff('f64')
}
