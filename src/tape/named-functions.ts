/**
 * The elementary functions that expressions may call by name. Each body is written once, in math/, for any arithmetic:
 * run on numbers it is the scalar function, run on nodes it draws the expression that executors evaluate.
 */
import {
  cosIn,
  cosTurnsIn,
  erfIn,
  expIn,
  expSingle,
  expm1In,
  log1pIn,
  logIn,
  logPairIn,
  logSingle,
  sinIn,
  sinTurnsIn,
  tanhIn,
  tanhSingle,
  type Arithmetic,
  type ExpTable,
  type LogTable,
} from '../math/index.ts'
import * as e from './expression.ts'
import { call, div, mul, neg, sub, type Expression, type NamedFunction } from './expression.ts'

export const nodes: Arithmetic<Expression> = {
  constant: e.constant,
  add: e.add,
  sub: e.sub,
  mul: e.mul,
  div: e.div,
  sqrt: e.sqrt,
  abs: e.abs,
  floor: e.floor,
  min: e.min,
  max: e.max,
  less: e.less,
  equal: e.equal,
  select: e.select,
  scale2: e.scale2,
  exponent: e.exponent,
  mantissa: e.mantissa,
}

type Body = <T>(m: Arithmetic<T>, x: T) => T

function named(
  name: string,
  body: Body,
  ulp: number,
  derivative: NamedFunction['derivative'],
  single?: Body,
): NamedFunction {
  const draw = (written: Body): Expression => written(nodes, e.input(0))
  return { name, body: draw(body), ...(single && { single: draw(single) }), derivative, ulp }
}

/** 1/(1 + e^-x) by the exponential of a negative number only, so that neither tail loses accuracy. */
function sigmoidIn<T>(m: Arithmetic<T>, x: T, table?: ExpTable): T {
  const t = expIn(m, m.sub(m.constant(0), m.abs(x)), table)
  const top = m.select(m.less(x, m.constant(0)), t, m.constant(1))
  return m.div(top, m.add(m.constant(1), t))
}

/** log(1 + e^x) = max(x, 0) + log1p(e^-|x|). */
function softplusIn<T>(m: Arithmetic<T>, x: T, exp?: ExpTable, log?: LogTable): T {
  const t = expIn(m, m.sub(m.constant(0), m.abs(x)), exp)
  return m.add(m.max(x, m.constant(0)), log1pIn(m, t, log))
}

/** x rounded to 12 significant bits: two such numbers have an exact product in f32 as well. */
export function leadingIn<T>(m: Arithmetic<T>, x: T): T {
  const whole = m.floor(m.add(m.mul(m.mantissa(x), m.constant(2048)), m.constant(0.5)))
  return m.scale2(whole, m.sub(m.exponent(x), m.constant(11)))
}

function logLeadIn<T>(m: Arithmetic<T>, x: T): T {
  return leadingIn(m, logPairIn(m, x)[0])
}

function logTailIn<T>(m: Arithmetic<T>, x: T): T {
  const [high, low] = logPairIn(m, x)
  return m.add(m.sub(high, leadingIn(m, high)), low)
}

const TWO_PI = 6.283185307179586
const TWO_OVER_ROOT_PI = 1.1283791670955126

export const exp: NamedFunction = named(
  'exp',
  expIn,
  2,
  (_, self) => self,
  (m, x) => expIn(m, x, expSingle),
)
export const expm1: NamedFunction = named(
  'expm1',
  expm1In,
  2,
  (x) => call(exp, x),
  (m, x) => expm1In(m, x, expSingle),
)
export const log: NamedFunction = named(
  'log',
  logIn,
  2,
  (x) => div(1, x),
  (m, x) => logIn(m, x, logSingle),
)
/** log x for finite x > 0 as logLead + logTail, to 12 bits more than its dtype holds: what powers need. */
export const logLead: NamedFunction = named('logLead', logLeadIn, 1, (x) => div(1, x))
export const logTail: NamedFunction = named('logTail', logTailIn, 1, () => e.constant(0))
export const log1p: NamedFunction = named(
  'log1p',
  log1pIn,
  2,
  (x) => div(1, e.add(1, x)),
  (m, x) => log1pIn(m, x, logSingle),
)
export const sin: NamedFunction = named('sin', sinIn, 2, (x) => call(cos, x))
export const cos: NamedFunction = named('cos', cosIn, 2, (x) => neg(call(sin, x)))
/** sin 2πx and cos 2πx, with an exact reduction: what turns uniform numbers into normal ones. */
export const sinTurns: NamedFunction = named('sinTurns', sinTurnsIn, 2, (x) => mul(TWO_PI, call(cosTurns, x)))
export const cosTurns: NamedFunction = named('cosTurns', cosTurnsIn, 2, (x) =>
  mul(-TWO_PI, call(sinTurns, x)),
)
export const tanh: NamedFunction = named(
  'tanh',
  tanhIn,
  2,
  (_, self) => sub(1, mul(self, self)),
  (m, x) => tanhIn(m, x, tanhSingle),
)
export const erf: NamedFunction = named('erf', erfIn, 2, (x) =>
  mul(TWO_OVER_ROOT_PI, call(exp, neg(mul(x, x)))),
)
export const sigmoid: NamedFunction = named(
  'sigmoid',
  sigmoidIn,
  4,
  (x, self) => mul(self, call(sigmoid, neg(x))),
  (m, x) => sigmoidIn(m, x, expSingle),
)
export const softplus: NamedFunction = named(
  'softplus',
  softplusIn,
  4,
  (x) => call(sigmoid, x),
  (m, x) => softplusIn(m, x, expSingle, logSingle),
)

/** All of them, in alphabetical order. */
export const namedFunctions: readonly NamedFunction[] = [
  cos,
  cosTurns,
  erf,
  exp,
  expm1,
  log,
  log1p,
  logLead,
  logTail,
  sigmoid,
  sin,
  sinTurns,
  softplus,
  tanh,
]
