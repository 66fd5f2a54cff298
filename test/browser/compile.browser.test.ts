import { expect, inject, test } from 'vitest'
import { add, compile, matmul, tanh, tensor, type Compiled, type Tensor } from '../../src/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { sharedMemory } from '../../src/run/wasm/memory.ts'
import { compiledHashes } from './compiled-bits.ts'
import { fnv1a } from './bits.ts'

test('compiled functions in a page give the bits of Node', { timeout: 60_000 }, () => {
  expect(compile((x: Tensor) => x).ran).toEqual({ executor: 'compile' })
  const { compiled, interpreted } = inject('compiledInNode')
  expect(Object.keys(compiled).length).toBeGreaterThan(60)
  expect(compiled).toEqual(interpreted)
  expect(compiledHashes('compile')).toEqual(compiled)
})

test('a thousand compiled functions live in one page', { timeout: 120_000 }, () => {
  const x = tensor(normal(stream(1, 'x'), 40))
  const functions: { compiled: Compiled<[Tensor], Tensor>; expected: number }[] = []
  for (let k = 0; k < 1000; k++) {
    const rows = 1 + (k % 50)
    const w = tensor(normal(stream(k, 'w'), rows * 40), [rows, 40])
    const f = (y: Tensor): Tensor => tanh(add(matmul(w, y), k / 1000))
    functions.push({ compiled: compile(f, { executor: 'compile' }), expected: hash(f(x)) })
  }
  for (const step of [1, 333]) {
    for (let i = 0; i < 1000; i++) {
      const { compiled, expected } = functions[(i * step) % 1000]!
      expect(hash(compiled(x))).toBe(expected)
    }
  }
  expect(new Set(functions.map(({ compiled }) => compiled.forms[0]!.program)).size).toBe(1000)
  expect(sharedMemory().buffer.byteLength).toBeLessThan(64 * 2 ** 20)
})

const hash = (y: Tensor): number => fnv1a(Float64Array.from(y.data))
