/** Elementary functions and the activations of networks, element by element. */
import type { Tensor } from '../array/index.ts'
import { scalar } from '../tape/index.ts'
import type { Carrying, Operand } from './apply.ts'
import { elementwise } from './elementwise.ts'

type Unary = Carrying<undefined, (x: Operand) => Tensor>

export const exp: Unary = elementwise('exp', 'eˣ', (x) => scalar.exp(x))
export const expm1: Unary = elementwise('expm1', 'eˣ - 1', (x) => scalar.expm1(x))
export const log: Unary = elementwise('log', 'ln x', (x) => scalar.log(x), { domain: [0.5, 4] })
export const log1p: Unary = elementwise('log1p', 'ln(1 + x)', (x) => scalar.log1p(x), { domain: [-0.5, 4] })
export const sin: Unary = elementwise('sin', 'sin x', (x) => scalar.sin(x))
export const cos: Unary = elementwise('cos', 'cos x', (x) => scalar.cos(x))
export const tanh: Unary = elementwise('tanh', 'tanh x', (x) => scalar.tanh(x))
export const erf: Unary = elementwise('erf', '2/√π ∫₀ˣ exp(-t²) dt', (x) => scalar.erf(x))
export const sigmoid: Unary = elementwise('sigmoid', '1/(1 + e⁻ˣ)', (x) => scalar.sigmoid(x))
export const softplus: Unary = elementwise('softplus', 'ln(1 + eˣ)', (x) => scalar.softplus(x))
export const silu: Unary = elementwise('silu', 'x/(1 + e⁻ˣ)', (x) => scalar.mul(x, scalar.sigmoid(x)))

const ROOT_HALF = 0.7071067811865476

/** x Φ(x) with the exact normal distribution function, not its tanh approximation. */
export const gelu: Unary = elementwise('gelu', 'x Φ(x)', (x) =>
  scalar.mul(scalar.mul(0.5, x), scalar.add(1, scalar.erf(scalar.mul(ROOT_HALF, x)))),
)

const ROOT_TWO_OVER_PI = 0.7978845608028654

/** x/2 (1 + tanh u) with u = √(2/π) (x + 0.044715 x³), written without cancellation: (1 + tanh u)/2 is the sigmoid of 2u. */
export const geluTanh: Unary = elementwise('geluTanh', 'x σ(2√(2/π) (x + 0.044715 x³))', (x) => {
  const cubic = scalar.mul(x, scalar.add(1, scalar.mul(0.044715, scalar.mul(x, x))))
  return scalar.mul(x, scalar.sigmoid(scalar.mul(2 * ROOT_TWO_OVER_PI, cubic)))
})

// Written so that NaN passes through: a comparison with NaN is false.
export const relu: Unary = elementwise(
  'relu',
  'max(x, 0)',
  (x) => scalar.select(scalar.lessOrEqual(x, 0), 0, x),
  {
    kinks: [0],
    convention: "relu'(0) = 0",
  },
)

/** x for x > 0, else 0.1 x. */
export const leakyRelu: Unary = elementwise(
  'leakyRelu',
  'x for x > 0, else 0.1 x',
  (x) => scalar.select(scalar.lessOrEqual(x, 0), scalar.mul(0.1, x), x),
  { kinks: [0], convention: "leakyRelu'(0) = 0.1" },
)

/** x for x > 0, else eˣ - 1. */
export const elu: Unary = elementwise(
  'elu',
  'x for x > 0, else eˣ - 1',
  (x) => scalar.select(scalar.lessOrEqual(x, 0), scalar.expm1(x), x),
  { kinks: [0], convention: "elu''(0) = 1" },
)

/** x between -1 and 1, else the nearer of the two. */
export const hardTanh: Unary = elementwise(
  'hardTanh',
  'x between -1 and 1, else the sign of x',
  (x) => scalar.select(scalar.lessOrEqual(1, scalar.abs(x)), scalar.sign(x), x),
  { kinks: [-1, 1], convention: "hardTanh'(±1) = 0" },
)

/** The second Hermite polynomial, normalised so that E He₂(G)² = 1. */
export const hermite2: Unary = elementwise('hermite2', '(x² - 1)/√2', (x) =>
  scalar.mul(ROOT_HALF, scalar.sub(scalar.mul(x, x), 1)),
)

/** 1 for x > 0, else 0: a step, whose gradient tells nothing. */
export const heaviside: Unary = elementwise('heaviside', '1 for x > 0, else 0', (x) => scalar.less(0, x), {
  kinks: [0],
  convention: "heaviside'(x) = 0 everywhere",
})
