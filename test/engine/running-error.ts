/**
 * Running error analysis of a tape (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.3): beside every element a bound on
 * its rounding error, to first order in the unit roundoff u. Each kernel passes on the bounds of its operands through the absolute values of its
 * slopes, and adds u times the absolute terms that it sums itself. So two programs for one number may differ by the sum of their bounds, and no
 * more: that is a tolerance without a guess in it, also where terms cancel.
 *
 * Comparisons are taken as exact: programs must keep away from kinks.
 */
import { allocate, roundoff, Tensor, type Data, type Type } from '../../src/array/index.ts'
import { evaluate } from '../../src/run/index.ts'
import { input, linearize, type Expression, type Kernel, type Tape } from '../../src/tape/index.ts'

/** The outputs of a run, and for each of them the bounds on the errors of its elements. */
export function runWithErrors(tape: Tape, args: readonly Tensor[]): { values: Tensor[]; errors: Tensor[] } {
  const values = new Map<number, Tensor>(tape.constants)
  const errors = new Map<number, Tensor>()
  tape.inputs.forEach((value, i) => values.set(value, args[i]!))
  const errorOf = (value: number): Tensor => errors.get(value) ?? fill(values.get(value)!, 0)
  for (const { operation, inputs, params, output } of tape.instructions) {
    const operands = inputs.map((value) => values.get(value)!)
    const type = tape.types[output]!
    const kernel = operation.kernel(operands, params as never)
    const result = evaluate(kernel, operands, type)
    values.set(output, result)
    errors.set(output, errorsOf(kernel, operands, inputs.map(errorOf), type))
  }
  return { values: tape.outputs.map((value) => values.get(value)!), errors: tape.outputs.map(errorOf) }
}

function errorsOf(
  kernel: Kernel,
  operands: readonly Tensor[],
  errors: readonly Tensor[],
  type: Type,
): Tensor {
  const u = roundoff(type.dtype)
  if (kernel.kind === 'map') return mapErrors(kernel.expression, operands, errors, type)
  if (kernel.kind === 'host') throw new TypeError('runWithErrors: expected kernels that it knows, got host')
  if (kernel.kind === 'reduce' && kernel.combine === 'max') return evaluate(kernel, errors, type)
  const sizes = operands.map(absolute)
  const terms = Math.max(...operands.map((x) => x.size)) * u
  if (kernel.kind === 'matmul') {
    const [a, b] = sizes as [Tensor, Tensor]
    const [ea, eb] = errors as [Tensor, Tensor]
    const parts = [
      evaluate(kernel, [a, eb], type),
      evaluate(kernel, [ea, b], type),
      evaluate(kernel, [a, b], type),
    ]
    return combine(type, parts, ([x, y, z]) => x! + y! + terms * z!)
  }
  // The rest is linear with coefficients 0 and 1.
  const passedOn = evaluate(kernel, [errors[0]!, ...operands.slice(1)], type)
  const adds = kernel.kind === 'move' ? kernel.add : kernel.kind === 'gather' ? kernel.scatter : true
  if (!adds) return kernel.kind === 'move' ? evaluate(kernel, errors, type) : passedOn
  const own = evaluate(kernel, [sizes[0]!, ...operands.slice(1)], type)
  return combine(type, [passedOn, own], ([x, y]) => x! + terms * y!)
}

/** One node of the expression at a time, over all elements. */
function mapErrors(
  root: Expression,
  operands: readonly Tensor[],
  operandErrors: readonly Tensor[],
  type: Type,
): Tensor {
  const u = roundoff(type.dtype)
  const values = new Map<Expression, Tensor>()
  const errors = new Map<Expression, Tensor>()
  const map = (expression: Expression, xs: readonly Tensor[]): Tensor =>
    evaluate({ kind: 'map', expression }, xs, type)
  for (const node of linearize(root)) {
    if (node.kind === 'constant' || node.kind === 'input') {
      values.set(node, map(node, operands))
      errors.set(node, node.kind === 'input' ? map(node, operandErrors) : fill(type, 0))
      continue
    }
    const xs = node.args.map((arg) => values.get(arg)!)
    const es = node.args.map((arg) => errors.get(arg)!)
    const places = node.args.map((_, i) => input(i))
    const value = map({ ...node, args: places } as Expression, xs)
    values.set(node, value)
    if (node.kind === 'named') {
      const { ulp, derivative } = node.named
      const slopes = map(derivative(input(0), input(1)), [xs[0]!, value])
      // Where the operand is exact, an infinite slope does no harm.
      const own = combine(type, [value, es[0]!, slopes], ([v, e, slope]) =>
        e === 0 ? 2 * ulp * u * Math.abs(v!) : 2 * ulp * u * Math.abs(v!) + e! * Math.abs(slope!),
      )
      errors.set(node, own)
    } else {
      const rule = rules[node.primitive]
      errors.set(
        node,
        combine(type, [value, ...xs, ...es], ([v, ...rest]) =>
          rule(u, v!, rest.slice(0, xs.length), rest.slice(xs.length)),
        ),
      )
    }
  }
  return errors.get(root)!
}

type Rule = (u: number, value: number, args: readonly number[], errors: readonly number[]) => number
const none: Rule = () => 0
const rounded: Rule = (u, value, _, [a, b]) => a! + b! + u * Math.abs(value)
const larger: Rule = (_, __, ___, [a, b]) => Math.max(a!, b!)

const rules: Record<Extract<Expression, { kind: 'primitive' }>['primitive'], Rule> = {
  add: rounded,
  sub: rounded,
  mul: (u, value, [a, b], [ea, eb]) => Math.abs(a!) * eb! + Math.abs(b!) * ea! + u * Math.abs(value),
  div: (u, value, [, b], [ea, eb]) => (ea! + Math.abs(value) * eb!) / Math.abs(b!) + u * Math.abs(value),
  sqrt: (u, value, _, [e]) => (e! === 0 ? 0 : e! / (2 * value)) + u * value,
  abs: (_, __, ___, [e]) => e!,
  floor: none,
  min: larger,
  max: larger,
  less: none,
  equal: none,
  select: (_, __, [condition], [, a, b]) => (condition !== 0 ? a! : b!),
  scale2: (_, __, [, k], [e]) => e! * 2 ** k!,
  exponent: none,
  mantissa: (_, value, [x], [e]) => (x === 0 ? 0 : (e! * Math.abs(value)) / Math.abs(x!)),
}

function combine(type: Type, parts: readonly Tensor[], rule: (parts: readonly number[]) => number): Tensor {
  const lists = parts.map((part) => part.storage())
  const data: Data = allocate(type.dtype, lists[0]!.length)
  for (let i = 0; i < data.length; i++) data[i] = rule(lists.map((list) => list[i]!))
  return new Tensor(data, type.shape, type.dtype)
}

function fill({ shape, dtype }: Type, value: number): Tensor {
  return new Tensor(
    allocate(
      dtype,
      shape.reduce((n, m) => n * m, 1),
    ).fill(value),
    shape,
    dtype,
  )
}

function absolute(x: Tensor): Tensor {
  return new Tensor(x.storage().map(Math.abs) as Data, x.shape, x.dtype)
}
