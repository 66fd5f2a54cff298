/**
 * Scalar expressions: what a `map` kernel computes at every element.
 *
 * An expression is a small tree (shared subtrees make it a graph). Its leaves are inputs and constants; its inner nodes
 * are either primitive, exactly specified by IEEE 754 and computed in the map's dtype, or calls of named functions
 * (named-functions.ts). Relu, for instance, is `select(lessOrEqual(x, 0), 0, x)` with `x = input(0)`.
 */
export type Primitive =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sqrt'
  | 'abs'
  | 'floor'
  | 'min'
  | 'max'
  | 'less'
  | 'equal'
  | 'select'
  | 'scale2'
  | 'exponent'
  | 'mantissa'

export type Expression =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'primitive'; readonly primitive: Primitive; readonly args: readonly Expression[] }
  | { readonly kind: 'named'; readonly named: NamedFunction; readonly args: readonly [Expression] }

/** A function of one number that executors know by name and differentiation does not look into. */
export interface NamedFunction {
  readonly name: string
  /** The function in primitive nodes of `input(0)`, evaluated in f64; an f32 map rounds its result once, */
  readonly body: Expression
  /** unless there is this one, evaluated in f32: every step of it rounds. */
  readonly single?: Expression
  /** d/dx at `x`, where `self` is the call itself. */
  readonly derivative: (x: Expression, self: Expression) => Expression
  /** Largest error in units in the last place, as declared by math/. */
  readonly ulp: number
}

/** Where builders take an expression, a number stands for a constant. */
export type Term = Expression | number

export function input(index: number): Expression {
  return { kind: 'input', index }
}

export function constant(value: number): Expression {
  return { kind: 'constant', value }
}

function term(t: Term): Expression {
  return typeof t === 'number' ? constant(t) : t
}

function primitive(name: Primitive, ...args: Term[]): Expression {
  return { kind: 'primitive', primitive: name, args: args.map(term) }
}

export function call(named: NamedFunction, x: Term): Expression {
  return { kind: 'named', named, args: [term(x)] }
}

export const add = (a: Term, b: Term): Expression => primitive('add', a, b)
export const sub = (a: Term, b: Term): Expression => primitive('sub', a, b)
/** The product; a factor that is the constant 1 vanishes, which changes no bit. */
export const mul = (a: Term, b: Term): Expression =>
  isConstant(a, 1) ? term(b) : isConstant(b, 1) ? term(a) : primitive('mul', a, b)
export const div = (a: Term, b: Term): Expression => primitive('div', a, b)
export const sqrt = (x: Term): Expression => primitive('sqrt', x)
export const abs = (x: Term): Expression => primitive('abs', x)
export const floor = (x: Term): Expression => primitive('floor', x)
export const min = (a: Term, b: Term): Expression => primitive('min', a, b)
export const max = (a: Term, b: Term): Expression => primitive('max', a, b)
/** 1 where a < b, else 0 (also when either is NaN). */
export const less = (a: Term, b: Term): Expression => primitive('less', a, b)
export const equal = (a: Term, b: Term): Expression => primitive('equal', a, b)
/** `a` where the condition is not 0, else `b`. */
export const select = (condition: Term, a: Term, b: Term): Expression => primitive('select', condition, a, b)
/** x·2^k for a whole number k, rounded once at most. */
export const scale2 = (x: Term, k: Term): Expression => primitive('scale2', x, k)
/** floor(log2 |x|). */
export const exponent = (x: Term): Expression => primitive('exponent', x)
/** x·2^-exponent(x), in ±[1, 2). */
export const mantissa = (x: Term): Expression => primitive('mantissa', x)

/** 0 - x would lose the sign of zero. */
export const neg = (x: Term): Expression => mul(-1, x)
/** 1 where a <= b, else 0 (also when either is NaN). */
export const lessOrEqual = (a: Term, b: Term): Expression => max(less(a, b), equal(a, b))
/** -1, 0 or 1. */
export const sign = (x: Term): Expression => sub(less(0, x), less(x, 0))

function isConstant(t: Term, value: number): boolean {
  return typeof t === 'number' ? t === value : t.kind === 'constant' && t.value === value
}

/** Operands before the nodes that use them, every shared node once: the order in which a map runs. */
export function linearize(root: Expression): Expression[] {
  const order: Expression[] = []
  const seen = new Set<Expression>()
  const visit = (node: Expression): void => {
    if (seen.has(node)) return
    seen.add(node)
    if (node.kind === 'primitive' || node.kind === 'named') node.args.forEach(visit)
    order.push(node)
  }
  visit(root)
  return order
}

/** The expression as a formula, for explanations and error messages. */
export function showExpression(e: Expression): string {
  if (e.kind === 'input') return `x${e.index}`
  if (e.kind === 'constant') return String(e.value)
  const name = e.kind === 'named' ? e.named.name : e.primitive
  return `${name}(${e.args.map(showExpression).join(', ')})`
}
