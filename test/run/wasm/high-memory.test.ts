/**
 * Addresses above 2³¹, which are negative as numbers with a sign. Apart from the other tests because the memory grows to
 * almost 4 GiB: its lower 3 GiB are only held, never written to, but the last test writes to 2 GiB.
 */
import fc from 'fast-check'
import { freemem } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  add,
  compile,
  concatenate,
  conv2d,
  flip,
  grad,
  host,
  matmul,
  max,
  mul,
  record,
  reshape,
  scatterAdd,
  setExecutor,
  slice,
  softmax,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  type ExecutorName,
  type Tensor,
} from '../../../src/index.ts'
import { normal, rademacher, stream, uniform } from '../../../src/random/index.ts'
import { acquire, release, sharedMemory } from '../../../src/run/wasm/memory.ts'
import { codes, decode, large, numbers, recorded, run } from '../../engine/programs.ts'
import { agreeing, differs, expectSame } from '../../support/compiled.ts'

const GIB = 2 ** 30
const options = { executor: 'compile' } as const
const draw = (): Float64Array[] => [
  uniform(stream(1, 'u'), 10_001),
  normal(stream(1, 'n'), 10_001),
  rademacher(stream(1, 's'), 10_001),
]

describe.skipIf(freemem() < 8 * GIB)('above 2³¹', () => {
  /** Holds everything below, so that all others lie above. */
  let below: ReturnType<typeof acquire>
  let drawn: Float64Array[]

  beforeAll(() => {
    setExecutor('interpret')
    drawn = draw()
    const wanted = process.env['EXECUTOR'] as ExecutorName | undefined
    setExecutor(wanted ?? 'compile', { always: wanted !== undefined })
    below = acquire(3 * GIB, () => undefined)
    below.running++
  })
  afterAll(() => release(below))

  /** Compiled and interpreted alike. */
  function agrees(f: (...xs: Tensor[]) => Tensor | Tensor[], ...xs: Tensor[]): void {
    agreeing(record(f, ...xs), xs)
    // Nothing is free below.
    const arena = acquire(64, () => undefined)
    expect(arena.base).toBeGreaterThan(3 * GIB)
    release(arena)
  }

  test('maps, sums and maxima', () => {
    for (const dtype of ['f64', 'f32'] as const) {
      const [x, y] = [numbers([70, 33], 1, dtype), numbers([70, 1], 2, dtype)]
      agrees((a, b) => [tanh(add(mul(a, b), 1)), sum(a, 0), sum(a, 1), max(a, 0), softmax(a)], x, y)
      agrees((a) => sum(mul(transpose(a), 2)), x)
    }
  })

  test('matrix products, large and small', () => {
    const sizes = [
      [1, 40, 1],
      [3, 5, 7],
      [40, 300, 1],
      [1, 300, 40],
      [130, 70, 90],
      [300, 300, 300],
    ] as const
    for (const dtype of ['f64', 'f32'] as const) {
      for (const [m, k, n] of sizes) {
        const [a, b] = [numbers([m, k], 1, dtype), numbers([k, n], 2, dtype)]
        agrees((x, y) => tanh(matmul(x, y)), a, b)
        agrees((x, y) => matmul(transpose(x), transpose(y)), reshape(a, [k, m]), reshape(b, [n, k]))
      }
    }
    agrees((x, w) => conv2d(x, w, { padding: 1 }), numbers([2, 3, 9, 9], 1), numbers([4, 3, 3, 3], 2))
  })

  test('moves, selections and what they refuse', () => {
    const x = numbers([40, 20], 1)
    const indices = tensor([3, 39, 0, 3], [4], 'i32')
    agrees((y) => concatenate([flip(y, [1]), slice(y, [[2, 7]])], 0), x)
    agrees((y, i) => [take(y, i), scatterAdd(slice(y, [[0, 4]]), i, 40)], x, indices)
    const row = compile((y: Tensor, i: Tensor) => take(y, i), options)
    expect(() => row(x, tensor([40], [1], 'i32'))).toThrow('take: expected indices in [0,40), got 40')
  })

  test('host functions, also while the memory grows', () => {
    const doubled = host({
      name: 'doubled',
      type: ([x]) => x!,
      call: ([x]) => {
        const { byteLength } = sharedMemory().buffer
        const before = acquire(2 ** 25, () => undefined)
        release(before)
        expect(sharedMemory().buffer.byteLength).toBeGreaterThanOrEqual(byteLength)
        return x!.storage().map((value) => 2 * value)
      },
    })
    agrees((x) => tanh(doubled(mul(x, 3))), numbers([300], 1))
  })

  test('donated state, and results that overwrite tensors', () => {
    const step = compile((x: Tensor) => add(mul(x, 0.5), 1), { ...options, donate: [0] })
    let [x, plain] = [numbers([300], 1), numbers([300], 1)]
    for (let i = 0; i < 5; i++) {
      x = step(x)
      plain = add(mul(plain, 0.5), 1)
    }
    expectSame([x], [plain])
    const slope = compile(
      grad((y: Tensor) => sum(tanh(y))),
      options,
    )
    slope.into(x, plain)
    expectSame([x], [grad((y: Tensor) => sum(tanh(y)))(plain)])
  })

  test('random numbers', () => {
    draw().forEach((list, i) => expect(differs(list, drawn[i]!)).toBe(undefined))
  })

  test('random programs', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(codes, (code) => {
        const program = decode(code, recorded, large)
        agreeing(
          record((...xs) => run(program, xs), ...program.inputs),
          program.inputs,
        )
      }),
      { numRuns: 100 },
    )
  })

  test('one arena across 2³¹, with values on both sides', () => {
    release(below)
    const side = 2 ** 14
    const ones = (salt: number): Tensor => {
      const x = numbers([side], 0)
      x.storage().forEach((_, i, data) => (data[i] = 1 + ((i + salt) % 3)))
      return x
    }
    const [x, y, w] = [ones(0), ones(1), numbers([80, 90], 3)]
    // 2 GiB, which live until the end, and above them the small product.
    const f = (a: Tensor, b: Tensor, c: Tensor): Tensor[] => {
      const outer = matmul(reshape(a, [side, 1]), reshape(b, [1, side]))
      const small = matmul(c, transpose(c))
      return [sum(outer, 1), tanh(small), max(outer, 1)]
    }
    const compiled = compile(f, options)
    const [sums, small, maxima] = compiled(x, y, w)
    const { buffers, bytes, steps } = compiled.forms[0]!.program!.code.plan
    expect(bytes).toBeGreaterThan(2 * GIB)
    expect(Math.max(...buffers.map(({ at }) => at))).toBeGreaterThan(2 * GIB)
    expect(steps.length).toBeGreaterThan(3)
    const total = sum(y).item()
    expectSame([sums!], [mul(x, total)])
    expectSame([small!], [tanh(matmul(w, transpose(w)))])
    expectSame([maxima!], [mul(x, 3)])
    below = acquire(64, () => undefined)
  })
})
