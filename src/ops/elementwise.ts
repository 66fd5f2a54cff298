/**
 * Elementwise operations: one scalar expression is the whole definition. Shapes broadcast as in NumPy, and both
 * derivative rules follow from differentiating the expression.
 */
import { broadcastShapes, type Tensor, type Type } from '../array/index.ts'
import {
  differentiate,
  input,
  scalar,
  type Case,
  type Expression,
  type Operation,
  type Term,
} from '../tape/index.ts'
import { apply, carry, type Carrying, type Operand } from './apply.ts'
import { broadcastTo, reshape, sumTo } from './shape.ts'

type Formula = (...xs: Expression[]) => Term
type Operands<Xs extends readonly unknown[]> = { [K in keyof Xs]: Operand }
export type Elementwise<F extends Formula> = Carrying<undefined, (...xs: Operands<Parameters<F>>) => Tensor>

export interface ElementwiseOptions {
  /** From where the checker draws; default [-2, 2]. */
  readonly domain?: readonly [number, number]
  /** Arguments at which no derivative exists: the checker keeps away from them. */
  readonly kinks?: readonly number[]
  /** What is taken at the kinks, in words. */
  readonly convention?: string
  /** Refuse i32 (default), or accept every dtype. */
  readonly integers?: boolean
}

/**
 * An operation from a scalar formula, for instance a user's own activation:
 * `elementwise('mish', 'x tanh(log(1 + e^x))', (x) => scalar.mul(x, scalar.tanh(scalar.softplus(x))))`.
 */
export function elementwise<F extends Formula>(
  name: string,
  formula: string,
  build: F,
  options: ElementwiseOptions = {},
): Elementwise<F> {
  const expression = toExpression(name, build(...Array.from({ length: build.length }, (_, i) => input(i))))
  const operation = mapOperation(name, formula, expression, build.length, options)
  return carry(operation, (...xs: Operand[]) =>
    apply(operation, checkArity(name, xs, build.length), undefined),
  ) as Elementwise<F>
}

function toExpression(name: string, t: Term): Expression {
  if (typeof t === 'number' ? Number.isNaN(t) : !(t && 'kind' in t)) {
    throw new TypeError(
      `${name}: expected a scalar expression, got ${typeof t === 'number' ? 'NaN' : typeof t}\nhint: scalar.mul(x, x), not x * x`,
    )
  }
  return typeof t === 'number' ? { kind: 'constant', value: t } : t
}

function checkArity(name: string, xs: Operand[], arity: number): Operand[] {
  if (xs.length === arity) return xs
  throw new TypeError(`${name}: expected ${arity} operand${arity === 1 ? '' : 's'}, got ${xs.length}`)
}

function mapOperation(
  name: string,
  formula: string,
  expression: Expression,
  arity: number,
  { domain = [-2, 2], kinks = [], convention, integers = false }: ElementwiseOptions,
): Operation {
  const shares: Share[] = []
  const share = (i: number): Share => (shares[i] ??= shareOf(name, expression, i, arity, integers))
  const one = (shapes: Case<undefined>['shapes']): Case<undefined> => ({
    shapes,
    params: undefined,
    domain,
    kinks,
  })
  const same = (shape: number[]): number[][] => Array.from({ length: arity }, () => shape)
  let differentiable: readonly boolean[] | undefined
  const operation: Operation = {
    name,
    formula,
    type: (inputs) => elementwiseType(name, inputs, integers),
    kernel: () => ({ kind: 'map', expression }),
    vjp: (i, cotangent, use) => sumTo(share(i)(cotangent, use.inputs, use.output), use.inputs[i]!.shape),
    jvp: (i, tangent, use) => broadcastTo(share(i)(tangent, use.inputs, use.output), use.output.shape),
    batch: (inputs, batched) => apply(operation, alignBatch(inputs, batched), undefined),
    // Where the slope is 0 by structure nothing flows, so that no 0 · ∞ arises from it.
    get differentiable() {
      return (differentiable ??= Array.from({ length: arity }, (_, i) => !isFlat(expression, i)))
    },
    ...(convention === undefined ? {} : { kinks: convention }),
    cases: [
      one(same([2, 3])),
      one(same([])),
      ...(arity === 1
        ? [one([[0, 3]])]
        : [one([[3, 1], [2], ...same([]).slice(2)]), one([[0], [1], ...same([]).slice(2)])]),
    ],
    ...(arity === 1 ? {} : { refuses: [one([[2], [3], ...same([]).slice(2)])] }),
  }
  return operation
}

function isFlat(expression: Expression, i: number): boolean {
  const slope = differentiate(expression, i)
  return slope.kind === 'constant' && slope.value === 0
}

/** Ones after the batch axis, so that instances of different ranks broadcast as they do alone. */
export function alignBatch(inputs: readonly Tensor[], batched: readonly boolean[]): Tensor[] {
  const rank = Math.max(...inputs.map((x, i) => x.shape.length - (batched[i] ? 1 : 0)))
  return inputs.map((x, i) => {
    const missing = rank + 1 - x.shape.length
    if (!batched[i] || missing === 0) return x
    return reshape(x, [x.shape[0]!, ...new Array<number>(missing).fill(1), ...x.shape.slice(1)])
  })
}

export function elementwiseType(name: string, inputs: readonly Type[], integers: boolean): Type {
  const dtype = inputs[0]!.dtype
  const odd = inputs.find((x) => x.dtype !== dtype)
  if (odd) {
    throw new TypeError(
      `${name}: expected operands of one dtype, got ${dtype} and ${odd.dtype}\nhint: cast(x, dtype)`,
    )
  }
  if (dtype === 'i32' && !integers) {
    throw new TypeError(`${name}: expected f64 or f32, got i32\nhint: cast(x, 'f64')`)
  }
  return {
    dtype,
    shape: broadcastShapes(
      name,
      inputs.map((x) => x.shape),
    ),
  }
}

type Share = (direction: Tensor, inputs: readonly Tensor[], output: Tensor) => Tensor

/**
 * direction · ∂expression/∂xᵢ as one operation of its own. It reads only the inputs that the derivative mentions, and
 * the output where the derivative contains the whole expression again, as that of tanh does.
 */
function shareOf(name: string, expression: Expression, i: number, arity: number, integers: boolean): Share {
  const slope = differentiate(expression, i)
  if (slope.kind === 'constant' && slope.value === 1) return (direction) => direction
  const slots = new Map<Expression, Expression>()
  const picks: number[] = []
  const reuse = expression.kind !== 'input' ? expression : undefined
  const pick = (position: number): Expression => {
    if (!picks.includes(position)) picks.push(position)
    return input(picks.indexOf(position) + 1)
  }
  const rewrite = (node: Expression): Expression => {
    let done = slots.get(node)
    if (done) return done
    if (node === reuse) done = pick(arity)
    else if (node.kind === 'input') done = pick(node.index)
    else if (node.kind === 'constant') done = node
    else if (node.kind === 'named') done = { ...node, args: [rewrite(node.args[0])] }
    else done = { ...node, args: node.args.map(rewrite) }
    slots.set(node, done)
    return done
  }
  const product = scalar.mul(input(0), rewrite(slope))
  const derived = mapOperation(
    `${name}'`,
    `direction times the slope of ${name}`,
    product,
    picks.length + 1,
    { integers },
  )
  return (direction, inputs, output) =>
    apply(derived, [direction, ...picks.map((at) => inputs[at] ?? output)], undefined)
}
