/**
 * How far f32 kernels may be off: a running error analysis. A tape is run in f64, and beside every value runs a bound of what a device that
 * rounds every step to f32 may have instead (Wilkinson's analysis, Higham, Accuracy and Stability of Numerical Algorithms, §3.3). Where an error could
 * take a comparison to the other side, the bound is what that would change.
 *
 * What is assumed of a device: sums and products are rounded to nearest, divisions and square roots are good to 2.5 and 4 units in the last place
 * (WGSL, §15.7), numbers below 2⁻¹²⁶ may be 0. First order in the rounding unit, with a little room for the rest.
 */
import { sizeOf, Tensor, type Shape, type Type } from '../src/array/index.ts'
import { numbers } from '../src/math/index.ts'
import { evaluate } from '../src/run/index.ts'
import { call } from '../src/tape/expression.ts'
import {
  input,
  linearize,
  type Expression,
  type MapKernel,
  type NamedFunction,
  type Primitive,
  type Tape,
} from '../src/tape/index.ts'

/** The rounding unit of f32, 2⁻²⁴. */
const UNIT = 5.960464477539063e-8
const DIVISION = 5 * UNIT
const ROOT = 8 * UNIT
/** Where f32 ends on either side: 2⁻¹²⁵, 2¹²⁸. */
const TINY = 2.350988701644575e-38
const HUGE = 3.402823669209385e38

/** A value in f64, and for every element how far f32 may be off. */
export interface Bounded {
  readonly value: Tensor
  readonly error: Tensor
}

/** Numbers and bounds, side by side. */
interface Pair {
  readonly v: Float64Array
  readonly e: Float64Array
}

/** The outputs of a tape with their bounds. Arguments count as rounded once. Errors: TypeError for a tape that calls a host function. */
export function budgetOf(tape: Tape, args: readonly Tensor[]): Bounded[] {
  const known = new Map<number, Bounded>()
  for (const [value, x] of tape.constants) known.set(value, rounded(x))
  tape.inputs.forEach((value, i) => known.set(value, rounded(args[i]!)))
  for (const { operation, inputs, params, output } of tape.instructions) {
    const operands = inputs.map((value) => known.get(value)!)
    const values = operands.map(({ value }) => value)
    const { shape, dtype } = tape.types[output]!
    const type: Type = { shape, dtype: dtype === 'i32' ? 'i32' : 'f64' }
    const kernel = operation.kernel(values, params as never)
    const run = (list: readonly Tensor[], as: Type = { shape, dtype: 'f64' }): Tensor =>
      evaluate(kernel, list, as)
    const errors = operands.map(({ error }) => error)
    const sizes = values.map((x) => mapped(x, Math.abs))
    switch (kernel.kind) {
      case 'map':
        known.set(output, boundedMap(kernel, operands, type))
        break
      case 'reduce': {
        const terms = kernel.axes.reduce((n, axis) => n * values[0]!.shape[axis]!, 1)
        const error = run(errors)
        known.set(output, {
          value: run(values),
          error: kernel.combine === 'max' ? error : plus(error, (terms + 2) * UNIT, run(sizes)),
        })
        break
      }
      case 'matmul': {
        const terms = values[0]!.shape.at(kernel.transposeA ? -2 : -1)!
        const [a, b] = sizes as [Tensor, Tensor]
        const [ea, eb] = errors as [Tensor, Tensor]
        const error = plus(run([a, eb]), 1, run([ea, plus(b, 1, eb)]))
        known.set(output, { value: run(values), error: plus(error, (terms + 2) * UNIT, run(sizes)) })
        break
      }
      case 'move':
      case 'gather': {
        const fixed = kernel.kind === 'gather' ? values[1]! : undefined
        const list = (xs: readonly Tensor[]): Tensor[] => (fixed ? [xs[0]!, fixed] : [...xs])
        const adds = kernel.kind === 'move' ? kernel.add : kernel.scatter
        const error = run(list(errors))
        const terms = adds ? largest(run(list(values.map(ones)))) : 0
        known.set(output, {
          value: run(values, type),
          error: adds ? plus(error, (terms + 2) * UNIT, run(list(sizes))) : error,
        })
        break
      }
      case 'host':
        throw new TypeError(`budgetOf: expected kernels, got a call of the host function ${operation.name}`)
    }
  }
  return tape.outputs.map((value) => known.get(value)!)
}

function rounded(x: Tensor): Bounded {
  if (x.dtype === 'i32') return { value: x, error: mapped(x, () => 0) }
  const value = mapped(x, (a) => a)
  return {
    value,
    error: mapped(value, (a) => Math.abs(a - Math.fround(a)) + (Math.abs(a) < TINY ? Math.abs(a) : 0)),
  }
}

function mapped({ data, shape }: Tensor, f: (x: number) => number): Tensor {
  return new Tensor(Float64Array.from(data, f), shape, 'f64')
}

const ones = (x: Tensor): Tensor => mapped(x, () => 1)

function largest(x: Tensor): number {
  return (x.storage() as Float64Array).reduce((most, a) => Math.max(most, a), 0)
}

/** e + factor·x */
function plus(e: Tensor, factor: number, { data }: Tensor): Tensor {
  return new Tensor(
    Float64Array.from(e.data, (error, i) => error + factor * data[i]!),
    e.shape,
    'f64',
  )
}

