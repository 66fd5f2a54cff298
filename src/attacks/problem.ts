import type { Stream } from '../random/index.ts'
import { into, type Room } from './domain.ts'
import { difference, lengthIn, type Norm } from './norms.ts'

/**
 * What attacks ask of a model at one point: its value, one number (whose sign is the class) or K ≥ 2 logits, and the
 * gradient of a weighted sum of them.
 */
export interface Oracle {
  value(x: Float64Array): Float64Array
  /** ∇ Σ_k w_k f_k(x) with w given by the value there. */
  gradient(x: Float64Array, weights: (value: Float64Array) => Float64Array): Evaluated
}

export interface Evaluated {
  readonly value: Float64Array
  readonly gradient: Float64Array
}

/** Evaluations of one sample so far. */
export interface Queries {
  readonly forward: number
  readonly backward: number
}

/** Thrown where a cap on queries is reached, or the model's value is not finite; the driver knows what it means. */
export class Halt extends Error {
  readonly reason: 'cap' | 'unresolved'

  constructor(reason: 'cap' | 'unresolved') {
    super(reason)
    this.reason = reason
  }
}

/** One sample's margins m_k = f_y - f_k, k ≠ y (twice |f| short of a factor for one number: sign·f), with gradients. */
export interface Linearised {
  readonly margins: Float64Array
  readonly gradients: readonly Float64Array[]
}

/** What an attack may be told to do. */
export interface ProblemOptions {
  readonly norm: Norm
  readonly room: Room
  readonly stream: Stream
  /** Forward and backward evaluations together, at most. */
  readonly cap: number
  /** The class that counts as success; any other than the label without. */
  readonly target?: number
}

/**
 * One sample under attack. Every evaluation is counted, and every adversarial point of the domain that is evaluated is
 * remembered if it is nearer than the ones before: attacks only say where to look.
 */
export class Problem {
  readonly x: Float64Array
  readonly norm: Norm
  readonly room: Room
  readonly stream: Stream
  readonly target: number | undefined
  /** The nearest adversarial point so far, its distance and margin. */
  best: { readonly point: Float64Array; readonly length: number; readonly margin: number } | undefined
  /** Points given to `margins` and the other evaluations, where a trace is wanted. */
  trace: Float64Array[] | undefined
  readonly #oracle: Oracle
  readonly #label: number
  readonly #cap: number
  #forward = 0
  #backward = 0

  /** `label` is the class index, or ±1 for a model of one number. */
  constructor(
    oracle: Oracle,
    x: Float64Array,
    label: number,
    { norm, room, stream, cap, target }: ProblemOptions,
  ) {
    this.x = x
    this.norm = norm
    this.room = room
    this.stream = stream
    this.target = target
    this.#oracle = oracle
    this.#label = label
    this.#cap = cap
  }

  get queries(): Queries {
    return { forward: this.#forward, backward: this.#backward }
  }

  /** All margins at a point of the domain; the smallest is negative at an adversarial one. */
  margins(at: Float64Array): Float64Array {
    this.#spend(1, 0)
    return this.#seen(at, this.#oracle.value(at))
  }

  /** The margin that decides, the smallest, or with a target that of the target class where that wins. */
  margin(at: Float64Array): number {
    return decisive(this.margins(at))
  }

  /** The margin that decides, for a value that is known already. */
  marginAt(value: Float64Array): number {
    return decisive(this.#marginsOf(value))
  }

  /** Margins, with the gradient of Σ_k weights_k m_k. */
  pull(
    at: Float64Array,
    weights: (margins: Float64Array) => Float64Array,
  ): Linearised & { readonly gradient: Float64Array } {
    this.#spend(1, 1)
    const { value, gradient } = this.#oracle.gradient(at, (logits) =>
      this.#onLogits(weights(this.#marginsOf(logits)), logits),
    )
    checkFinite(gradient)
    return { margins: this.#seen(at, value), gradients: [gradient], gradient }
  }

  /** Margins with all their gradients, one backward evaluation each. */
  linearise(at: Float64Array): Linearised {
    const gradients: Float64Array[] = []
    let margins: Float64Array | undefined
    for (let k = 0; ; k++) {
      const { margins: found, gradient } = this.pull(at, (m) => m.map((_, j) => (j === k ? 1 : 0)))
      margins ??= found
      gradients.push(gradient)
      if (k + 1 >= margins.length) return { margins, gradients }
    }
  }

  /** The point moved into the domain. */
  inside(point: Float64Array): Float64Array {
    return into(this.room, point)
  }

  /** ‖point - x‖ */
  distance(point: Float64Array): number {
    return lengthIn(this.norm, difference(point, this.x))
  }

  #spend(forward: number, backward: number): void {
    if (this.#forward + this.#backward + forward + backward > this.#cap) throw new Halt('cap')
    this.#forward += forward
    this.#backward += backward
  }

  #seen(at: Float64Array, value: Float64Array): Float64Array {
    checkFinite(value)
    this.trace?.push(at.slice())
    const margins = this.#marginsOf(value)
    const margin = decisive(margins)
    if (margin < 0) {
      const length = this.distance(at)
      if (!(this.best && this.best.length <= length)) this.best = { point: at.slice(), length, margin }
    }
    return margins
  }

  #marginsOf(value: Float64Array): Float64Array {
    const label = this.#label
    if (value.length === 1) return value.map((f) => label * f)
    if (this.target === undefined) {
      const others = value.filter((_, k) => k !== label)
      return others.map((f) => value[label]! - f)
    }
    // Success is the target's logit above all others: the largest of these decides, kept as one number.
    let rival = -Infinity
    value.forEach((f, k) => (rival = k === this.target ? rival : Math.max(rival, f)))
    return Float64Array.of(rival - value[this.target]!)
  }

  /** The weights of logits that give Σ_k w_k m_k. */
  #onLogits(weights: Float64Array, value: Float64Array): Float64Array {
    const label = this.#label
    const out = new Float64Array(value.length)
    if (value.length === 1) {
      out[0] = label * weights[0]!
    } else if (this.target === undefined) {
      let k = 0
      for (let c = 0; c < value.length; c++) {
        if (c === label) continue
        out[label]! += weights[k]!
        out[c]! -= weights[k++]!
      }
    } else {
      let rival = -1
      value.forEach((f, k) => {
        if (k !== this.target && (rival < 0 || f > value[rival]!)) rival = k
      })
      out[rival] = weights[0]!
      out[this.target] = -weights[0]!
    }
    return out
  }
}

/** The smallest of the margins. */
export function decisive(margins: Float64Array): number {
  return margins.reduce((least, m) => Math.min(least, m), Infinity)
}

/** Weights that pick the smallest margin, the first among equals. */
export function smallest(margins: Float64Array): Float64Array {
  const least = margins.indexOf(decisive(margins))
  return margins.map((_, k) => (k === least ? 1 : 0))
}

function checkFinite(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) throw new Halt('unresolved')
}
