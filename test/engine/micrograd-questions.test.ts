/**
 * What readers of micrograd ask (github.com/karpathy/micrograd), answered where the answer runs. The questions of the smallest
 * programs stand in test/tape/reverse.test.ts; these are the ones that follow.
 */
import { expect, test } from 'vitest'
import {
  add,
  exp,
  grad,
  jvp,
  matmul,
  mul,
  record,
  relu,
  reverse,
  sin,
  square,
  sub,
  sum,
  tanh,
  tensor,
  valueAndGrad,
  vjp,
  type Tape,
  type Tensor,
} from '../../src/index.ts'

const numbers = (x: Tensor): number[] => [...x.data]
const names = (tape: Tape): string[] => tape.instructions.map(({ operation }) => operation.name)

test('why a topological order: a tape is one already, because a value is used only after it is made', () => {
  const f = (x: Tensor): Tensor => {
    const a = sin(x)
    const b = mul(a, x)
    return add(mul(b, a), b)
  }
  for (const tape of [record(f, tensor(1)), reverse(record(f, tensor(1)), [0])]) {
    const made = new Set([...tape.inputs, ...tape.constants.keys()])
    for (const { inputs, output } of tape.instructions) {
      expect(inputs.every((value) => made.has(value))).toBe(true)
      expect(made.has(output)).toBe(false)
      made.add(output)
    }
  }
})

test('why a topological order: a diamond of diamonds costs as many steps as it has values, not as it has paths', () => {
  // 2^40 paths lead from the value to x, and each contributes 1 to the derivative.
  const doubled = (x: Tensor): Tensor => Array.from({ length: 40 }).reduce<Tensor>((y) => add(y, y), x)
  const tape = reverse(record(doubled, tensor(1)), [0])
  expect(tape.instructions.length).toBeLessThanOrEqual(80)
  expect(grad(doubled)(tensor(1)).item()).toBe(2 ** 40)
})

test('what happens on reuse: an operand on both sides, a value used in two branches, a parameter shared by two layers', () => {
  expect(grad((x: Tensor) => mul(x, x))(tensor(3)).item()).toBe(6)
  expect(grad((x: Tensor) => sub(x, x))(tensor(3)).item()).toBe(0)
  const branches = (x: Tensor): Tensor => {
    const h = mul(x, 2)
    return add(square(h), mul(h, 5))
  }
  expect(grad(branches)(tensor(1)).item()).toBe(8 + 10)
  const W = tensor([
    [1, 2],
    [0, 1],
  ])
  const tied = (w: Tensor): Tensor => sum(matmul(w, matmul(w, tensor([1, 1]))))
  const [first, second] = [
    grad((w: Tensor) => sum(matmul(w, matmul(W, tensor([1, 1])))))(W),
    grad((w: Tensor) => sum(matmul(W, matmul(w, tensor([1, 1])))))(W),
  ]
  expect(numbers(grad(tied)(W))).toEqual(numbers(add(first, second)))
})

test('what happens on reuse: the sum is in the rule, so both arguments may be the same value', () => {
  // micrograd's first bug: `self.grad = …` instead of `+=` gives 1 here.
  const { value, gradient } = valueAndGrad((a: Tensor) => add(a, a))(tensor(3))
  expect([value.item(), gradient.item()]).toEqual([6, 2])
})

test('twice backward: pulling back twice through one run gives the same numbers, since nothing is stored in the values', () => {
  const { pullback } = vjp((x: Tensor) => mul(tanh(x), sin(x)), tensor([0.5, -2]))
  const one = tensor([1, 1])
  expect(numbers(pullback(one))).toEqual(numbers(pullback(one)))
})

test('why zero gradients between calls is not needed: a training loop accumulates nothing', () => {
  const loss = (w: Tensor): Tensor => sum(square(sub(w, tensor([1, -2]))))
  let w = tensor([0, 0])
  for (let step = 0; step < 3; step++) {
    expect(numbers(grad(loss)(w))).toEqual(numbers(mul(2, sub(w, tensor([1, -2])))))
    w = sub(w, mul(0.25, grad(loss)(w)))
  }
  expect(w.toArray()).toEqual([0.875, -1.75])
})

test('second derivatives: the gradient is an ordinary tape, so it is reversed like any other', () => {
  const f = (x: Tensor): Tensor => mul(exp(x), sin(x))
  const once = reverse(record(f, tensor(1)), [0])
  const twice = reverse(once, [0])
  expect(new Set([...names(once), ...names(twice)])).not.toContain('grad')
  // (eˣ sin x)'' = 2 eˣ cos x
  const x = 0.7
  const exact = 2 * Math.exp(x) * Math.cos(x)
  expect(Math.abs(grad(grad(f))(tensor(x)).item() - exact)).toBeLessThan(1e-14 * exact * 8)
})

test('second derivatives: of a piecewise linear function they are zero, and not an error', () => {
  expect(grad(grad((x: Tensor) => mul(relu(x), 3)))(tensor(2)).item()).toBe(0)
})

test('why scalars are not needed: one instruction of a tape does what a graph of numbers does with a node each', () => {
  const W = tensor(
    Array.from({ length: 100 }, (_, i) => Array.from({ length: 100 }, (_, j) => (i - j) / 100)),
  )
  const f = (x: Tensor): Tensor => sum(tanh(matmul(W, x)))
  const tape = reverse(record(f, tensor(new Float64Array(100))), [0])
  expect(tape.instructions.length).toBeLessThan(20)
})

test('what the gradient means: how much the value changes when the input moves a little', () => {
  const f = (x: Tensor): Tensor => add(mul(3, square(x)), sub(5, mul(4, x)))
  const h = 2 ** -20
  const [at, beside] = [f(tensor(3)).item(), f(tensor(3 + h)).item()]
  expect(grad(f)(tensor(3)).item()).toBe(14)
  expect(Math.abs((beside - at) / h - 14)).toBeLessThan(4 * h)
})

test('why backwards: one pass gives all 1,000 slopes, of which a forward pass gives one', () => {
  const x = tensor(Float64Array.from({ length: 1000 }, (_, i) => i / 1000))
  const f = (y: Tensor): Tensor => sum(sin(y))
  const gradient = grad(f)(x)
  for (const i of [0, 421, 999]) {
    const unit = tensor(Float64Array.from({ length: 1000 }, (_, j) => Number(i === j)))
    expect(jvp(f, x, unit).tangent.item()).toBe(gradient.data[i])
  }
})

// Two seconds where the cost is linear in the length; a quadratic one would run into the limit.
test(
  'why not recursion on long chains: 100,000 operations are recorded and reversed without a stack',
  { timeout: 60_000 },
  () => {
    const length = 100_000
    const chain = (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < length / 2; i++) y = mul(add(y, y), 0.5)
      return y
    }
    const tape = record(chain, tensor(1))
    expect(tape.instructions.length).toBe(length)
    const { value, gradient } = valueAndGrad(chain)(tensor(0.75))
    expect([value.item(), gradient.item()]).toEqual([0.75, 1])
    const { tangent } = jvp(chain, tensor(0.75), tensor(2))
    expect(tangent.item()).toBe(2)
  },
)
