/**
 * What a user writes activations with: `scalar.mul(x, scalar.tanh(x))` builds a scalar expression.
 * Numbers stand for constants.
 */
import { call, type Expression, type Term } from './expression.ts'
import * as named from './named-functions.ts'

export {
  abs,
  add,
  div,
  equal,
  floor,
  less,
  lessOrEqual,
  max,
  min,
  mul,
  neg,
  select,
  sign,
  sqrt,
  sub,
} from './expression.ts'

export const cos = (x: Term): Expression => call(named.cos, x)
/** cos 2πx */
export const cosTurns = (x: Term): Expression => call(named.cosTurns, x)
export const erf = (x: Term): Expression => call(named.erf, x)
export const exp = (x: Term): Expression => call(named.exp, x)
export const expm1 = (x: Term): Expression => call(named.expm1, x)
export const log = (x: Term): Expression => call(named.log, x)
export const log1p = (x: Term): Expression => call(named.log1p, x)
export const sigmoid = (x: Term): Expression => call(named.sigmoid, x)
export const sin = (x: Term): Expression => call(named.sin, x)
/** sin 2πx */
export const sinTurns = (x: Term): Expression => call(named.sinTurns, x)
export const softplus = (x: Term): Expression => call(named.softplus, x)
export const tanh = (x: Term): Expression => call(named.tanh, x)
