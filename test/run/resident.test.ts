/** Donated arguments, and results that stay in their places until somebody reads them. */
import { expect, test } from 'vitest'
import {
  add,
  compile,
  div,
  grad,
  host,
  matmul,
  mul,
  reshape,
  sqrt,
  square,
  stack,
  sub,
  sum,
  take,
  tanh,
  tensor,
  type Compiled,
  type Tensor,
} from '../../src/index.ts'
import { sharedMemory } from '../../src/run/wasm/memory.ts'
import { numbers } from '../engine/programs.ts'
import { expectSame } from '../support/compiled.ts'

const executors = ['compile', 'interpret'] as const
const options = { executor: 'compile', donate: [0] } as const
/** Longer than arguments that are copied at every call. */
const LONG = 300
const long = (salt: number): Tensor => numbers([LONG], salt)

type State = {
  readonly weights: Tensor
  readonly moments: Tensor[]
}
const loss = (weights: Tensor, x: Tensor, y: Tensor): Tensor => sum(square(sub(tanh(matmul(x, weights)), y)))
/** A step of Adam, bias aside. */
const step = ({ weights, moments: [m, v] }: State, x: Tensor, y: Tensor): State => {
  const slope = grad((w: Tensor) => loss(w, x, y))(weights)
  const moments = [add(mul(m!, 0.9), mul(slope, 0.1)), add(mul(v!, 0.99), mul(square(slope), 0.01))]
  const change = div(moments[0]!, add(sqrt(moments[1]!), 1e-6))
  return { weights: sub(weights, mul(change, 0.01)), moments }
}
type Step = Compiled<[State, Tensor, Tensor], State>
const compiledStep = (executor: 'compile' | 'interpret'): Step => compile(step, { executor, donate: [0] })
const start = (): State => ({
  weights: numbers([9, 40], 1),
  moments: [mul(numbers([9, 40], 2), 0), mul(numbers([9, 40], 2), 0)],
})
const flat = ({ weights, moments }: State): Tensor[] => [weights, ...moments]
const batch = (i: number, rows = 4): [Tensor, Tensor] => [numbers([rows, 9], i), numbers([rows, 40], i + 1)]

test.each(executors)('fifty donated training steps have the bits of those that copy: %s', (executor) => {
  const train = compiledStep(executor)
  let [state, plain] = [start(), start()]
  for (let i = 0; i < 50; i++) {
    state = train(state, ...batch(i))
    plain = step(plain, ...batch(i))
    // Whoever looks in between changes nothing.
    if (i % 7 === 0) expectSame(flat(state), flat(plain))
  }
  expectSame(flat(state), flat(plain))
})

test('donated state is not copied from step to step', () => {
  const train = compiledStep('compile')
  const { plan } = (train(start(), ...batch(0)), train.forms[0]!.program!.code)
  const places = plan.results.map(({ buffer }) => buffer)
  expect(places.sort()).toEqual(
    plan.arguments
      .slice(0, 3)
      .map(({ buffer }) => buffer)
      .sort(),
  )
})

test('batches of two sizes share a donated state', () => {
  const train = compiledStep('compile')
  let [state, plain] = [start(), start()]
  for (let i = 0; i < 12; i++) {
    const rows = i % 3 === 2 ? 2 : 4
    state = train(state, ...batch(i, rows))
    plain = step(plain, ...batch(i, rows))
  }
  expect(train.forms).toHaveLength(2)
  expectSame(flat(state), flat(plain))
})

test.each(executors)('donated tensors cannot be read: %s', (executor) => {
  const double = compile((x: Tensor) => mul(x, 2), { executor, donate: [0] })
  const keeping = compile((x: Tensor) => mul(x, 3), { executor })
  const message = 'tensor: expected elements, got a tensor that was donated to a compiled function'
  for (const size of [5, LONG]) {
    const x = numbers([size], 1)
    keeping(x)
    const y = double(x)
    expect(() => x.data).toThrow(message)
    expect(() => mul(x, 2)).toThrow(message)
    expect(() => keeping(x)).toThrow(message)
    expect(() => double(x)).toThrow(message)
    const z = double(y)
    expect(() => y.data).toThrow(message)
    expect(() => double(y)).toThrow(message)
    expectSame([z], [mul(numbers([size], 1), 4)])
  }
})

test('results outlive later runs with other arguments', () => {
  const double = compile((x: Tensor) => mul(x, 2), options)
  const kept = [1, 2, 3, 4].map((salt) => double(long(salt)))
  expectSame(
    kept,
    [1, 2, 3, 4].map((salt) => mul(long(salt), 2)),
  )
})

