/**
 * Linear algebra, dense and by products alone.
 *
 * - Dense, in f64: `qr`, `cholesky`, `ldlt`, `lu`, `solve`, `triangularSolve`, `lstsq`, `nnls`, `leastDistance`, `eigh`, `svd`, norms and condition numbers. `qr`,
 *   `cholesky`, `solve` and `eigh` are operations: gradients and tangents go through them (differentiable.ts).
 * - Operators: anything with `apply`; made of matrices, triplets, functions, losses, and each other.
 * - Krylov methods on operators, all of them promises: `lanczos`, `eigsh`, `svds`, `cg`, `minres`, `lsmr`, `funm`, `expm`, `slq`, `trace`.
 */
export { cg, type CgOptions, type CgSolved } from './cg.ts'
export { type Completeness } from './completeness.ts'
export { cond } from './cond.ts'
export { gaussNewtonOperator, hessianOperator, jacobianOperator } from './derivative-operators.ts'
export { cholesky, eigh, qr, solve } from './differentiable.ts'
export { type Eigh, type EighMethod, type EighOptions } from './eigh.ts'
export { eigsh, type Eigsh, type EigshOptions } from './eigsh.ts'
export { type Solved, type SolverOptions } from './iterative.ts'
export {
  expm,
  funm,
  slq,
  type FunctionApplied,
  type FunctionOptions,
  type Quadrature,
  type QuadratureOptions,
} from './krylov-functions.ts'
export { lanczos, type Lanczos, type LanczosOptions } from './lanczos.ts'
export { inertiaOf, ldlt, type Inertia, type Ldlt } from './ldlt.ts'
export { lsmr, type LsmrOptions, type LsmrSolved } from './lsmr.ts'
export { lstsq, type Lstsq, type LstsqOptions } from './lstsq.ts'
export { lu, type Lu } from './lu.ts'
export { funmSymmetric } from './matrix-functions.ts'
export { minres, type MinresOptions } from './minres.ts'
export { leastDistance, nnls, type LeastDistance, type Nnls } from './nnls.ts'
export { matrixNorm, normUpperBound } from './norm.ts'
export {
  dense,
  diagonal,
  gramOperator,
  identity,
  operator,
  productOperator,
  scaledOperator,
  shiftedOperator,
  sumOperator,
  transposedOperator,
  type Operator,
  type OperatorOptions,
} from './operator.ts'
export { type Matrix } from './product.ts'
export { type Qr, type QrOptions } from './qr.ts'
export { type SolveOptions } from './solve.ts'
export { sparse, type Triplets } from './sparse.ts'
export { svd, type Svd, type SvdOptions } from './svd.ts'
export { svds, type Svds, type SvdsOptions } from './svds.ts'
export { trace, type TraceEstimate, type TraceOptions } from './trace.ts'
export { triangularSolve, type TriangularOptions } from './triangular.ts'
export { type Which } from './wanted.ts'
