import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  add,
  cast,
  div,
  grad,
  jvp,
  matmul,
  maximum,
  mul,
  record,
  select,
  sin,
  square,
  sum,
  tanh,
  tensor,
  transpose,
  valueAndGrad,
  vjp,
  type Tensor,
} from '../../src/index.ts'

const numbers = (t: Tensor): number[] => [...t.data]

test('what happens on reuse: every use adds its share', () => {
  const f = (a: Tensor): Tensor => {
    const b = add(a, a)
    return add(b, b)
  }
  expect(grad(f)(tensor(3)).item()).toBe(4)
})

test('why a topological order: a value used early and late gets its whole cotangent before it passes it on', () => {
  // c depends on b both directly and through d; a wrong order would pass b's cotangent on before d has added to it.
  const f = (a: Tensor): Tensor => {
    const b = mul(a, a)
    const d = mul(b, 3)
    return add(mul(d, b), b)
  }
  // f = 3a⁴ + a²
  expect(grad(f)(tensor(2)).item()).toBe(12 * 8 + 4)
})

test('twice backward: calling a gradient twice gives the same bits and changes no input', () => {
  const x = tensor([0.3, -1.2, 2.5])
  const before = numbers(x)
  const g = grad((y: Tensor) => sum(mul(tanh(y), sin(y))))
  expect(numbers(g(x))).toEqual(numbers(g(x)))
  expect(numbers(x)).toEqual(before)
})

test('a closed-over tensor is read at every call', () => {
  let scale = tensor(2)
  const g = grad((x: Tensor) => mul(x, scale))
  expect(g(tensor(1)).item()).toBe(2)
  scale = tensor(5)
  expect(g(tensor(1)).item()).toBe(5)
})

test('second derivatives: the gradient of a gradient, third and fourth too', () => {
  const f = (x: Tensor): Tensor => mul(mul(x, x), mul(x, x))
  const orders = [grad(f), grad(grad(f)), grad(grad(grad(f))), grad(grad(grad(grad(f))))]
  expect(orders.map((g) => g(tensor(2)).item())).toEqual([32, 48, 48, 24])
})

test('an inner gradient differentiates through what it closes over', () => {
  // d/dx [d/dy (x² y²) at y = x] = d/dx 2x³
  const f = (x: Tensor): Tensor => grad((y: Tensor) => mul(square(x), square(y)))(x)
  expect(grad(f)(tensor(3)).item()).toBe(54)
})

test('perturbation confusion: a constant of the inner function stays one', () => {
  const f = (x: Tensor): Tensor => mul(x, grad((y: Tensor) => add(x, y))(tensor(1)))
  expect(grad(f)(tensor(7)).item()).toBe(1)
})

test('trees as arguments: gradients come back in the same form', () => {
  const parameters = {
    w: tensor([
      [1, 2],
      [3, 4],
    ]),
    b: [tensor([0.5, -0.5]), tensor(2)],
  }
  const f = (p: typeof parameters, x: Tensor): Tensor => mul(sum(add(matmul(p.w, x), p.b[0]!)), p.b[1]!)
  const { value, gradient } = valueAndGrad(f)(parameters, tensor([1, 10]))
  expect(value.item()).toBe(128)
  expect(gradient.w.toArray()).toEqual([
    [2, 20],
    [2, 20],
  ])
  expect(gradient.b.map((g) => g.toArray())).toEqual([[2, 2], 64])
})

test('an argument without influence has a zero gradient of its own shape', () => {
  const g = grad((p: { a: Tensor; b: Tensor }) => sum(p.a))({ a: tensor([1, 2]), b: tensor([[3], [4]]) })
  expect(g.b.toArray()).toEqual([[0], [0]])
})

test('a tape keeps only what its outputs need', () => {
  const tape = record((x) => {
    sin(x)
    return square(x)
  }, tensor(1))
  expect(tape.instructions.map(({ operation }) => operation.name)).toEqual(['square'])
})

const mixing = tensor([
  [1, 2, 0],
  [0, 1, -1],
  [0.5, 0, 1],
])

/** A random straight-line program on vectors of length 3, every value free to be used again. */
const steps = [
  (a: Tensor, b: Tensor): Tensor => add(a, b),
  (a: Tensor, b: Tensor): Tensor => mul(a, b),
  (a: Tensor): Tensor => sin(a),
  (a: Tensor): Tensor => tanh(a),
  (a: Tensor, b: Tensor): Tensor => div(a, add(square(b), 1)),
  (a: Tensor, b: Tensor): Tensor => mul(sum(a), b),
  (a: Tensor, b: Tensor): Tensor => matmul(mul(transpose(cast(mixing, a.dtype)), a), b),
]
const program = fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(1000), fc.nat(1000)), {
  minLength: 1,
  maxLength: 12,
})
const run = (code: [number, number, number][], x: Tensor): Tensor => {
  const values = [x]
  for (const [step, i, j] of code) {
    values.push(tanh(steps[step]!(values[i % values.length]!, values[j % values.length]!)))
  }
  return sum(values.at(-1)!)
}
const vector = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -2, max: 2, noNaN: true })))

