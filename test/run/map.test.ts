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
  },
)

/** Largest errors in f32, in units of the last place, for functions with a body of their own for it. */
const bounds: Record<string, number> = {
  exp: 1.25,
  expm1: 1.25,
  log: 1,
  log1p: 1,
  sigmoid: 2.5,
  softplus: 2.5,
  tanh: 1.5,
}
const doubles: Record<string, (x: number) => number> = {
  ...scalars,
  sigmoid: (x) => 1 / (1 + math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + math.log1p(math.exp(-Math.abs(x))),
}

/** The unit in the last place of f32 at y. */
const unitOf = (y: number): number =>
  math.numbers.scale2(1, Math.max(-126, math.numbers.exponent(Math.abs(y))) - 23)

test('every function with a body for f32 has a bound', () => {
  const names = namedFunctions.filter(({ single }) => single).map(({ name }) => name)
  expect(names).toEqual(Object.keys(bounds))
})

test.each(namedFunctions)(
  '$name in f32: its own body within a bound, or the f64 value rounded once',
  (named) => {
    const bits = Uint32Array.from(fc.sample(fc.nat({ max: 4294967295 }), { numRuns: 20_000, seed: 7 }))
    const narrow = [2, 10, 40, 200].flatMap((width) =>
      Array.from({ length: 5000 }, (_, i) => (i / 2500 - 1) * width),
    )
    const xs = Float32Array.from([...points, ...new Float32Array(bits.buffer), ...narrow])
    const f = elementwise(named.name, named.name, (x) => ({ kind: 'named', named, args: [x] }))
    const ys = f(tensor(xs, [xs.length], 'f32')).data
    const scalar = doubles[named.name]
    if (!scalar) return
    let worst = { error: 0, x: 0 }
    xs.forEach((x, i) => {
      const exact = scalar(x)
      const rounded = Math.fround(exact)
      // A result that is no number, infinite or 0 has to be just that.
      const isPlain = Number.isFinite(rounded) && rounded !== 0
      const error = Object.is(ys[i], rounded)
        ? 0
        : isPlain
          ? Math.abs(ys[i]! - exact) / unitOf(exact)
          : Infinity
      if (!(error <= worst.error)) worst = { error, x }
    })
    const bound = bounds[named.name]
    if (bound === undefined) expect(worst).toEqual({ error: 0, x: 0 })
    else expect(worst.error, `at ${worst.x}`).toBeLessThanOrEqual(bound)
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
