/**
 * Panels: what the matrix product reads in its inner loop, in the order in which it does. The columns of a matrix are cut into groups
 * of `width`, and a panel holds such a group row after row, the last panel filled up with zeros:
 *
 *     panel[l·width + j] = matrix[l, first + j]      first = 0, width, 2·width, …
 */
import { i32, select, v128, when } from '../assembler/index.ts'
import type { Callable, Code, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import type { Element } from './element.ts'
import { kernelSignatures, words } from './signatures.ts'
import { transposed } from './transpose.ts'

/** Where rows lie along memory, so many go into all panels before the next ones do, while their cache lines are still there. */
const ROWS = 64

/** `pack(b, rowBytes, columnBytes, packed, k, n)`: all panels of a `[k,n]` matrix, `vectors` vectors wide. */
export function definePack(
  module: ModuleBuilder,
  name: string,
  e: Element,
  vectors: number,
): Callable<'void'> {
  const width = vectors * e.lanes
  const alongRows = definePackRows(module, `${name}_rows`, vectors)
  const alongColumns = definePackColumns(module, `${name}_columns`, e, vectors)
  const anyhow = definePackAny(module, `${name}_any`, e, width)
  // Some rows of the matrix; panels are `depth` rows long.
  const part = module.define(`${name}_part`, words(7), 'void', (f, b, row, column, packed, k, n, depth) => [
    f.count(i32.const(0), n.get, width, (first) => {
      const [from, setFrom] = f.let(i32.add(b.get, i32.mul(first.get, column.get)))
      const [to, setTo] = f.let(
        i32.add(packed.get, i32.mul(i32.mul(first.get, depth.get), i32.const(e.bytes))),
      )
      const [left, setLeft] = f.let(i32.sub(n.get, first.get))
      const beside = (stride: Local<'i32'>): Code<'i32'> =>
        i32.and(i32.geU(left.get, i32.const(width)), i32.eq(stride.get, i32.const(e.bytes)))
      return [
        setFrom,
        setTo,
        setLeft,
        when(
          beside(column),
          [alongRows(from.get, row.get, to.get, k.get)],
          [
            when(
              beside(row),
              [alongColumns(from.get, column.get, to.get, k.get)],
              [anyhow(from.get, row.get, column.get, to.get, k.get, left.get)],
            ),
          ],
        ),
      ]
    }),
  ])
  return module.define(
    name,
    kernelSignatures.pack_f32.parameters,
    'void',
    (f, b, row, column, packed, k, n) => {
      const [rows, setRows] = f.let(select(i32.eq(column.get, i32.const(e.bytes)), i32.const(ROWS), k.get))
      const left = f.local('i32')
      return [
        setRows,
        f.count(i32.const(0), k.get, rows.get, (first) => [
          left.set(i32.sub(k.get, first.get)),
          part(
            i32.add(b.get, i32.mul(first.get, row.get)),
            row.get,
            column.get,
            i32.add(packed.get, i32.mul(first.get, i32.const(width * e.bytes))),
            select(i32.ltU(left.get, rows.get), left.get, rows.get),
            n.get,
            k.get,
          ),
        ]),
      ]
    },
  )
}

/** One whole panel whose rows are vectors already. */
function definePackRows(module: ModuleBuilder, name: string, vectors: number): Callable<'void'> {
  return module.define(name, words(4), 'void', (f, from, row, to, k) => [
    f.count(i32.const(0), k.get, 1, () => [
      ...Array.from({ length: vectors }, (_, v) => v128.store(to.get, v128.load(from.get, 16 * v), 16 * v)),
      from.set(i32.add(from.get, row.get)),
      to.set(i32.add(to.get, i32.const(16 * vectors))),
    ]),
  ])
}

/** One whole panel whose columns lie along memory: squares of them are transposed in registers. */
function definePackColumns(
  module: ModuleBuilder,
  name: string,
  e: Element,
  vectors: number,
): Callable<'void'> {
  const panelRow = 16 * vectors
  const { lanes } = e
  return module.define(name, words(4), 'void', (f, from, column, to, k) => {
    const columns = Array.from({ length: lanes }, () => f.local('i32'))
    const square = Array.from({ length: lanes }, () => f.local('v128'))
    const target = f.local('i32')
    const squares = f.count(i32.const(0), i32.and(k.get, i32.const(-lanes)), lanes, () => [
      ...square.map((side, j) => side.set(v128.load(columns[j]!.get))),
      ...transposed(square.map((side) => side.get)).map((row, l) =>
        v128.store(target.get, row, l * panelRow),
      ),
      ...columns.map((at) => at.set(i32.add(at.get, i32.const(16)))),
      target.set(i32.add(target.get, i32.const(lanes * panelRow))),
    ])
    const rest = f.count(i32.const(0), i32.and(k.get, i32.const(lanes - 1)), 1, () => [
      ...columns.map((at, j) => e.copy(target.get, at.get, j * e.bytes)),
      ...columns.map((at) => at.set(i32.add(at.get, i32.const(e.bytes)))),
      target.set(i32.add(target.get, i32.const(panelRow))),
    ])
    const group = (v: number): Statement[] => [
      ...columns.flatMap((at) => [at.set(from.get), from.set(i32.add(from.get, column.get))]),
      target.set(i32.add(to.get, i32.const(16 * v))),
      squares,
      rest,
    ]
    return Array.from({ length: vectors }, (_, v) => group(v)).flat()
  })
}

/** One panel of any matrix, element by element; its columns from `present` on are zeros. */
function definePackAny(module: ModuleBuilder, name: string, e: Element, width: number): Callable<'void'> {
  return module.define(name, words(6), 'void', (f, from, row, column, to, k, present) => {
    const source = f.local('i32')
    return [
      f.count(i32.const(0), k.get, 1, () => [
        source.set(from.get),
        f.count(i32.const(0), i32.const(width), 1, (j) => [
          when(
            i32.ltU(j.get, present.get),
            [e.copy(to.get, source.get)],
            [e.scalar.store(to.get, e.scalar.const(0))],
          ),
          source.set(i32.add(source.get, column.get)),
          to.set(i32.add(to.get, i32.const(e.bytes))),
        ]),
        from.set(i32.add(from.get, row.get)),
      ]),
    ]
  })
}