test('random programs with shared values: reverse, forward and differences agree', () => {
  fc.assert(
    fc.property(program, vector, vector, (code, at, direction) => {
      const [x, v] = [tensor(at), tensor(direction)]
      const f = (y: Tensor): Tensor => run(code, y)
      const reverse = numbers(grad(f)(x)).reduce((s, g, i) => s + g * direction[i]!, 0)
      const { tangent } = jvp(f, x, v)
      const scale = 1 + numbers(grad(f)(x)).reduce((s, g, i) => s + Math.abs(g * direction[i]!), 0)
      expect(Math.abs(reverse - tangent.item()) / scale).toBeLessThan(1e-12)
      const D = (h: number): number => (f(add(x, mul(v, h))).item() - f(add(x, mul(v, -h))).item()) / (2 * h)
      const richardson = (4 * D(1 / 2048) - D(1 / 1024)) / 3
      expect(Math.abs(reverse - richardson) / scale).toBeLessThan(1e-7)
    }),
    { numRuns: 200 },
  )
})

test('random programs in f32: gradients match differences in f32', () => {
  fc.assert(
    fc.property(program, vector, vector, (code, at, direction) => {
      const [x, v] = [tensor(at, [3], 'f32'), tensor(direction, [3], 'f32')]
      const f = (y: Tensor): Tensor => run(code, y)
      const terms = numbers(grad(f)(x)).map((g, i) => g * v.data[i]!)
      const slope = terms.reduce((s, t) => s + t, 0)
      const scale = 1 + terms.reduce((s, t) => s + Math.abs(t), 0)
      const D = (h: number): number => (f(add(x, mul(v, h))).item() - f(add(x, mul(v, -h))).item()) / (2 * h)
      expect(Math.abs(slope - (4 * D(1 / 128) - D(1 / 64)) / 3) / scale).toBeLessThan(1e-3)
    }),
    { numRuns: 200 },
  )
})

test('random programs: uᵀHv = vᵀHu, and reverse over reverse equals forward over reverse', () => {
  fc.assert(
    fc.property(program, vector, vector, vector, (code, at, a, b) => {
      const [x, u, v] = [tensor(at), tensor(a), tensor(b)]
      const g = grad((y: Tensor) => run(code, y))
      const hessianTimes = (w: Tensor): Tensor => grad((y: Tensor) => sum(mul(g(y), w)))(x)
      const dot = (p: Tensor, q: Tensor): number => sum(mul(p, q)).item()
      const [Hu, Hv] = [hessianTimes(u), hessianTimes(v)]
      const size = (p: Tensor, q: Tensor): number =>
        numbers(p).reduce((s, y, i) => s + Math.abs(y * q.data[i]!), 1)
      expect(Math.abs(dot(u, Hv) - dot(v, Hu)) / (size(u, Hv) + size(v, Hu))).toBeLessThan(1e-12)
      const forward = jvp(g, x, v).tangent
      const gap = numbers(forward).map((y, i) => Math.abs(y - Hv.data[i]!) / (1 + Math.abs(y)))
      expect(Math.max(...gap)).toBeLessThan(1e-11)
    }),
    { numRuns: 200 },
  )
})

test('vjp runs the function once and pulls back as often as it is asked', () => {
  let calls = 0
  const { value, pullback } = vjp(
    (x: Tensor) => {
      calls++
      return square(x)
    },
    tensor([1, 2, 3]),
  )
  expect(value.toArray()).toEqual([1, 4, 9])
  expect(pullback(tensor([1, 0, 0])).toArray()).toEqual([2, 0, 0])
  expect(pullback(tensor([0, 1, 1])).toArray()).toEqual([0, 4, 6])
  expect(calls).toBe(1)
})

test('ties and kinks inside programs follow the documented convention', () => {
  const x = tensor([1, 1])
  expect(grad((y: Tensor) => sum(maximum(y, tensor([1, 0]))))(x).toArray()).toEqual([0.5, 1])
  expect(grad((y: Tensor) => sum(select(tensor([1, 0]), y, mul(y, 3))))(x).toArray()).toEqual([1, 3])
})
