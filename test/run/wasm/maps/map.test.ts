import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate, Tensor, type Data, type DType } from '../../../../src/array/index.ts'
import { evaluate } from '../../../../src/run/interpreter.ts'
import type { MapStep } from '../../../../src/run/plan/steps.ts'
import { call, constant, input, type Expression, type Primitive } from '../../../../src/tape/expression.ts'
import { namedFunctions } from '../../../../src/tape/index.ts'
import { runStep, whole } from './runner.ts'

const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  3,
  -3,
  5e-324,
  -5e-324,
  1e-310,
  2.2250738585072014e-308,
  1e-45,
  -1.2e-40,
  1.1754943508222875e-38,
  1e38,
  3.4e38,
  1.7976931348623157e308,
  -1e300,
  Infinity,
  -Infinity,
  NaN,
  88.7,
  -103.9,
  709.7,
  710,
  -745,
  -746,
  4294967296,
  1e15,
  0.6249,
  0.625,
  1.2,
]
const elements = (dtype: DType): fc.Arbitrary<number> => {
  const number = fc.oneof(
    fc.constantFrom(...special),
    fc.double(),
    fc.double({ min: -20, max: 20 }),
    fc.integer({ min: -40, max: 40 }),
  )
  return dtype === 'i32' ? fc.oneof(fc.integer(), fc.integer({ min: -5, max: 5 })) : number
}

const unary = ['sqrt', 'abs', 'floor', 'exponent', 'mantissa'] as const
const binary = ['add', 'sub', 'mul', 'div', 'min', 'max', 'less', 'equal'] as const
const p = (primitive: Primitive, ...args: Expression[]): Expression => ({
  kind: 'primitive',
  primitive,
  args,
})

/** Scaling is by whole numbers. */
const scaled = (x: Expression, k: Expression): Expression => p('scale2', x, p('floor', k))

const expressions = (inputs: number): fc.Arbitrary<Expression> =>
  fc.letrec<{ any: Expression }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.nat(inputs - 1).map(input),
      fc.oneof(fc.constantFrom(...special.filter((x) => x === x)), fc.double({ noNaN: true })).map(constant),
      fc.tuple(fc.constantFrom(...unary), tie('any')).map(([name, a]) => p(name, a)),
      fc.tuple(fc.constantFrom(...binary), tie('any'), tie('any')).map(([name, a, b]) => p(name, a, b)),
      fc.tuple(fc.constantFrom(...binary), tie('any'), tie('any')).map(([name, a, b]) => p(name, a, b)),
      fc.tuple(tie('any'), tie('any'), tie('any')).map(([c, a, b]) => p('select', c, a, b)),
      fc.tuple(tie('any'), tie('any')).map(([a, b]) => scaled(a, b)),
      fc.tuple(fc.constantFrom(...namedFunctions), tie('any')).map(([f, a]) => call(f, a)),
    ),
  })).any

/** The bits, one NaN for all. */
export function bits(data: Data): number[] {
  return [...data]
}

function dataOf(dtype: DType, values: readonly number[]): Data {
  const data = allocate(dtype, values.length)
  data.set(values)
  return data
}

/** One map over whole arrays: by emitted code, and by the interpreter. */
function both(
  dtype: DType,
  expression: Expression,
  inputs: readonly Data[],
  dtypes: readonly DType[],
): [number[], number[]] {
  const n = inputs[0]!.length
  const step: MapStep = {
    kind: 'map',
    dtype,
    shape: [n],
    inputs: dtypes.map((d, i) => whole(i, d, [n])),
    outputs: [{ expression, into: whole(99, dtype, [n]) }],
  }
  const [result] = runStep(step, new Map(inputs.map((data, i) => [i, data])))
  const expected = evaluate(
    { kind: 'map', expression },
    inputs.map((data, i) => new Tensor(data, [n], dtypes[i]!)),
    { shape: [n], dtype },
  )
  return [bits(result!), bits(expected.storage())]
}

test.each(['f64', 'f32', 'i32'] as const)('%s: every primitive, on special values in all pairs', (dtype) => {
  const xs = special.flatMap((x) => special.map(() => x))
  const ys = special.flatMap(() => special)
  const inputs = [dataOf(dtype, xs), dataOf(dtype, ys)]
  const cases = [
    ...unary.map((name) => p(name, input(0))),
    ...binary.map((name) => p(name, input(0), input(1))),
    ...special
      .filter((x) => x === x)
      .flatMap((x) => ['min', 'max', 'mul'].map((name) => p(name as 'min', input(0), constant(x)))),
    ...special
      .filter((x) => x === x)
      .flatMap((x) => ['min', 'max', 'mul'].map((name) => p(name as 'min', constant(x), input(0)))),
    p('select', input(0), input(1), constant(0)),
    p('select', input(0), constant(0), input(1)),
    p('select', input(0), constant(NaN), input(1)),
    p('select', input(0), input(1), constant(NaN)),
    p('max', p('less', input(0), input(1)), p('equal', input(0), input(1))),
    p('select', p('less', input(0), input(1)), input(0), input(1)),
    p('sub', constant(1), p('less', input(0), input(1))),
    scaled(input(0), input(1)),
    scaled(constant(1), input(1)),
    scaled(p('mul', input(1), constant(3)), input(1)),
    ...namedFunctions.map((f) => call(f, input(0))),
  ]
  for (const expression of cases) {
    const [ours, theirs] = both(dtype, expression, inputs, [dtype, dtype])
    expect(ours, JSON.stringify(expression)).toEqual(theirs)
  }
})

test.each(['f64', 'f32', 'i32'] as const)('%s: random expressions of random lengths', (dtype) => {
  const cases = fc
    .tuple(expressions(2), fc.integer({ min: 0, max: 40 }))
    .chain(([expression, n]) =>
      fc.tuple(
        fc.constant(expression),
        ...[0, 1].map(() => fc.array(elements(dtype), { minLength: n, maxLength: n })),
      ),
    ) as unknown as fc.Arbitrary<[Expression, number[], number[]]>
  fc.assert(
    fc.property(cases, ([expression, a, b]) => {
      const [ours, theirs] = both(dtype, expression, [dataOf(dtype, a), dataOf(dtype, b)], [dtype, dtype])
      expect(ours).toEqual(theirs)
    }),
    { numRuns: 400 },
  )
})
