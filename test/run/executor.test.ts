import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  compile,
  concatenate,
  executor,
  explain,
  grad,
  matmul,
  mul,
  neg,
  record,
  setExecutor,
  slice,
  sum,
  take,
  tanh,
  tensor,
  Tensor,
  type ExecutorName,
} from '../../src/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { evaluate, execute, Program } from '../../src/run/index.ts'
import { ArenaError, bytesInUse } from '../../src/run/wasm/memory.ts'
import { numbers } from '../engine/programs.ts'
import { expectSame } from '../support/compiled.ts'

const tensorOf = (data: Float64Array): Tensor => new Tensor(data, [data.length], 'f64')
const loose = (x: unknown): never => x as never
/** As test/setup.ts has it. */
const wanted = process.env['EXECUTOR'] as ExecutorName | undefined
const runs = vi.spyOn(Program.prototype, 'run')

afterEach(() => {
  runs.mockReset()
  setExecutor(wanted ?? 'compile', { always: wanted !== undefined })
})

/** What the interpreter makes of it. */
function interpreted<T>(f: () => T): T {
  setExecutor('interpret')
  const value = f()
  setExecutor('compile')
  return value
}

test('the executor of a thread can be chosen, and is what was chosen', () => {
  setExecutor('interpret')
  expect(executor()).toEqual({ executor: 'interpret' })
  setExecutor('compile')
  expect(executor()).toEqual({ executor: 'compile' })
  expect(() => setExecutor(loose('webgpu'))).toThrow('setExecutor: expected compile or interpret, got webgpu')
  expect(() => setExecutor(loose(undefined))).toThrow('got undefined')
  expect(executor()).toEqual({ executor: 'compile' })
})

const w = numbers([96, 128], 1)
const loss = (x: Tensor): Tensor => sum(tanh(matmul(w, x)))

test('gradients go over to a program after a while, with the same bits', () => {
  const x = numbers([128, 3], 2)
  const expected = interpreted(() => grad(loss)(x))
  expect(runs).not.toHaveBeenCalled()
  let first: number | undefined
  for (let i = 0; i < 200; i++) {
    expectSame([grad(loss)(x)], [expected])
    if (runs.mock.calls.length > 0) first ??= i
  }
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(100)
  // Once it is there, it runs every time.
  expect(runs.mock.calls.length).toBe(200 - first!)
})

test('single operations go over to a program after a while, with the same bits', () => {
  const x = numbers([3001], 3)
  const expected = interpreted(() => tanh(x))
  let first: number | undefined
  for (let i = 0; i < 100; i++) {
    expectSame([tanh(x)], [expected])
    if (runs.mock.calls.length > 0) first ??= i
  }
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(50)
})

test('small work is interpreted for good', () => {
  setExecutor('compile')
  for (let i = 0; i < 3000; i++) grad((x: Tensor) => sum(tanh(x)))(tensor([i]))
  expect(runs).not.toHaveBeenCalled()
})

test('everything is compiled at once where that is wanted', () => {
  const x = numbers([7], 4)
  const plain = interpreted(() => [tanh(x), grad((y: Tensor) => sum(tanh(y)))(x)])
  setExecutor('compile', { always: true })
  const compiled = [tanh(x), grad((y: Tensor) => sum(tanh(y)))(x)]
  expect(runs.mock.calls.length).toBeGreaterThan(1)
  expectSame(compiled, plain)
  setExecutor('compile')
  const before = runs.mock.calls.length
  neg(x)
  expect(runs.mock.calls.length).toBe(before)
})

test('nothing is compiled where the interpreter is wanted', () => {
  setExecutor('interpret', { always: true })
  const compiled = compile(grad(loss))
  for (let i = 0; i < 20; i++) compiled(numbers([128, 3], i))
  expect(compiled.ran).toEqual({ executor: 'interpret' })
  expect(normal(stream(1, 'x'), 3)).toHaveLength(3)
  expect(runs).not.toHaveBeenCalled()
})

test('a compiled function keeps the executor of the time at which it was made', () => {
  setExecutor('interpret')
  const slow = compile(loss)
  setExecutor('compile')
  expect(slow.ran).toEqual({ executor: 'interpret' })
  expect(compile(loss).ran).toEqual({ executor: 'compile' })
})

test('tapes of one structure share a program, whatever their constants are', () => {
  setExecutor('compile', { always: true })
  const tapes = [1, 2, 3].map((salt) => record((x) => mul(tanh(x), numbers([5], salt)), numbers([5], 0)))
  const x = numbers([5], 9)
  const results = [...tapes, ...tapes].map((tape) => execute(tape, [x])[0]!)
  expect(new Set(runs.mock.contexts).size).toBe(1)
  const expected = interpreted(() => tapes.map((tape) => execute(tape, [x])[0]!))
  expectSame(results, [...expected, ...expected])
})

