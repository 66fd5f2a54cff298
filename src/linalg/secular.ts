/**
 * Roots of the secular equation 1 + ρ Σ zⱼ²/(dⱼ - λ) = 0, the eigenvalues of diag(d) + ρ·z·zᵀ (Golub, SIAM Review 15, 1973): one between each pair of
 * neighbouring poles, and one above the last. A root is kept as its distance from the nearest pole, so that every dⱼ - λ has nearly all its digits
 * (Gu & Eisenstat, SIAM J. Matrix Anal. Appl. 15, 1994).
 */

/** Far more than ever needed: bisection alone would take about as many. */
const STEPS = 200

/** The equation divided by ρ at some λ: ψ is the sum up to pole p, φ the rest. */
interface Values {
  psi: number
  psiSlope: number
  phi: number
  phiSlope: number
  /** What rounding may have done to both sums, in units of the last place. */
  error: number
}

/**
 * Root i (LAPACK's xLAED4 with the interpolations of Li, LAPACK Working Note 89, 1993, kept inside a bracket): gives λ and writes dⱼ - λ to `gaps`.
 * The poles d ascend strictly, no z is 0, Σ z² = 1 and ρ > 0.
 */
export function secularRoot(
  d: Float64Array,
  z: Float64Array,
  rho: number,
  i: number,
  gaps: Float64Array,
): number {
  const k = d.length
  if (k === 1) {
    const shift = rho * z[0]! * z[0]!
    gaps[0] = -shift
    return d[0]! + shift
  }
  const last = i === k - 1
  // The two poles that interpolation keeps; the root lies between them, or above both.
  const p = last ? k - 2 : i
  const q = p + 1
  const width = d[q]! - d[p]!
  const inverse = 1 / rho
  const values: Values = { psi: 0, psiSlope: 0, phi: 0, phiSlope: 0, error: 0 }
  // The nearest pole, and between which distances from it the root lies.
  let origin = last ? q : p
  let reach = last ? rho / 2 : width / 2
  evaluate(d, z, d[origin]!, reach, p, values)
  const middle = inverse + values.psi + values.phi
  let [low, high] = [0, reach]
  if (last && middle < 0) [low, high] = [reach, (1 + 1e-10) * rho]
  if (!last && middle < 0) {
    origin = q
    reach = d[p]! - d[q]! + reach
    ;[low, high] = [reach, 0]
  }
  const pole = d[origin]!
  const [dp, dq] = [d[p]! - pole, d[q]! - pole]
  const [zp, zq] = [z[p]! * z[p]!, z[q]! * z[q]!]
  // First the root for the two poles, all others held fixed as they are in the middle.
  const fixed = middle - zp / (dp - reach) - zq / (dq - reach)
  let x = firstGuess(fixed, dp, dq, zp, zq, last)
  if (!(x > low && x < high)) x = low + (high - low) / 2
  let weighted = !last
  let before = Infinity
  for (let step = 0; step < STEPS; step++) {
    evaluate(d, z, pole, x, p, values)
    const { psi, psiSlope, phi, phiSlope, error } = values
    const w = inverse + psi + phi
    const slope = psiSlope + phiSlope
    if (Math.abs(w) <= Number.EPSILON * (error + inverse + Math.abs(x) * slope)) break
    if (w < 0) low = x
    else high = x
    if (Math.abs(w) > before / 10) weighted = !weighted && !last
    before = Math.abs(w)
    const [gp, gq] = [dp - x, dq - x]
    let c = w - gp * psiSlope - gq * phiSlope
    if (weighted) {
      c = origin === p ? w - gq * slope + (width * zp) / (gp * gp) : w - gp * slope - (width * zq) / (gq * gq)
    }
    const a = (gp + gq) * w - gp * gq * slope
    let move = interpolated(last ? Math.abs(c) : c, a, gp * gq * w, last)
    if (!(w * move < 0)) move = -w / slope
    let next = x + move
    if (!(next > low && next < high)) next = low + (high - low) / 2
    if (next === x || next === low || next === high) break
    x = next
  }
  for (let j = 0; j < k; j++) gaps[j] = d[j]! - pole - x
  return pole + x
}

/** The root of c·x² - a·x + b that the interpolation means: between its two poles, or above both. */
function interpolated(c: number, a: number, b: number, above: boolean): number {
  const root = Math.sqrt(Math.abs(a * a - 4 * b * c))
  if (above) return a >= 0 ? (a + root) / (2 * c) : (2 * b) / (a - root)
  return a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root)
}

/** The root of c + zp/(dp - x) + zq/(dq - x), where one of dp and dq is 0. */
function firstGuess(c: number, dp: number, dq: number, zp: number, zq: number, above: boolean): number {
  const a = c * (dp + dq) + zp + zq
  const b = c * dp * dq + zp * dq + zq * dp
  return interpolated(c, a, b, above)
}

function evaluate(
  d: Float64Array,
  z: Float64Array,
  pole: number,
  x: number,
  p: number,
  values: Values,
): void {
  let [psi, psiSlope, psiError] = [0, 0, 0]
  for (let j = 0; j <= p; j++) {
    const t = z[j]! / (d[j]! - pole - x)
    psi += z[j]! * t
    psiSlope += t * t
    psiError += psi
  }
  let [phi, phiSlope, phiError] = [0, 0, 0]
  for (let j = d.length - 1; j > p; j--) {
    const t = z[j]! / (d[j]! - pole - x)
    phi += z[j]! * t
    phiSlope += t * t
    phiError += phi
  }
  values.psi = psi
  values.psiSlope = psiSlope
  values.phi = phi
  values.phiSlope = phiSlope
  values.error = Math.abs(psiError) + Math.abs(phiError) + 8 * (Math.abs(psi) + Math.abs(phi))
}
