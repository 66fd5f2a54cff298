/** Sizes of functions: V8 makes no good code of those above 25 kB. */
import { expect, test } from 'vitest'
import {
  add,
  concatenate,
  cos,
  exp,
  grad,
  host,
  matmul,
  mul,
  record,
  reshape,
  scatterAdd,
  sin,
  slice,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  type Shape,
  type Tape,
  type Tensor,
} from '../../../src/index.ts'
import { plan } from '../../../src/run/plan/index.ts'
import { buildKernels } from '../../../src/run/wasm/kernels/module.ts'
import { tapeModule } from '../../../src/run/wasm/tape-module.ts'
import { numbers } from '../../engine/programs.ts'
import { agreeing } from '../../support/compiled.ts'

const LIMIT = 25_000

/** Bytes of the code of every function of a module. */
function sizesOf(bytes: Uint8Array): number[] {
  let at = 8
  const unsigned = (): number => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = bytes[at++]!
      value += (byte % 128) * scale
      scale *= 128
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const id = bytes[at++]
    const length = unsigned()
    if (id !== 10) {
      at += length
      continue
    }
    return Array.from({ length: unsigned() }, () => {
      const size = unsigned()
      at += size
      return size
    })
  }
  throw new Error('expected a code section, got none')
}

const largest = (tape: Tape): number => Math.max(...sizesOf(tapeModule(plan(tape))))

test('the sizes are read off the bytes as they were written', () => {
  const module = buildKernels()
  const sizes = sizesOf(module.bytes())
  expect(sizes.length).toBeGreaterThan(20)
  // Those of the module count the bytes that say how long they are, too.
  sizes.forEach((size, i) => expect([1, 2, 3]).toContain(module.sizes[i]! - size))
})

test('no shared kernel is too large', () => {
  expect(Math.max(...buildKernels().sizes)).toBeLessThanOrEqual(LIMIT)
})

const x = numbers([3], 1)
const w = numbers([3, 3], 2)
const many = (n: number, f: (y: Tensor, i: number) => Tensor) => (start: Tensor) => {
  let y = start
  for (let i = 0; i < n; i++) y = f(y, i)
  return y
}

test('a tape of ten thousand steps', { timeout: 120_000 }, () => {
  const f = many(5000, (y) => reshape(sum(matmul(w, reshape(y, [3, 1])), 1), [3]))
  const tape = record(f, x)
  expect(tape.instructions.length).toBeGreaterThanOrEqual(10_000)
  const program = agreeing(tape, [x])
  expect(program.code.plan.steps.length).toBeGreaterThanOrEqual(10_000)
  expect(largest(tape)).toBeLessThanOrEqual(LIMIT)
})

const indices = tensor([2, 0, 1], [3], 'i32')
const rows = numbers([3, 3, 40], 6)
/** Steps that do not become part of each other. */
const unfused: [name: string, f: (y: Tensor) => Tensor][] = [
  ['products with maps', many(300, (y) => tanh(matmul(w, y)))],
  ['products of many rows', many(300, (y) => sum(matmul(rows, add(matmul(transpose(rows), y), 1)), [0, 2]))],
  ['selections', many(600, (y) => take(y, indices))],
  ['adjoints of selections', many(600, (y) => scatterAdd(y, indices, 3))],
  ['host calls', many(600, (y) => kept(y))],
  [
    'copies in six axes',
    many(600, (y) => {
      const z = reshape(concatenate([y, y], 0), [1, 2, 1, 3, 1, 1])
      return slice(reshape(transpose(z, [5, 3, 4, 1, 2, 0]), [6]), [[0, 6, 2]])
    }),
  ],
  ['one copy of many pieces', (y) => concatenate(new Array<Tensor>(1000).fill(y))],
]
const kept = host({ name: 'kept', type: ([y]) => y!, call: ([y]) => y!.storage() })

test.each(unfused)('no function is too large in a long tape of %s', (_, f) => {
  const tape = record(f, x)
  expect(largest(tape)).toBeLessThanOrEqual(LIMIT)
  agreeing(tape, [x])
})

/** An expression of so many steps, none of which repeats another. */
const deep = (n: number): ((y: Tensor) => Tensor) => many(n, (y, i) => add(mul(y, 1 + i / 1024), 1 / (i + 3)))
const wide = (n: number) => (y: Tensor) =>
  many(n, (z, i) => add(z, mul(exp(mul(y, i / 512)), cos(add(sin(y), i)))))(y)
const fused: [name: string, f: (y: Tensor) => Tensor, shape: Shape][] = [
  ['a thousand sums and products', deep(500), [500]],
  ['many exponentials, sines and cosines', wide(100), [500]],
  ['as many on a few elements', wide(100), [3]],
  ['as many in rows', (y) => wide(100)(add(y, numbers([40, 1], 3, y.dtype))), [25]],
  ['a sum of as many', (y) => sum(wide(100)(y)), [500]],
  ['its gradient', grad((y: Tensor) => sum(wide(100)(y))), [500]],
]

test.each(fused)('no function is too large in a map of %s', { timeout: 120_000 }, (_, f, shape) => {
  for (const dtype of ['f64', 'f32'] as const) {
    const y = numbers(shape, 5, dtype)
    const tape = record(f, y)
    expect(largest(tape)).toBeLessThanOrEqual(LIMIT)
    agreeing(tape, [y])
  }
})
