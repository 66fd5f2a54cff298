import {
  constant,
  div,
  equal,
  exponent,
  add,
  less,
  mul,
  neg,
  scale2,
  select,
  sign,
  sub,
  type Expression,
  type Primitive,
} from './expression.ts'

const ZERO = constant(0)

/**
 * The partial derivative of an expression by its input `index`, again an expression: differentiating it once more gives
 * every higher order. At kinks the conventions are: abs'(0) = 0; where min or max tie, both sides get one half; floor,
 * comparisons and exponent have derivative 0 everywhere; a select follows the branch it takes.
 */
export function differentiate(e: Expression, index: number): Expression {
  const known = new Map<Expression, Expression>()
  const d = (node: Expression): Expression => {
    let result = known.get(node)
    if (!result) known.set(node, (result = rule(node)))
    return result
  }
  const rule = (node: Expression): Expression => {
    if (node.kind === 'input') return constant(node.index === index ? 1 : 0)
    if (node.kind === 'constant') return ZERO
    // A part that does not mention the input drops out by structure, so that 0 · infinity never arises from it.
    const slopes = node.args.map(d)
    if (slopes.every(isZero)) return ZERO
    if (node.kind === 'named') return mul(node.named.derivative(node.args[0], node), slopes[0]!)
    return rules[node.primitive](node.args, slopes, node)
  }
  return d(e)
}

function isZero(e: Expression): boolean {
  return e.kind === 'constant' && e.value === 0
}

type Rule = (args: readonly Expression[], slopes: readonly Expression[], self: Expression) => Expression

const plus = (a: Expression, b: Expression): Expression => (isZero(a) ? b : isZero(b) ? a : add(a, b))
const times = (a: Expression, b: Expression): Expression => (isZero(a) || isZero(b) ? ZERO : mul(a, b))
const flat: Rule = () => ZERO

/** Weight of the first operand where `first` wins, one half of each where they tie. */
const shared =
  (first: (a: Expression, b: Expression) => Expression): Rule =>
  ([a, b], [da, db]) => {
    const weight = select(first(a!, b!), 1, select(equal(a!, b!), 0.5, 0))
    return plus(times(weight, da!), times(sub(1, weight), db!))
  }

const rules: Record<Primitive, Rule> = {
  add: (_, [da, db]) => plus(da!, db!),
  sub: (_, [da, db]) => (isZero(db!) ? da! : plus(da!, neg(db!))),
  mul: ([a, b], [da, db]) => plus(times(da!, b!), times(a!, db!)),
  div: ([, b], [da, db], self) => {
    const top = isZero(db!) ? da! : isZero(da!) ? neg(mul(self, db!)) : sub(da!, mul(self, db!))
    return div(top, b!)
  },
  sqrt: (_, [dx], self) => div(mul(0.5, dx!), self),
  abs: ([x], [dx]) => mul(sign(x!), dx!),
  floor: flat,
  min: shared((a, b) => less(a, b)),
  max: shared((a, b) => less(b, a)),
  less: flat,
  equal: flat,
  select: ([condition], [, da, db]) => select(condition!, da!, db!),
  scale2: ([, k], [dx]) => (isZero(dx!) ? ZERO : scale2(dx!, k!)),
  exponent: flat,
  mantissa: ([x], [dx]) => scale2(dx!, neg(exponent(x!))),
}
