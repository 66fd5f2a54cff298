/**
 * Products of few rows: C is made row by row, by adding multiples of rows of B to it. B goes through the caches once, a few rows at a time,
 * whatever its size.
 */
import { brIf, i32, loop, memoryFill, select, v128, when } from '../assembler/index.ts'
import type { Callable, Code, ModuleBuilder, Statement } from '../assembler/index.ts'
import type { Element } from './element.ts'
import { kernelSignatures, words } from './signatures.ts'
import { unrolled } from './tools.ts'

/** Rows of B that are added at a time: with their factors they fill the registers. */
const ROWS = 6

/** Vectors in one turn of a loop along rows. */
const TURNS = 4

/** `rows(a, rowBytes, columnBytes, b, bRowBytes, c, m, k, n)`. Gives `add(w, 0, x, 0, y, n)`, y += x·w for one number x, for others to use. */
export function defineRows(module: ModuleBuilder, e: Element): Callable<'void'> {
  const add = defineAddRows(module, e, 1, false)
  const addSome = defineAddRows(module, e, ROWS, false)
  const set = defineAddRows(module, e, 1, true)
  const setSome = defineAddRows(module, e, ROWS, true)
  const { parameters } = kernelSignatures.rows_f32
  module.define(`rows_${e.type}`, parameters, 'void', (f, a, row, column, b, bRow, c, m, k, n) => {
    const [x, y, count, done] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
    const cRow = i32.mul(n.get, i32.const(e.bytes))
    const pass = (call: Callable<'void'>): Statement => call(b.get, bRow.get, x.get, column.get, y.get, n.get)
    const some = loop((again) => [
      count.set(select(i32.ltU(i32.sub(k.get, done.get), i32.const(ROWS)), i32.const(1), i32.const(ROWS))),
      x.set(a.get),
      y.set(c.get),
      f.count(i32.const(0), m.get, 1, () => [
        when(
          i32.eq(count.get, i32.const(1)),
          [when(done.get, [pass(add)], [pass(set)])],
          [when(done.get, [pass(addSome)], [pass(setSome)])],
        ),
        x.set(i32.add(x.get, row.get)),
        y.set(i32.add(y.get, cRow)),
      ]),
      a.set(i32.add(a.get, i32.mul(count.get, column.get))),
      b.set(i32.add(b.get, i32.mul(count.get, bRow.get))),
      brIf(again, i32.ltU(done.tee(i32.add(done.get, count.get)), k.get)),
    ])
    return [when(k.get, [some], [memoryFill(c.get, i32.const(0), i32.mul(m.get, cRow))])]
  })
  return add
}

/** `addRows(w, rowBytes, x, xBytes, y, n)`: y += x[0]·W[0] + x[1]·W[1] + …, term by term; `fresh` ones take y to be zeros. */
function defineAddRows(module: ModuleBuilder, e: Element, rows: number, fresh: boolean): Callable<'void'> {
  const name = `${fresh ? 'set' : 'add'}Rows${rows}_${e.type}`
  return module.define(name, words(6), 'void', (f, w, row, x, xStep, y, n) => {
    const factors = Array.from({ length: rows }, () => f.local('v128'))
    const [at, yAt] = [factors.map(() => f.local('i32')), f.local('i32')]
    const [sum, left, one] = [f.local('v128'), f.local('i32'), f.local(e.type)]
    const start = (offset: Code<'i32'>): Statement[] => [
      yAt.set(i32.add(y.get, offset)),
      ...at.map((p, i) => p.set(i32.add(i === 0 ? w.get : at[i - 1]!.get, i === 0 ? offset : row.get))),
    ]
    const zero = v128.const(new Array<number>(16).fill(0))
    const advance = (bytes: number): Statement[] =>
      [...at, yAt].map((p) => p.set(i32.add(p.get, i32.const(bytes))))
    const vector = (turn: number): Statement[] => [
      sum.set(fresh ? zero : v128.load(yAt.get, 16 * turn)),
      ...factors.map((factor, i) =>
        sum.set(e.vector.add(sum.get, e.vector.mul(factor.get, v128.load(at[i]!.get, 16 * turn)))),
      ),
      v128.store(yAt.get, sum.get, 16 * turn),
    ]
    const term = (i: number): Code<typeof e.type> =>
      e.scalar.mul(e.vector.extractLane(factors[i]!.get, 0), e.scalar.load(at[i]!.get))
    return [
      ...factors.flatMap((factor) => [factor.set(e.loadSplat(x.get)), x.set(i32.add(x.get, xStep.get))]),
      ...start(i32.const(0)),
      left.set(i32.divU(n.get, i32.const(e.lanes))),
      when(left.get, [unrolled(TURNS, left, vector, advance(16 * TURNS))]),
      ...start(i32.mul(i32.and(n.get, i32.const(-e.lanes)), i32.const(e.bytes))),
      f.count(i32.const(0), i32.and(n.get, i32.const(e.lanes - 1)), 1, () => [
        one.set(fresh ? e.scalar.const(0) : e.scalar.load(yAt.get)),
        ...factors.map((_, i) => one.set(e.scalar.add(one.get, term(i)))),
        e.scalar.store(yAt.get, one.get),
        ...advance(e.bytes),
      ]),
    ]
  })
}