test('a result that went to another function does not stand in the way', () => {
  const double = compile((x: Tensor) => mul(x, 2), options)
  const triple = compile((x: Tensor) => mul(x, 3), options)
  const first = double(long(1))
  const second = triple(first)
  expectSame([double(long(2)), second], [mul(long(2), 2), mul(long(1), 6)])
  expect(() => first.data).toThrow('donated')
  expect(() => double(first)).toThrow('donated')
})

test('results outlive the growth of the memory', () => {
  const double = compile((x: Tensor) => mul(x, 2), options)
  const kept = double(long(1))
  const { buffer } = sharedMemory()
  const wide = numbers([400_000], 2)
  compile((x: Tensor) => sum(mul(stack([x, tanh(x), x]), x)), { executor: 'compile' })(wide)
  expect(sharedMemory().buffer).not.toBe(buffer)
  expectSame([kept], [mul(long(1), 2)])
})

test.each(executors)('results that are donated arguments, or parts of them: %s', (executor) => {
  const f = (x: Tensor, y: Tensor): Tensor[] => [x, x, reshape(x, [LONG, 1]), mul(y, 2)]
  const compiled = compile(f, { executor, donate: [0] })
  const first = compiled(long(1), long(2))
  const second = compiled(long(3), long(4))
  expectSame(first, f(long(1), long(2)))
  const third = compiled(second[0]!, long(5))
  expectSame(third, f(long(3), long(5)))
  expectSame([second[2]!], [reshape(long(3), [LONG, 1])])
})

test('a result that into has written to is copied before it is donated', () => {
  const double = compile((x: Tensor) => mul(x, 2), options)
  const r = double(long(1))
  compile((x: Tensor) => sub(x, 1), { executor: 'compile' }).into(r, long(2))
  expectSame([double(r)], [mul(sub(long(2), 1), 2)])
})

test('donated arguments may come back in each other’s places', () => {
  const f = (x: Tensor, y: Tensor): Tensor[] => [sub(x, 1), mul(y, 2)]
  const compiled = compile(f, { ...options, donate: [0, 1] })
  const [a, b] = compiled(long(1), long(2))
  const got = compiled(b!, a!)
  expectSame(got, f(mul(long(2), 2), sub(long(1), 1)))
})

test.each(executors)('the same tensor may be donated twice over: %s', (executor) => {
  const compiled = compile((x: Tensor, y: Tensor) => [mul(x, 2), add(y, x)], { executor, donate: [0, 1] })
  const x = long(1)
  expectSame(compiled(x, x), [mul(long(1), 2), add(long(1), long(1))])
  expect(() => x.data).toThrow('donated')
})

const failing = (x: Tensor, i: Tensor): Tensor[] => [mul(x, 2), take(tensor([1, 2]), i)]
const [good, bad] = [1, 2].map((i) => tensor([i], [1], 'i32')) as [Tensor, Tensor]

test.each(executors)('a run that fails leaves the bits that it was given: %s', (executor) => {
  const compiled = compile(failing, { executor, donate: [0] })
  const x = long(1)
  expect(() => compiled(x, bad)).toThrow('take: expected indices in [0,2), got 2')
  const [y] = compiled(x, good)
  expect(y!.data[0]).toBe(long(1).data[0]! * 2)
  expect(() => compiled(y!, bad)).toThrow('take: expected indices in [0,2), got 2')
  expectSame([y!], [mul(long(1), 2)])
  expectSame(compiled(y!, good), failing(mul(long(1), 2), good))
})

test('a result that nobody has read is gone after a run that fails', () => {
  const compiled = compile(failing, options)
  const [y] = compiled(long(1), good)
  expect(() => compiled(y!, bad)).toThrow('take: expected indices in [0,2), got 2')
  expect(() => y!.data).toThrow('donated')
  expectSame(compiled(long(2), good), failing(long(2), good))
})

test('a host function that throws is a run that fails', () => {
  let willing = false
  const moody = host({
    name: 'moody',
    type: ([x]) => x!,
    call: ([x]) => {
      if (!willing) throw new Error('not today')
      return x!.storage()
    },
    effect: true,
  })
  const f = (x: Tensor): Tensor[] => [mul(x, 2), moody(sum(x))]
  const compiled = compile(f, options)
  const x = long(1)
  expect(() => compiled(x)).toThrow('not today')
  willing = true
  expectSame(compiled(x), f(long(1)))
})

test('scalars are donated like all others', () => {
  const count = compile((n: Tensor) => add(n, 1), options)
  let n = tensor(0)
  for (let i = 0; i < 10; i++) n = count(n)
  expect(n.item()).toBe(10)
})
