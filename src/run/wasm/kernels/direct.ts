/**
 * Small matrix products, `direct(a, rowBytes, columnBytes, b, bRowBytes, c, m, k, n)`: the tiles of multiply.ts on operands as they lie in
 * memory. Where C ends inside of a tile, rows past the last one are that row again, and of the columns only those in C are stored.
 */
import { i32, memoryFill, select, shuffle32, v128, when } from '../assembler/index.ts'
import type { Callable, Code, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import type { Element } from './element.ts'
import { kernelSignatures, words } from './signatures.ts'
import { unrolled } from './tools.ts'
import { STRIP } from './workspace.ts'

export function defineDirect(module: ModuleBuilder, e: Element): void {
  const wide = defineTile(module, e, 2)
  const narrow = defineTile(module, e, 1)
  const scaled = (count: Code<'i32'>, bytes: Code<'i32'>): Code<'i32'> => i32.mul(count, bytes)
  module.define(
    `direct_${e.type}`,
    kernelSignatures.direct_f32.parameters,
    'void',
    (f, a, row, column, b, bRow, c, m, k, n) => {
      const [cRow, left, up] = [f.local('i32'), f.local('i32'), f.local('i32')]
      const tiles = (tile: Callable<'void'>, i: Local<'i32'>, j: Code<'i32'>): Statement => {
        const inRow = i32.mul(j, i32.const(e.bytes))
        return tile(
          i32.add(a.get, scaled(i.get, row.get)),
          row.get,
          column.get,
          i32.add(b.get, inRow),
          bRow.get,
          i32.add(c.get, i32.add(scaled(i.get, cRow.get), inRow)),
          cRow.get,
          up.get,
          k.get,
          left.get,
        )
      }
      return [
        cRow.set(i32.mul(n.get, i32.const(e.bytes))),
        when(
          k.get,
          [
            f.count(i32.const(0), n.get, 2 * e.lanes, (j) => [
              left.set(i32.sub(n.get, j.get)),
              f.count(i32.const(0), m.get, STRIP, (i) => [
                up.set(i32.sub(m.get, i.get)),
                when(
                  i32.gtU(left.get, i32.const(e.lanes)),
                  [tiles(wide, i, j.get)],
                  [tiles(narrow, i, j.get)],
                ),
              ]),
            ]),
          ],
          [memoryFill(c.get, i32.const(0), scaled(m.get, cRow.get))],
        ),
      ]
    },
  )
}

/** Of a tile `vectors` wide, what lies in the next `rows` rows and `columns` columns. */
function defineTile(module: ModuleBuilder, e: Element, vectors: number): Callable<'void'> {
  const name = `direct${vectors}_${e.type}`
  return module.define(
    name,
    words(10),
    'void',
    (f, a, row, column, b, bRow, c, cRow, rows, depth, columns) => {
      const sums = Array.from({ length: STRIP }, () => Array.from({ length: vectors }, () => f.local('v128')))
      const factors = Array.from({ length: vectors }, () => f.local('v128'))
      const factor = f.local('v128')
      const from = sums.map(() => f.local('i32'))
      const to = sums.map(() => f.local('i32'))
      // Row i, or the last one there is.
      const start = (list: readonly Local<'i32'>[], first: Local<'i32'>, stride: Local<'i32'>): Statement[] =>
        list.map((at, i) => {
          const before = i === 0 ? first : list[i - 1]!
          const next = i32.add(before.get, stride.get)
          return at.set(i === 0 ? first.get : select(i32.gtU(rows.get, i32.const(i)), next, before.get))
        })
      const step = (): Statement[] => [
        ...factors.map((at, v) => at.set(v128.load(b.get, 16 * v))),
        ...sums.flatMap((list, i) => [
          factor.set(e.loadSplat(from[i]!.get)),
          ...list.map((sum, v) => sum.set(e.vector.add(sum.get, e.vector.mul(factor.get, factors[v]!.get)))),
        ]),
        ...from.map((at) => at.set(i32.add(at.get, column.get))),
        b.set(i32.add(b.get, bRow.get)),
      ]
      const last = vectors - 1
      const partly = sums.flatMap((list, i) => [
        ...list.slice(0, last).map((sum, v) => v128.store(to[i]!.get, sum.get, 16 * v)),
        ...storeFirst(e, to[i]!.get, list[last]!, i32.sub(columns.get, i32.const(last * e.lanes)), 16 * last),
      ])
      const whole = sums.flatMap((list, i) => list.map((sum, v) => v128.store(to[i]!.get, sum.get, 16 * v)))
      return [
        ...start(from, a, row),
        ...start(to, c, cRow),
        unrolled(2, depth, step, []),
        when(i32.geU(columns.get, i32.const(vectors * e.lanes)), whole, partly),
      ]
    },
  )
}

/** The first `count` elements of a vector, at least one and not all. */
function storeFirst(
  e: Element,
  at: Code<'i32'>,
  value: Local<'v128'>,
  count: Code<'i32'>,
  offset: number,
): Statement[] {
  if (e.lanes === 2) return [v128.store64Lane(at, value.get, 0, offset)]
  const two = i32.and(count, i32.const(2))
  return [
    when(two, [
      v128.store64Lane(at, value.get, 0, offset),
      value.set(shuffle32(value.get, value.get, [2, 3, 2, 3])),
    ]),
    when(i32.and(count, i32.const(1)), [
      when(
        two,
        [v128.store32Lane(at, value.get, 0, offset + 8)],
        [v128.store32Lane(at, value.get, 0, offset)],
      ),
    ]),
  ]
}
