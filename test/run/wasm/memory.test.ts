import { freemem } from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { add, compile, matmul, max, mul, reshape, sum, tanh, type Tensor } from '../../../src/index.ts'
import { acquire, bytesInUse, release, sharedMemory, touch } from '../../../src/run/wasm/memory.ts'
import { numbers } from '../../engine/programs.ts'
import { bundled, runInNode } from '../../support/bundle.ts'
import { expectSame } from '../../support/compiled.ts'
import type { Collected } from '../processes/collect.ts'

const options = { executor: 'compile' } as const
const GIB = 2 ** 30
const file = await bundled(new URL('../processes/collect.ts', import.meta.url))

/** Numbers from 1 to 7, whose sums and products are exact. */
const whole = (n: number, salt: number): Tensor => {
  const x = numbers([n], 0)
  x.storage().forEach((_, i, data) => (data[i] = 1 + ((i * 5 + salt) % 7)))
  return x
}
const total = (x: Tensor): number => sum(x).item()

/** The same numbers in another order. */
const shuffled = (n: number, step: number): number[] =>
  Array.from({ length: n }, (_, i) => (i * step + 7) % n)

test('a thousand compiled functions give what they gave, in any order', { timeout: 120_000 }, () => {
  const x = numbers([37], 1)
  const functions = Array.from({ length: 1000 }, (_, k) => {
    const w = numbers([3 + (k % 50), 37], k)
    const f = (y: Tensor): Tensor => tanh(add(matmul(w, y), k))
    return { f, compiled: compile(f, options) }
  })
  const first = functions.map(({ compiled }) => compiled(x))
  for (const step of [1, 333, 999]) {
    for (const k of shuffled(1000, step))
      expectSame([functions[k]!.compiled(x)], [first[k]!], `function ${k}`)
  }
  for (const k of shuffled(1000, 7)) expectSame([functions[k]!.f(x)], [first[k]!], `plain function ${k}`)
})

test.skipIf(freemem() < 4 * GIB)(
  'arenas of more than a gigabyte in all: the oldest are taken back, and filled again',
  { timeout: 120_000 },
  () => {
    const side = 2000
    const x = whole(side, 3)
    const product = (row: Tensor) => (y: Tensor) =>
      sum(matmul(reshape(y, [side, 1]), reshape(row, [1, side])))
    const functions = Array.from({ length: 40 }, (_, k) => {
      const row = whole(side, k)
      return { compiled: compile(product(row), options), expected: total(row) * total(x) }
    })
    const twice = compile((y: Tensor) => mul(y, 2), { ...options, donate: [0] })
    const unread = twice(numbers([500], 5))
    for (const order of [shuffled(40, 1), shuffled(40, 13), shuffled(40, 39)]) {
      for (const k of order) expect(functions[k]!.compiled(x).item()).toBe(functions[k]!.expected)
    }
    const needed = functions.reduce(
      (bytes, { compiled }) => bytes + compiled.forms[0]!.program!.code.plan.bytes,
      0,
    )
    expect(needed).toBeGreaterThan(1.1 * GIB)
    expect(bytesInUse()).toBeLessThanOrEqual(GIB)
    expect(sharedMemory().buffer.byteLength).toBeLessThan(1.5 * GIB)
    // It was saved when its place was taken back.
    expectSame([unread], [mul(numbers([500], 5), 2)])
  },
)

test('functions that nobody can reach give their arenas back', () => {
  const { made, kept, collected, growth, results } = runInNode(file) as Collected
  expect(made).toBeGreaterThan(kept + 50 * 200 * 300 * 8)
  expect(collected).toBe(kept)
  expect(growth).toBe(0)
  expect(results[0]).toBe(results[1])
})

test('an arena that cannot be had is refused with its size, and costs the others nothing', () => {
  const other = compile((y: Tensor) => mul(y, 3), options)
  const y = numbers([300], 1)
  other(y)
  const before = bytesInUse()
  const x = numbers([2 ** 15], 2)
  const huge = (z: Tensor): Tensor => matmul(reshape(z, [2 ** 15, 1]), reshape(z, [1, 2 ** 15]))
  const tooMuch = [
    (z: Tensor) => sum(huge(z)),
    (z: Tensor) => max(huge(tanh(z))),
    (z: Tensor) => sum(tanh(huge(z))),
  ]
  for (const f of tooMuch) {
    const compiled = compile(f, options)
    for (const run of [() => compiled(x), () => compiled(x)]) {
      expect(run).toThrow(RangeError)
      expect(run).toThrow(
        /^compile: expected 819\d\.\d MB of WebAssembly memory for an arena, got none beside \d+\.\d MB in use\nhint: a thread has at most 4,096 MB; smaller batches make smaller arenas$/,
      )
    }
  }
  expect(bytesInUse()).toBe(before)
  expectSame([other(y)], [mul(y, 3)])
})

const held: ReturnType<typeof acquire>[] = []
const lost = vi.fn<(name: string) => void>()
const take = (name: string, bytes: number): ReturnType<typeof acquire> => {
  const arena = acquire(bytes, () => lost(name))
  held.push(arena)
  return arena
}
afterEach(() => {
  held.splice(0).forEach(release)
  lost.mockReset()
})

test('arenas are aligned, apart from each other, and first fit', () => {
  const before = bytesInUse()
  const arenas = [1, 64, 65, 0, 100_000].map((bytes) => take('', bytes))
  expect(arenas.map(({ bytes }) => bytes)).toEqual([64, 64, 128, 64, 100_032])
  expect(bytesInUse() - before).toBe(64 + 64 + 128 + 64 + 100_032)
  const sorted = [...arenas].sort((a, b) => a.base - b.base)
  sorted.forEach(({ base, bytes }, i) => {
    expect(base % 64).toBe(0)
    expect(base + bytes).toBeLessThanOrEqual(sorted[i + 1]?.base ?? sharedMemory().buffer.byteLength)
  })
  const [, , hole] = arenas
  release(hole!)
  expect(take('', 128).base).toBe(hole!.base)
})

test('an arena given back is gone, and only once', () => {
  const before = bytesInUse()
  const arena = take('a', 1000)
  release(arena)
  release(arena)
  expect(lost.mock.calls).toEqual([['a']])
  expect(bytesInUse()).toBe(before)
})

test('those not used for longest go first, and those that run stay', () => {
  // Nothing is written to them, so that they take addresses alone.
  const quarter = GIB / 4
  const [a, b] = ['a', 'b', 'c'].map((name) => take(name, quarter))
  touch(a!)
  b!.running++
  take('d', 2 * quarter)
  expect(lost.mock.calls.flat()).toEqual(['c'])
  touch(b!)
  take('e', 3 * quarter)
  expect(lost.mock.calls.flat()).toEqual(['c', 'a', 'd'])
  b!.running--
  take('f', 3 * quarter)
  expect(lost.mock.calls.flat()).toEqual(['c', 'a', 'd', 'b', 'e'])
})
