import { combine, lengthOf, type Tensor } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { vectorOf } from './arguments.ts'
import { limitsOf, residualOf, unscaled, type Solved, type SolverOptions } from './iterative.ts'
import { operatorOf, ScaledProducts, type Matrix } from './product.ts'

export interface LsmrOptions extends SolverOptions {
  /** λ of min ‖Ax - b‖² + λ²‖x‖². Default 0. */
  readonly damp?: number
}

export interface LsmrSolved extends Solved {
  /** ‖Aᵀ(b - Ax) - λ²x‖, computed again at the end: what vanishes at a solution. */
  readonly normalResidual: number
}

/**
 * min ‖A x - b‖₂² + λ²‖x‖₂² by LSMR (Fong & Saunders, SIAM J. Sci. Comput. 33, 2011): MINRES on the normal equations through Golub-Kahan
 * bidiagonalisation, without forming AᵀA. Of several solutions the shortest. It stops when the residual is below tol·‖b‖, or the normal
 * residual below tol·‖A‖·‖r‖, with ‖A‖ estimated on the way.
 *
 * `b` is f64 of shape [rows]; the operator has a transpose. Errors: as `cg`.
 */
export async function lsmr(A: Matrix, b: Tensor, options: LsmrOptions = {}): Promise<LsmrSolved> {
  const operator = operatorOf('lsmr', A)
  const { rows: m, columns: n } = operator
  if (!operator.applyTranspose)
    throw new TypeError('lsmr: expected an operator with applyTranspose, got one without')
  const right = vectorOf('lsmr', b, m)
  const { tol, most } = limitsOf('lsmr', options, 2 * Math.min(m, n))
  const { damp: asked = 0 } = options
  if (!(asked >= 0 && asked < Infinity))
    throw new RangeError(`lsmr: expected a finite damp of at least 0, got ${asked}`)
  const a = new ScaledProducts('lsmr', operator)
  const x = new Float64Array(n)
  const size = lengthOf(right)
  const u = right.slice()
  let beta = size
  if (beta > 0) combine(u, [1 / beta], [u])
  let v: Float64Array = beta > 0 ? (await a.applyTranspose(u)).slice() : new Float64Array(n)
  let alpha = lengthOf(v)
  if (alpha > 0) v = combine(v, [1 / alpha], [v])
  const damp = numbers.scale2(asked, -a.power)
  const h = v.slice()
  const hBar = new Float64Array(n)
  let [alphaBar, zetaBar, zeta, rho, rhoBar, cBar, sBar] = [alpha, alpha * beta, 0, 1, 1, 1, 0]
  // For ‖r‖, by the recurrence of section 5 there.
  let [betaDot, betaHatDot, rhoDot, tau, theta, damped] = [beta, 0, 1, 0, 0, 0]
  let squares = alpha * alpha
  while (alpha > 0 && a.count < most) {
    combine(u, [-alpha, 1], [u, await a.apply(v)])
    beta = lengthOf(u)
    if (beta > 0) {
      combine(u, [1 / beta], [u])
      combine(v, [-beta, 1], [v, await a.applyTranspose(u)])
      alpha = lengthOf(v)
      if (alpha > 0) combine(v, [1 / alpha], [v])
    } else alpha = 0
    // With the damping, then the bidiagonal matrix to a triangular one, then its transpose.
    const [cHat, sHat, alphaHat] = rotation(alphaBar, damp)
    const rhoOld = rho
    const [c, s, rhoNew] = rotation(alphaHat, beta)
    rho = rhoNew
    const thetaNew = s * alpha
    alphaBar = c * alpha
    const [rhoBarOld, zetaOld] = [rhoBar, zeta]
    const thetaBar = sBar * rho
    ;[cBar, sBar, rhoBar] = rotation(cBar * rho, thetaNew)
    zeta = cBar * zetaBar
    zetaBar = -sBar * zetaBar
    combine(hBar, [-(thetaBar * rho) / (rhoOld * rhoBarOld), 1], [hBar, h])
    combine(x, [1, zeta / (rho * rhoBar)], [x, hBar])
    combine(h, [-thetaNew / rho, 1], [h, v])
    const betaAcute = cHat * betaDot
    damped += sHat * betaDot * (sHat * betaDot)
    betaDot = -s * betaAcute
    const thetaOld = theta
    const [cTilde, sTilde, rhoTilde] = rotation(rhoDot, thetaBar)
    theta = sTilde * rhoBar
    rhoDot = cTilde * rhoBar
    betaHatDot = cTilde * c * betaAcute - sTilde * betaHatDot
    tau = (zetaOld - thetaOld * tau) / rhoTilde
    const rest = betaHatDot - (zeta - theta * tau) / rhoDot
    const residual = Math.sqrt(damped + rest * rest + betaDot * betaDot)
    squares += beta * beta
    if (residual <= tol * size || Math.abs(zetaBar) <= tol * Math.sqrt(squares) * residual) break
    squares += alpha * alpha
  }
  const r = await residualOf(a, right, x)
  const normal = combine(new Float64Array(n), [1, -damp * damp], [await a.applyTranspose(r), x])
  const [residual, normalResidual] = [lengthOf(r), lengthOf(normal)]
  const converged = residual <= 2 * tol * size || normalResidual <= 2 * tol * Math.sqrt(squares) * residual
  return { x: unscaled(x, a), residual, normalResidual, converged, products: a.count }
}

/** c, s and r with c·a + s·b = r, s·a = c·b. */
function rotation(a: number, b: number): [c: number, s: number, r: number] {
  const r = Math.sqrt(a * a + b * b)
  return r === 0 ? [1, 0, 0] : [a / r, b / r, r]
}
