/** Arguments that are not copied again, and results that are written over tensors. */
import { expect, test, vi } from 'vitest'
import { add, compile, mul, reshape, sub, sum, tensor, type Tensor } from '../../src/index.ts'
import { sharedMemory } from '../../src/run/wasm/memory.ts'
import { numbers } from '../engine/programs.ts'
import { expectSame } from '../support/compiled.ts'

const executors = ['compile', 'interpret'] as const
const options = { executor: 'compile' } as const
/** Longer than arguments that are copied at every call. */
const LONG = 300
const long = (salt: number): Tensor => numbers([LONG], salt)
const copy = (x: Tensor): Tensor => tensor(x.storage().slice(), x.shape)

test('the same tensor is copied once, another one and one written to again', () => {
  const double = compile((x: Tensor) => add(x, x), options)
  const set = vi.spyOn(Object.getPrototypeOf(Float64Array.prototype) as Float64Array, 'set')
  /** How often a long array is copied to the memory of WebAssembly. */
  const copies = (x: Tensor): number => {
    set.mockClear()
    double(x)
    return set.mock.contexts.filter((window) => (window as Float64Array).buffer === sharedMemory().buffer)
      .length
  }
  try {
    const [x, y] = [long(1), long(2)]
    expect([x, x, x, y, y, x, x].map(copies)).toEqual([1, 0, 0, 1, 0, 1, 0])
    double.into(x, y)
    expect(copies(y)).toBe(0)
    expect(copies(x)).toBe(1)
    expectSame([double(x)], [mul(y, 4)])
  } finally {
    set.mockRestore()
  }
})

test.each(executors)('into sees what into has written: %s', (executor) => {
  const double = compile((x: Tensor) => mul(x, 2), { executor })
  const other = compile((x: Tensor) => sub(x, 1), options)
  for (const size of [5, LONG]) {
    const [a, b, expected] = [numbers([size], 1), numbers([size], 2), numbers([size], 1)]
    double(a)
    other(a)
    double.into(a, a)
    expectSame([a], [mul(expected, 2)])
    expectSame([other(a)], [sub(mul(expected, 2), 1)])
    double.into(b, a)
    double.into(a, b)
    expectSame([b, a], [mul(expected, 4), mul(expected, 8)])
    expectSame([other(a), other(b)], [sub(mul(expected, 8), 1), sub(mul(expected, 4), 1)])
    for (let i = 0; i < 3; i++) double.into(a, a)
    expectSame([a, double(a)], [mul(expected, 64), mul(expected, 128)])
  }
})

test.each(executors)('a reshaped tensor that shares its elements is seen anew, too: %s', (executor) => {
  const double = compile((x: Tensor) => mul(x, 2), { executor })
  const other = compile((x: Tensor) => sum(x), options)
  const a = long(1)
  const shared = reshape(a, [3, LONG / 3])
  other(shared)
  double.into(a, a)
  expectSame([other(shared)], [other(copy(shared))])
})

test.each(executors)('arguments may receive each other: %s', (executor) => {
  const swap = compile((x: Tensor, y: Tensor) => [y, x], { executor })
  for (const size of [5, LONG]) {
    const [a, b] = [numbers([size], 1), numbers([size], 2)]
    for (let i = 0; i < 3; i++) swap.into([a, b], a, b)
    expectSame([a, b], [numbers([size], 2), numbers([size], 1)])
    const both = compile((x: Tensor, y: Tensor) => [sub(x, y), reshape(x, [1, size])], { executor })
    const rows = numbers([1, size], 3)
    both.into([a, rows], a, b)
    const [x, y] = [numbers([size], 2), numbers([size], 1)]
    expectSame([a, rows], [sub(x, y), reshape(x, [1, size])])
  }
})

test.each(executors)('a closed-over tensor that into has written to: %s', (executor) => {
  const frozen = long(1)
  const shift = compile((x: Tensor) => add(x, frozen), { executor })
  shift(long(2))
  compile((x: Tensor) => mul(x, 2), { executor }).into(frozen, long(3))
  expectSame([shift(long(2))], [add(long(2), mul(long(3), 2))])
})

test.each(executors)('results share nothing with arguments, constants or each other: %s', (executor) => {
  const frozen = long(1)
  const f = (x: Tensor): Tensor[] => {
    const y = mul(x, 2)
    return [x, reshape(x, [LONG, 1]), frozen, y, y, reshape(y, [1, LONG])]
  }
  const compiled = compile(f, { executor })
  const x = long(2)
  const results = compiled(x)
  const arrays = new Set([x, frozen, ...results].map((y) => y.storage().buffer))
  expect(arrays.size).toBe(results.length + 2)
  expectSame(results, f(x))
})