test('hundreds of programs, more than are kept', () => {
  const sizes = Array.from({ length: 300 }, (_, i) => 1000 + i)
  for (const round of [1, 2]) {
    setExecutor('compile')
    for (const n of sizes) {
      const x = numbers([n], round)
      const plain = interpreted(() => tanh(x))
      // Often enough that it is compiled.
      for (let k = 0; k < 20; k++) expectSame([tanh(x)], [plain])
    }
  }
  // The second round has found none of the first: the oldest ones go first.
  expect(new Set(runs.mock.contexts).size).toBe(2 * sizes.length)
})

test('what finds no room in the memory of WebAssembly is interpreted', () => {
  const x = numbers([9], 5)
  const plain = interpreted(() => [tanh(x), ...execute(record(tanh, x), [x])])
  setExecutor('compile', { always: true })
  const full = new ArenaError(64)
  runs.mockImplementation(() => {
    throw full
  })
  expectSame([tanh(x), ...execute(record(tanh, x), [x])], plain)
  expect(runs).toHaveBeenCalledTimes(2)
  expect(() => compile((y: Tensor) => tanh(y))(x)).toThrow(full)
})

test('what no memory of WebAssembly could hold is interpreted', () => {
  // Zeros that nobody has touched take no memory.
  const x = tensorOf(new Float64Array(2 ** 27))
  const starts = (...xs: Tensor[]): Tensor => concatenate(xs.map((y) => slice(y, [[0, 3]])))
  const args = new Array<Tensor>(5).fill(x)
  const tape = record(starts, ...args)
  setExecutor('compile', { always: true })
  expectSame(execute(tape, args), [tensorOf(new Float64Array(15))])
  expect(runs).not.toHaveBeenCalled()
  expect(() => compile(starts)(...args)).toThrow(/^compile: expected 5120\.0 MB of WebAssembly memory/)
})

test('other errors are not hidden', () => {
  setExecutor('compile', { always: true })
  const index = tensor([3], [1], 'i32')
  expect(() => take(tensor([1, 2, 3]), index)).toThrow('take: expected indices in [0,3), got 3')
  const call = (): never => {
    throw new RangeError('not today')
  }
  expect(() => evaluate({ kind: 'host', call }, [], { shape: [], dtype: 'f64' })).toThrow('not today')
})

describe.each([
  ['WebAssembly SIMD is missing', { validate: () => false }],
  ['WebAssembly is missing', undefined],
])('where %s', (fallback, stub) => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  test('the interpreter runs everything, with the same bits', async () => {
    setExecutor('compile')
    const x = numbers([128, 3], 2)
    const expected = compile(grad(loss))(x)
    const random = normal(stream(1, 'x'), 1001)
    vi.stubGlobal('WebAssembly', stub)
    vi.resetModules()
    const other = await import('../../src/index.ts')
    const ran = { executor: 'interpret', fallback }
    expect(other.executor()).toEqual(ran)
    const y = other.tensor(x.storage(), x.shape)
    const v = other.tensor(w.storage(), w.shape)
    const theirs = other.grad((z: Tensor) => other.sum(other.tanh(other.matmul(v, z))))
    const compiled = other.compile(theirs)
    expect(compiled.ran).toEqual(ran)
    expect(other.compile(theirs, { executor: 'compile' }).ran).toEqual(ran)
    expect(other.compile(theirs, { executor: 'interpret' }).ran).toEqual({ executor: 'interpret' })
    for (let i = 0; i < 40; i++) expectSame([compiled(y), theirs(y)], [expected, expected])
    expect(other.explain(compiled)).toBe(explain({ forms: compiled.forms }))
    expect(other.explain(compiled)).toBe('interpreted')
    other.setExecutor('interpret')
    expect(other.executor()).toEqual({ executor: 'interpret' })
    const theirRandom = await import('../../src/random/index.ts')
    expect(theirRandom.normal(theirRandom.stream(1, 'x'), 1001)).toEqual(random)
  })
})

test('programs that make room for others give their memory back at once', () => {
  setExecutor('compile')
  const arenas = (count: number): number => count * 2 * 8 * 1700
  const before = bytesInUse()
  // Often enough that each of them is compiled.
  for (let n = 1000; n < 1600; n++) for (let k = 0; k < 20; k++) tanh(tensor(new Float64Array(n)))
  expect(bytesInUse() - before).toBeLessThan(arenas(260))
})
