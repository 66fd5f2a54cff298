import { allocate, sizeOf, Tensor } from '../../array/index.ts'
import { pow } from '../../math/index.ts'
import { add, div, mul, sqrt, square, sub } from '../../ops/index.ts'
import type { Parameters } from '../architecture.ts'

/**
 * - `sgd`: v ← μv + g, w ← w - ηv, or w ← w - η(g + μv) with `nesterov` (PyTorch's convention); `momentum` μ is 0.9.
 * - `adam` (Kingma & Ba, arXiv:1412.6980): moments with `beta1` 0.9 and `beta2` 0.999, both corrected for their start at
 *   0, `epsilon` 1e-8 beside the root.
 *
 * `weightDecay` λ adds λw to every gradient.
 */
export interface Optimiser {
  readonly kind: 'sgd' | 'adam'
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  readonly weightDecay?: number
}

/** What an optimiser remembers: one tensor per slot and parameter. */
export type OptimiserState = Readonly<Record<string, Parameters>>

/** Names of the slots. */
function slotsOf({ kind, momentum = 0.9 }: Optimiser): readonly string[] {
  if (kind === 'adam') return ['first', 'second']
  return momentum === 0 ? [] : ['velocity']
}

/** The state before the first step: zeros. */
export function initialState(optimiser: Optimiser, parameters: Parameters): OptimiserState {
  const zeros = (): Parameters =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, dtype }]) => [
        name,
        new Tensor(allocate(dtype, sizeOf(shape)), shape, dtype),
      ]),
    )
  return Object.fromEntries(slotsOf(optimiser).map((slot) => [slot, zeros()]))
}

/** Refuses a state with other slots than the optimiser's. */
export function checkState(optimiser: Optimiser, state: OptimiserState): void {
  const [expected, got] = [slotsOf(optimiser), Object.keys(state)].map((names) =>
    [...names].sort().join(', '),
  )
  if (expected !== got)
    throw new RangeError(`train: expected a state with ${expected || 'nothing'}, got ${got || 'nothing'}`)
}

/** Numbers that change from step to step, s counted from 0: the rate, and Adam's corrections. */
export function scalarsAt(
  { beta1 = 0.9, beta2 = 0.999 }: Optimiser,
  rate: number,
  s: number,
): readonly number[] {
  return [rate, 1 - pow(beta1, s + 1), 1 - pow(beta2, s + 1)]
}

/** One parameter after a step, and its slots. Written with operations: part of the tape of a training step. */
export function updated(
  optimiser: Optimiser,
  w: Tensor,
  gradient: Tensor,
  slots: Readonly<Record<string, Tensor>>,
  [rate, correction1, correction2]: readonly [Tensor, Tensor, Tensor],
): readonly [Tensor, Readonly<Record<string, Tensor>>] {
  const { kind, momentum = 0.9, nesterov = false, weightDecay = 0 } = optimiser
  const g = weightDecay === 0 ? gradient : add(gradient, mul(w, weightDecay))
  if (kind === 'sgd') {
    if (momentum === 0) return [sub(w, mul(g, rate)), {}]
    const velocity = add(mul(slots['velocity']!, momentum), g)
    const direction = nesterov ? add(g, mul(velocity, momentum)) : velocity
    return [sub(w, mul(direction, rate)), { velocity }]
  }
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = optimiser
  const first = add(mul(slots['first']!, beta1), mul(g, 1 - beta1))
  const second = add(mul(slots['second']!, beta2), mul(square(g), 1 - beta2))
  const root = add(sqrt(div(second, correction2)), epsilon)
  return [sub(w, mul(div(div(first, correction1), root), rate)), { first, second }]
}

/** Refuses unknown kinds and numbers outside of their ranges. */
export function checkOptimiser(optimiser: Optimiser): void {
  const { kind, momentum = 0, beta1 = 0, beta2 = 0, epsilon = 1, weightDecay = 0 } = optimiser
  if (kind !== 'sgd' && kind !== 'adam')
    throw new RangeError(`train: expected optimiser sgd or adam, got ${JSON.stringify(kind)}`)
  for (const [name, value] of Object.entries({ momentum, beta1, beta2 }))
    if (!(value >= 0 && value < 1)) throw new RangeError(`train: expected ${name} in [0, 1), got ${value}`)
  if (!(epsilon > 0) || !(weightDecay >= 0))
    throw new RangeError(`train: expected epsilon > 0 and weightDecay ≥ 0, got ${epsilon} and ${weightDecay}`)
}