function boundedMap(
  { expression }: MapKernel,
  operands: readonly Bounded[],
  { shape, dtype }: Type,
): Bounded {
  const inputs = operands.map(({ value, error }) => ({ v: spread(value, shape), e: spread(error, shape) }))
  const { v, e } = boundedExpression(expression, inputs, sizeOf(shape))
  const value = dtype === 'i32' ? Int32Array.from(v) : v
  // Where a fraction is cut off, an error that reaches the next whole number counts as one.
  const error =
    dtype === 'i32' ? e.map((x, i) => (Math.trunc(v[i]! - x) === Math.trunc(v[i]! + x) ? 0 : 1 + x)) : e
  return { value: new Tensor(value, shape, dtype), error: new Tensor(error, shape, 'f64') }
}

/** The elements of a tensor, repeated to a shape. */
function spread(x: Tensor, shape: Shape): Float64Array {
  return evaluate({ kind: 'map', expression: input(0) }, [x], {
    shape,
    dtype: 'f64',
  }).storage() as Float64Array
}

function boundedExpression(root: Expression, inputs: readonly Pair[], size: number): Pair {
  const pairs = new Map<Expression, Pair>()
  for (const node of linearize(root)) {
    if (node.kind === 'input') pairs.set(node, inputs[node.index]!)
    else if (node.kind === 'constant') {
      const error = Math.abs(node.value - Math.fround(node.value)) || 0
      pairs.set(node, { v: new Float64Array(size).fill(node.value), e: new Float64Array(size).fill(error) })
    } else {
      const args = node.args.map((arg) => pairs.get(arg)!)
      pairs.set(
        node,
        node.kind === 'named' ? boundedNamed(node.named, args[0]!) : boundedPrimitive(node.primitive, args),
      )
    }
  }
  return pairs.get(root)!
}

function boundedPrimitive(primitive: Primitive, args: readonly Pair[]): Pair {
  const [a, b = a, c = a] = args as [Pair, Pair?, Pair?]
  const size = a.v.length
  const expression: Expression = { kind: 'primitive', primitive, args: args.map((_, i) => input(i)) }
  const v = valuesOf(expression, args)
  const e = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const error = errorOf(primitive, [a.v[i]!, b.v[i]!, c.v[i]!], [a.e[i]!, b.e[i]!, c.e[i]!], v[i]!)
    // An infinity that comes of exact operands is one on a device, too; beyond the end of f32, and of what is unknown, nothing is known.
    if (Number.isFinite(v[i]!)) e[i] = Math.abs(v[i]!) + error < HUGE ? error : Infinity
    else e[i] = error === 0 || a.e[i]! + b.e[i]! + c.e[i]! === 0 ? 0 : Infinity
  }
  return { v, e }
}

function valuesOf(expression: Expression, args: readonly Pair[]): Float64Array {
  const shape = [args[0]!.v.length]
  const inputs = args.map(({ v }) => new Tensor(v, shape, 'f64'))
  return evaluate({ kind: 'map', expression }, inputs, { shape, dtype: 'f64' }).storage() as Float64Array
}

/** |a|·error, where an error of 0 is none beside an infinity either. */
function times(a: number, error: number): number {
  return error === 0 ? 0 : Math.abs(a) * error
}

type Three = readonly [number, number, number]

function errorOf(primitive: Primitive, [a, b, c]: Three, [ea, eb, ec]: Three, v: number): number {
  const size = Math.abs(v)
  switch (primitive) {
    case 'add':
    case 'sub':
      return ea + eb + UNIT * size
    case 'mul':
      return times(a, eb) + times(b, ea) + ea * eb + UNIT * size + (v === 0 ? 0 : TINY)
    case 'div':
      return Math.abs(b) > eb
        ? (ea + size * eb) / (Math.abs(b) - eb) + DIVISION * size + (v === 0 ? 0 : TINY)
        : Infinity
    case 'sqrt':
      return (ea < a ? ea / Math.sqrt(a) : 2 * Math.sqrt(ea)) + ROOT * size
    case 'abs':
      return ea
    case 'floor':
      return Math.floor(a - ea) === Math.floor(a + ea) ? 0 : 1 + ea
    case 'min':
    case 'max':
      return Math.max(ea, eb)
    case 'less':
    case 'equal':
      // Equal to the last bit of f64, they are one number that took two ways, such as a largest element.
      return a !== b && Math.abs(a - b) <= ea + eb ? 1 : 0
    case 'select':
      if (ea === 0) return a === 0 ? ec : eb
      return Math.abs(b - c) + Math.max(eb, ec)
    case 'scale2':
      return eb === 0 ? numbers.scale2(ea, b) + (v === 0 ? 0 : TINY) : Infinity
    case 'exponent':
      return ea === 0 ? 0 : 1
    case 'mantissa':
      return ea === 0 ? 0 : 2
  }
}

/** Units of 2⁻²⁴ of its result that a named function may be off in f32, */
const OF_RESULT = 16
/** and of the size of its argument, where that is first brought into a period. */
const ofArgument: Readonly<Record<string, number>> = { sin: 4, cos: 4, sinTurns: 16, cosTurns: 16 }

function boundedNamed(named: NamedFunction, { v: x, e }: Pair): Pair {
  const at = (list: Float64Array): Float64Array => valuesOf(call(named, input(0)), [{ v: list, e }])
  const v = at(x)
  const above = at(x.map((a, i) => a + e[i]!))
  const below = at(x.map((a, i) => a - e[i]!))
  const units = ofArgument[named.name] ?? 0
  const error = v.map((y, i) => {
    const moved = Math.max(Math.abs(above[i]! - y), Math.abs(below[i]! - y))
    const own = UNIT * (OF_RESULT * Math.abs(y) + units * (1 + Math.abs(x[i]!)))
    return y - y === 0 && e[i]! < Infinity ? moved + own + TINY : e[i] === 0 ? 0 : Infinity
  })
  return { v, e: error }
}
