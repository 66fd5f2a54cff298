import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate, sizeOf, Tensor, type Data, type DType, type Shape } from '../../../../src/array/index.ts'
import { evaluate } from '../../../../src/run/interpreter.ts'
import type { View } from '../../../../src/run/plan/steps.ts'
import { add, input, max, mul, type Expression } from '../../../../src/tape/expression.ts'
import { read, runStep, viewOf, whole, type Layout } from './runner.ts'

const size = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(1, 8, 16, 24),
)
const shapes: fc.Arbitrary<number[]> = fc
  .array(size, { maxLength: 4 })
  .filter((shape) => sizeOf(shape) <= 3000)
const layouts: fc.Arbitrary<Layout> = fc.record({
  order: fc.oneof(
    { weight: 3, arbitrary: fc.constant([0, 1, 2, 3]) },
    { weight: 1, arbitrary: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }) },
  ),
  steps: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.constantFrom(0, 2, -1, 3) },
    ),
    { minLength: 4, maxLength: 4 },
  ),
})
const dtypes = fc.constantFrom<DType>('f64', 'f32', 'i32')

/** Elements of both signs and of several magnitudes; some are -0, ±∞ and NaN where `special` says so. */
function fill(dtype: DType, count: number, seed: number, special: boolean): Data {
  const data = allocate(dtype, count)
  for (let i = 0; i < count; i++) {
    const x = Math.sin(1.7 * i + seed) * 10 ** ((i * 7 + seed) % 6)
    data[i] =
      special && i % 11 === seed % 11 ? [NaN, -0, Infinity, 0, -Infinity][i % 5]! : i % 4 === 0 ? -0 : x
  }
  return data
}

interface Operand {
  readonly view: View
  readonly data: Data
}

function operand(buffer: number, dtype: DType, shape: Shape, layout: Layout, special: boolean): Operand {
  const { view, size: elements } = viewOf(buffer, dtype, shape, layout)
  return { view, data: fill(dtype, elements + 3, 5 * buffer + 1, special) }
}

const tensorOf = ({ view, data }: Operand): Tensor => new Tensor(read(view, data), view.shape, view.dtype)
const memory = (operands: readonly Operand[]): Map<number, Data> =>
  new Map(operands.map(({ view, data }) => [view.buffer, data]))
const three = fc.tuple(layouts, layouts, layouts)

test('maps of any layout, in pieces of any size, with several results', () => {
  fc.assert(
    fc.property(dtypes, shapes, three, fc.integer({ min: 1, max: 40 }), (dtype, shape, list, pieces) => {
      const operands = list.map((layout, i) => operand(i, dtype, shape, layout, true))
      const formulas: Expression[] = [
        add(mul(input(0), input(1)), input(2)),
        max(input(1), mul(0.25, input(2))),
      ]
      const outputs = formulas.map((expression, i) => ({ expression, into: whole(10 + i, dtype, shape) }))
      const inputs = operands.map(({ view }) => view)
      const results = runStep({ kind: 'map', dtype, shape, inputs, outputs }, memory(operands), pieces)
      formulas.forEach((expression, i) => {
        const expected = evaluate({ kind: 'map', expression }, operands.map(tensorOf), { shape, dtype })
        expect([...results[i]!]).toEqual([...expected.storage()])
      })
    }),
    { numRuns: 400 },
  )
})

test('a map may take the place of its input', () => {
  const shape = [3, 7]
  const data = fill('f32', 21, 2, false)
  const step = {
    kind: 'map',
    dtype: 'f32',
    shape,
    inputs: [whole(0, 'f32', shape), whole(1, 'f32', shape)],
    outputs: [
      { expression: add(input(0), input(1)), into: whole(0, 'f32', shape) },
      { expression: mul(input(0), input(1)), into: whole(1, 'f32', shape) },
    ],
  } as const
  const [sum, product] = runStep(
    step,
    new Map([
      [0, data],
      [1, data],
    ]),
  )
  expect([...sum!]).toEqual([...data.map((x) => Math.fround(x + x))])
  expect([...product!]).toEqual([...data.map((x) => Math.fround(x * x))])
})

test.each(['f64', 'f32', 'i32'] as const)('casts to %s', (dtype) => {
  for (const from of ['f64', 'f32', 'i32'] as const) {
    for (const [n, step] of [
      [37, 1],
      [9, 0],
      [12, 2],
    ] as const) {
      const x = operand(0, from, [n], { order: [0], steps: [step] }, true)
      const output = { expression: input(0), into: whole(1, dtype, [n]) }
      const [result] = runStep(
        { kind: 'map', dtype, shape: [n], inputs: [x.view], outputs: [output] },
        memory([x]),
      )
      const expected = evaluate({ kind: 'map', expression: input(0) }, [tensorOf(x)], { shape: [n], dtype })
      expect([...result!]).toEqual([...expected.storage()])
    }
  }
})

test('reductions of any layout over any axes, in pieces of any size', () => {
  const cases = fc.tuple(
    dtypes,
    shapes,
    three,
    fc.integer({ min: 0, max: 15 }),
    fc.boolean(),
    fc.boolean(),
    fc.integer({ min: 1, max: 40 }),
  )
  fc.assert(
    fc.property(cases, ([dtype, shape, list, chosen, isSum, special, pieces]) => {
      const axes = shape.map((_, axis) => axis).filter((axis) => (chosen >> axis) & 1)
      const combine = isSum ? 'sum' : 'max'
      const operands = list.map((layout, i) => operand(i, dtype, shape, layout, special))
      const expression = special ? input(0) : add(mul(0.5, mul(input(0), input(1))), input(2))
      const used = special ? operands.slice(0, 1) : operands
      const left = shape.filter((_, axis) => !axes.includes(axis))
      const output = whole(10, dtype, left)
      const inputs = used.map(({ view }) => view)
      const [result] = runStep(
        { kind: 'reduce', combine, dtype, shape, axes, inputs, expression, output },
        memory(used),
        pieces,
      )
      const mapped = evaluate({ kind: 'map', expression }, used.map(tensorOf), { shape, dtype })
      const expected = evaluate({ kind: 'reduce', combine, axes }, [mapped], { shape: left, dtype })
      expect([...result!]).toEqual([...expected.storage()])
    }),
    { numRuns: 800 },
  )
})
