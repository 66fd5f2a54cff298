/** What compiled functions refuse. */
import { expect, test } from 'vitest'
import {
  cast,
  compile,
  div,
  exp,
  grad,
  log,
  matmul,
  mul,
  pick,
  reshape,
  sqrt,
  sub,
  sum,
  take,
  tanh,
  tensor,
  add,
  type Tensor,
} from '../../src/index.ts'
import { numbers } from '../engine/programs.ts'
import { expectSame } from '../support/compiled.ts'

const loose = (x: unknown): never => x as never
const options = { executor: 'compile' } as const
const w = numbers([5, 7], 1)
const x = numbers([7], 2)
const net = (y: Tensor): Tensor => sum(tanh(matmul(w, y)))

test.each([
  ['a number', () => compile(loose(3)), 'compile: expected a function, got number'],
  [
    'an argument that is no tensor',
    () => compile(net)(loose('x')),
    'compile: expected tensors, or arrays and objects of tensors, got string',
  ],
  ['a result that is no tensor', () => compile(loose(() => 3))(), 'record: expected tensors, or arrays'],
  [
    'a read of elements',
    () => compile((y: Tensor) => mul(y, y.item()))(tensor(1)),
    'record: expected operations',
  ],
  [
    'a target of another shape',
    () => compile(net).into(x, x),
    'into: expected f64[] to write to, got f64[7]',
  ],
  [
    'a target of another dtype',
    () => compile(net).into(tensor(0, [], 'f32'), x),
    'into: expected f64[] to write to, got f32[]',
  ],
  [
    'too few targets',
    () => compile((y: Tensor) => [y, y]).into([x], x),
    'into: expected 2 tensors to write to, got 1',
  ],
  ['no targets', () => compile(net).into(loose([]), x), 'into: expected 1 tensors to write to, got 0'],
  [
    'a donated position out of range',
    () => compile(net, { donate: [1] })(x),
    'compile: expected donate to name some of 1 arguments, got 1',
  ],
  [
    'half a position',
    () => compile(net, { donate: [0, 0.5] })(x),
    'compile: expected donate to name some of 1 arguments, got 0,0.5',
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})

test('refused targets are left alone', () => {
  const compiled = compile((y: Tensor) => [mul(y, 2), sum(y)], options)
  const [good, bad] = [numbers([7], 1), numbers([2], 1)]
  expect(() => compiled.into([good, bad], x)).toThrow('into: expected f64[] to write to, got f64[2]')
  expectSame([good, bad], [numbers([7], 1), numbers([2], 1)])
})

test('a donated argument is no target, and is still there after the refusal', () => {
  const step = compile((state: Tensor, y: Tensor) => add(state, y), { ...options, donate: [0] })
  const state = numbers([7], 3)
  expect(() => step.into(state, state, x)).toThrow(
    'into: expected tensors to write to beside the donated ones, got argument 0',
  )
  expectSame([state], [numbers([7], 3)])
})

const at = (...list: number[]): Tensor => tensor(list, [list.length], 'i32')

test.each(['compile', 'interpret'] as const)('an index out of range is named by %s', (executor) => {
  const row = compile((y: Tensor, i: Tensor) => mul(2, take(y, i)), { executor })
  expectSame([row(x, at(6, 0))], [mul(2, take(x, at(6, 0)))])
  expect(() => row(x, at(1, 7))).toThrow('take: expected indices in [0,7), got 7')
  expect(() => row(x, at(-1, 0))).toThrow('take: expected indices in [0,7), got -1')
  expectSame([row(x, at(5, 5))], [mul(2, take(x, at(5, 5)))])
  const slope = compile(
    grad((y: Tensor, i: Tensor) => sum(pick(reshape(y, [1, 7]), cast(mul(cast(i, 'f64'), 2), 'i32')))),
    { executor },
  )
  expect(() => slope(x, at(4))).toThrow('expected indices in [0,7), got 8')
  const out = numbers([2], 3)
  expect(() => row.into(out, x, at(0, 9))).toThrow(RangeError)
  expectSame([out], [numbers([2], 3)])
})

const risky = (y: Tensor, z: Tensor): Tensor => sum(mul(log(div(y, z)), sqrt(add(z, 2))))
const [zero, minusTen] = [tensor([0, 1, 2]), tensor([-10, -3, -4])]
const one = tensor([1, 1, 1])

test.each(['compile', 'interpret'] as const)('results that are not finite are refused by %s', (executor) => {
  const compiled = compile(risky, { executor, finite: true })
  expectSame([compiled(one, one)], [risky(one, one)])
  const refuses = (y: Tensor, z: Tensor, message: string): void => {
    const full = `compile: expected finite results, got ${message}`
    expect(() => compiled(y, z)).toThrow(new RangeError(full))
    expect(() => compiled.into(tensor(0), y, z)).toThrow(new RangeError(full))
  }
  refuses(zero, one, '-Infinity from log')
  refuses(one, zero, 'Infinity from div')
  refuses(minusTen, minusTen, 'NaN from sqrt')
  refuses(tensor([1, NaN, 1]), one, 'NaN from arguments that are not')
  refuses(tensor([Infinity, 1, 1]), one, 'Infinity from arguments that are not')
  const inside = compile((y: Tensor) => exp(sub(0, exp(y))), { executor, finite: true })
  expectSame([inside(tensor([1000]))], [tensor([0])])
  expect(Number.isNaN(compile(risky, { executor })(minusTen, minusTen).item())).toBe(true)
})

test.each(['compile', 'interpret'] as const)(
  'an argument that receives a result is not blamed for it by %s',
  (executor) => {
    const compiled = compile((y: Tensor) => sqrt(sub(y, 10)), { executor, finite: true })
    const y = tensor([1, 2])
    expect(() => compiled.into(y, y)).toThrow('compile: expected finite results, got NaN from sqrt')
  },
)

test('refusing what is not finite works with donated arguments, which cannot be looked at again', () => {
  const compiled = compile((y: Tensor) => log(y), { ...options, donate: [0], finite: true })
  expectSame([compiled(tensor([1, 2]))], [log(tensor([1, 2]))])
  expect(() => compiled(tensor([0, 2]))).toThrow('compile: expected finite results, got -Infinity')
})
