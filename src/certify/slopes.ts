import type { ActivationName } from '../nets/index.ts'

/** inf σ′ and sup σ′, rounded outwards. */
export type SlopeRange = readonly [least: number, most: number]

const ranges: Readonly<Partial<Record<ActivationName, SlopeRange>>> = {
  identity: [1, 1],
  relu: [0, 1],
  leakyRelu: [0.1, 1],
  abs: [-1, 1],
  tanh: [0, 1],
  erf: [0, 1.1283791670955128],
  gelu: [-0.1289042, 1.1289042],
  silu: [-0.0998395, 1.0998395],
  sigmoid: [0, 0.25],
  softplus: [0, 1],
  sin: [-1, 1],
  cos: [-1, 1],
}

/** The slopes of an activation. Errors: RangeError for one that is not Lipschitz, which nothing here can bound. */
export function slopeRange(op: string, activation: ActivationName): SlopeRange {
  const range = ranges[activation]
  if (!range) throw new RangeError(`${op}: expected a Lipschitz activation, got ${activation}`)
  return range
}

/** Slopes left and right of 0 of the piecewise linear activations. */
export const pieces: Readonly<Partial<Record<ActivationName, readonly [left: number, right: number]>>> = {
  identity: [1, 1],
  relu: [0, 1],
  leakyRelu: [0.1, 1],
  abs: [-1, 1],
}
