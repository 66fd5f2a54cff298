import { combine, dot, Tensor, valueTolerance } from '../array/index.ts'
import { valueAndGrad } from '../ops/index.ts'
import type { Model } from '../nets/index.ts'
import { smallestCrossing } from './crossing.ts'
import type { AttackResult, AttackStatus } from './result.ts'

export interface GradientStepOptions {
  /** The side x should be on; default the sign of f(x). */
  readonly label?: 1 | -1
  /** Evaluations along the ray at most. Default 12. */
  readonly evaluations?: number
}

export interface GradientStepResult extends AttackResult {
  /** f(x) */
  readonly value: number
  /** ‖∇f(x)‖₂ */
  readonly gradientNorm: number
  /** The step as a multiple of the gradient: x′ = x - label·step·∇f(x). */
  readonly step: number
  /** The crossing lies within this relative distance before `step`. */
  readonly precision: number
}

/**
 * The attack of the theorem (Bubeck et al., arXiv:2104.03863; Montanari & Wu, arXiv:2203.17209): one step against the
 * gradient, x′ = x - sign(f(x)) s ∇f(x), with the smallest s that a root search along the ray finds. The witness lies
 * beyond the boundary by a few times the rounding error of f, which decides what `precision` can be reached.
 *
 * `x` is a finite f64 vector. Everything is relative to the problem's own scale: x ↦ cx with W ↦ W/c gives c times the
 * perturbation. Errors: TypeError or RangeError for an x that is no finite f64 vector.
 */
export async function singleGradientStep(
  model: Model,
  x: Tensor,
  { label: wanted, evaluations = 12 }: GradientStepOptions = {},
): Promise<GradientStepResult> {
  checkPoint(x)
  const { value: f, gradient } = valueAndGrad(model)(x)
  const value = f.item()
  const gradientNorm = norm(gradient)
  const label = wanted ?? Math.sign(value)
  const found = { value, gradientNorm, queries: { forward: 1, backward: 1 } }
  const stay = (status: AttackStatus): GradientStepResult => ({
    ...found,
    status,
    found: false,
    verified: false,
    adversarial: x,
    perturbation: combined([0], [x]),
    norm: 0,
    margin: label * value,
    step: 0,
    precision: 0,
  })
  if (!Number.isFinite(value) || !Number.isFinite(gradientNorm)) return stay('unresolved')
  if (value === 0 || Math.sign(value) !== label) return stay('already')
  if (gradientNorm === 0) return stay('zero-gradient')

  const direction = combined([-label], [gradient])
  const ray = model.along?.(x, direction) ?? ((t: number) => model(moved(x, direction, t)).item())
  const rounding = valueTolerance(x.size) * (gradientNorm * norm(x) + Math.abs(value))
  const crossing = smallestCrossing((t) => label * ray(t), Math.abs(value), {
    slope: -gradientNorm * gradientNorm,
    rounding,
    evaluations,
  })
  const forward = 1 + crossing.evaluations
  if (!crossing.found) return { ...stay('not-found'), queries: { forward, backward: 1 } }

  const adversarial = moved(x, direction, crossing.at)
  const perturbation = moved(adversarial, x, -1)
  const margin = label * model(adversarial).item()
  return {
    ...found,
    status: margin < 0 ? 'found' : 'not-found',
    found: margin < 0,
    verified: margin < 0,
    adversarial,
    perturbation,
    norm: norm(perturbation),
    margin,
    step: crossing.at,
    precision: crossing.width / crossing.at,
    queries: { forward: forward + 1, backward: 1 },
  }
}

function checkPoint(x: Tensor): void {
  if (!(x instanceof Tensor) || x.dtype !== 'f64') {
    throw new TypeError(
      `singleGradientStep: expected an f64 tensor, got ${x instanceof Tensor ? x.dtype : typeof x}`,
    )
  }
  const data = x.storage() as Float64Array
  if (dot(data, data) < Infinity) return
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new RangeError(`singleGradientStep: expected finite coordinates, got ${data[i]} at ${i}`)
    }
  }
}

function moved(x: Tensor, direction: Tensor, t: number): Tensor {
  return combined([1, t], [x, direction])
}

function combined(c: readonly number[], xs: readonly Tensor[]): Tensor {
  const vectors = xs.map((x) => x.storage() as Float64Array)
  return new Tensor(combine(new Float64Array(vectors[0]!.length), c, vectors), xs[0]!.shape, 'f64')
}

/** The Euclidean norm, scaled by the largest entry where squares are too large or too small. */
function norm(tensor: Tensor): number {
  const x = tensor.storage() as Float64Array
  const square = dot(x, x)
  if (square > 1e-200 && square < 1e200) return Math.sqrt(square)
  let largest = 0
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]!))
  if (largest === 0 || !Number.isFinite(largest)) return largest
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i]! / largest) * (x[i]! / largest)
  return largest * Math.sqrt(sum)
}
