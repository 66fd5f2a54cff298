import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as math from '../../src/math/index.ts'
import { add, elementwise, mul, scalar, tensor } from '../../src/index.ts'
import { namedFunctions } from '../../src/tape/index.ts'
import * as ops from '../../src/index.ts'

const scalars = math as unknown as Record<string, (x: number) => number>
const points = [0, -0, 1e-310, 0.1, -0.7, 1, -3.3, 12.5, 700, -800, 1e300, Infinity, -Infinity, NaN]
const plain = namedFunctions.filter(({ name }) => name in scalars)

test('most named functions have a scalar twin in math/', () => {
  expect(plain.length).toBeGreaterThanOrEqual(8)
})

test.each(plain.map(({ name }) => name))(
  '%s: the interpreter gives the bits of the scalar function',
  (name) => {
    const f = elementwise(name, name, (x) => ({
      kind: 'named',
      named: namedFunctions.find((named) => named.name === name)!,
      args: [x],
    }))
    const many = fc.sample(fc.double(), { numRuns: 1000, seed: 5 })
    const xs = [...points, ...many]
    expect([...f(tensor(xs)).data]).toEqual(xs.map((x) => scalars[name]!(x)))
    // In f32 the f64 value is rounded once.
    const singles = xs.map(Math.fround)
    expect([...f(tensor(singles, [singles.length], 'f32')).data]).toEqual(
      singles.map((x) => Math.fround(scalars[name]!(x))),
    )
  },
)

test('f32 maps round after every operation', () => {
  const [a, b] = [Math.fround(0.1), Math.fround(3.3)]
  const x = tensor([a], [1], 'f32')
  const y = tensor([b], [1], 'f32')
  const fused = elementwise('fused', 'a b + a', (p, q) => scalar.add(scalar.mul(p, q), p))
  expect(fused(x, y).data[0]).toBe(Math.fround(Math.fround(a * b) + a))
  expect(add(mul(x, y), x).data[0]).toBe(fused(x, y).data[0])
})

test('broadcasting at every chunk border: long rows, long columns, scalars', () => {
  for (const [m, n] of [
    [1, 2000],
    [2000, 1],
    [3, 700],
    [700, 3],
  ] as const) {
    const row = tensor(
      Array.from({ length: n }, (_, j) => j),
      [1, n],
    )
    const column = tensor(
      Array.from({ length: m }, (_, i) => 10_000 * i),
      [m, 1],
    )
    const both = add(add(row, column), tensor(0.5))
    expect(both.shape).toEqual([m, n])
    expect(both.data.every((x, at) => x === (at % n) + 10_000 * Math.floor(at / n) + 0.5)).toBe(true)
  }
})

test('a shared subexpression and a bare input or constant are computed right', () => {
  const shared = elementwise('shared', '', (x) => {
    const y = scalar.add(x, 1)
    return scalar.mul(y, scalar.sub(y, scalar.tanh(y)))
  })
  expect(shared(tensor(0.5)).item()).toBe(1.5 * (1.5 - math.tanh(1.5)))
  expect(elementwise('same', '', (x) => x)(tensor([1, 2])).toArray()).toEqual([1, 2])
  expect(elementwise('seven', '', (_x) => 7)(tensor([1, 2])).toArray()).toEqual([7, 7])
})

test('NaN passes through minimum, maximum, relu and max', () => {
  const x = tensor([NaN, 1])
  for (const y of [ops.minimum(x, 0), ops.maximum(x, 0), ops.relu(x), ops.leakyRelu(x), ops.abs(x)]) {
    expect(y.data[0]).toBeNaN()
  }
  expect(ops.max(x).item()).toBeNaN()
})
