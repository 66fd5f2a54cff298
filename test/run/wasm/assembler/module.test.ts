import { expect, test } from 'vitest'
import {
  block,
  br,
  brIf,
  drop,
  f64,
  i32,
  leave,
  loop,
  ModuleBuilder,
  select,
  unreachable,
  when,
  type Label,
} from '../../../../src/run/wasm/assembler/index.ts'

type Exported = (...args: number[]) => number

function run(
  build: (module: ModuleBuilder) => void,
  imports: WebAssembly.Imports = {},
): Record<string, Exported> {
  const module = new ModuleBuilder()
  build(module)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), imports)
  return exports as Record<string, Exported>
}

const one = i32.const(1)

test('loops, blocks and branches of any depth', () => {
  const { f } = run((module) =>
    module.define('f', ['i32'], 'i32', (b, n) => {
      const [i, found] = [b.local('i32'), b.local('i32')]
      // The first i whose square is at least n, by a branch out of two loops and three blocks.
      return [
        block((done) => [
          loop((again) => [
            block((next) => [
              block(() => [
                loop(() => [
                  when(i32.geU(i32.mul(i.get, i.get), n.get), [found.set(i.get), br(done)], [br(next)]),
                ]),
              ]),
              unreachable,
            ]),
            i.set(i32.add(i.get, one)),
            br(again),
          ]),
        ]),
        found.get,
      ]
    }),
  )
  expect([0, 1, 2, 17, 100].map((n) => f!(n))).toEqual([0, 1, 2, 5, 10])
})

test('a counting loop takes every index below its end once, by any step', () => {
  const { f } = run((module) =>
    module.define('f', ['i32', 'i32', 'i32'], 'i32', (b, from, end, step) => {
      const sum = b.local('i32')
      return [
        b.count(from.get, end.get, step.get, (i) => [
          sum.set(i32.add(i32.mul(sum.get, i32.const(31)), i32.add(i.get, one))),
        ]),
        sum.get,
      ]
    }),
  )
  for (const [from, end, step] of [
    [0, 5, 1],
    [3, 20, 4],
    [4, 4, 1],
    [5, 4, 1],
    [0, 1, 100],
  ] as const) {
    let sum = 0
    for (let i = from; i < end; i += step) sum = (Math.imul(sum, 31) + i + 1) | 0
    expect(f!(from, end, step)).toBe(sum)
  }
})

test('choices, early results, values dropped, variables set in passing', () => {
  const { f } = run((module) =>
    module.define('f', ['f64'], 'f64', (b, x) => {
      const y = b.local('f64')
      return [
        drop(y.tee(f64.mul(x.get, x.get))),
        when(f64.gt(y.get, f64.const(100)), [leave(f64.const(-1))]),
        select(f64.lt(x.get, f64.const(0)), f64.neg(y.get), y.get),
      ]
    }),
  )
  expect([2, -3, 11].map((x) => f!(x))).toEqual([4, -9, -1])
})

test('functions call functions, their own and imported ones, by the order of definition', () => {
  const { both } = run(
    (module) => {
      const triple = module.importFunction('env', 'triple', { parameters: ['f64'], result: 'f64' })
      const twice = module.define('twice', ['f64'], 'f64', (_, x) => [f64.add(x.get, x.get)])
      module.define('both', ['f64'], 'f64', (_, x) => [f64.sub(triple(x.get), twice(x.get))])
    },
    { env: { triple: (x: number) => 3 * x } },
  )
  expect(both!(7)).toBe(7)
})

test('variables of many types, declared in runs', () => {
  const { f } = run((module) =>
    module.define('f', [], 'i32', (b) => {
      const locals = Array.from({ length: 300 }, (_, i) => b.local(i % 3 === 0 ? 'f64' : 'i32'))
      const last = locals.at(-1)!
      return [last.set(i32.const(42)), last.get as ReturnType<typeof i32.const>]
    }),
  )
  expect(f!()).toBe(42)
})

test('sizes of functions, and their names for profilers', () => {
  const module = new ModuleBuilder()
  module.define('short', [], 'void', () => [])
  module.define('long', [], 'void', () => Array.from({ length: 100 }, () => drop(i32.const(5))))
  const [short, long] = module.sizes
  expect(short).toBeLessThan(10)
  expect(long).toBeGreaterThan(300)
  const [names] = WebAssembly.Module.customSections(new WebAssembly.Module(module.bytes()), 'name')
  expect(new TextDecoder().decode(names)).toContain('short')
})

test('the engine refuses a body of the wrong type, so that what it accepts has been checked', () => {
  const module = new ModuleBuilder()
  module.define('f', [], 'i32', () => [f64.const(1) as never])
  expect(WebAssembly.validate(module.bytes())).toBe(false)
})

test('mistakes are named', () => {
  const module = new ModuleBuilder()
  const f = module.define('f', ['i32', 'f64'], 'void', () => [])
  expect(() => f(one)).toThrow('assembler: expected f(i32, f64), got (i32)')
  expect(() => f(one, one)).toThrow('assembler: expected f(i32, f64), got (i32, i32)')
  expect(() => module.importFunction('env', 'g', { parameters: [], result: 'void' })).toThrow(
    'assembler: expected imports first, got one after a function',
  )
  let escaped: Label | undefined
  const lost = block((label) => {
    escaped = label
    return []
  })
  expect(() => module.define('g', [], 'void', () => [lost, brIf(escaped!, one)])).toThrow(
    'assembler: expected a branch inside of its block, got one outside',
  )
})
