/**
 * Matrix products, one accumulator per element of C, terms ascending.
 *
 * C is made of tiles, four rows of two vectors, that stay in registers over a block of the sum: eight accumulators are what 16 registers
 * allow, and what it takes to hide the latency of additions. A tile reads a panel of A (its four rows, packed) and a panel of B, both in
 * the order in which they lie in memory. Blocks keep what is read again in the caches: a panel of B in the first, the packed block of A in
 * the second. From the second block of the sum on, a tile starts from what C holds, so that blocking changes no bit.
 */
import { i32, memoryCopy, memoryFill, v128, when } from '../assembler/index.ts'
import type { Callable, Code, FunctionBuilder, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import type { Element } from './element.ts'
import { kernelSignatures, words } from './signatures.ts'
import { least, unrolled } from './tools.ts'
import { BLOCK_DEPTH, BLOCK_ROWS, STRIP } from './workspace.ts'

const VECTORS = 2
const TILE_ROW = 16 * VECTORS
const TURNS = 8

type Tile = Local<'v128'>[][]

function newTile(f: FunctionBuilder): Tile {
  return Array.from({ length: STRIP }, () => Array.from({ length: VECTORS }, () => f.local('v128')))
}

/** `tile(a, b, c, rowBytes, depth, more)`: a whole tile from panels; `more` when it continues the sums in C. */
function defineTile(module: ModuleBuilder, e: Element): Callable<'void'> {
  return module.define(`tile_${e.type}`, words(6), 'void', (f, a, b, c, row, depth, more) => {
    const tile = newTile(f)
    const columns = Array.from({ length: VECTORS }, () => f.local('v128'))
    const factor = f.local('v128')
    const aStep = STRIP * e.bytes
    const rows = Array.from({ length: STRIP }, () => f.local('i32'))
    const step = (turn: number): Statement[] => [
      ...columns.map((column, v) => column.set(v128.load(b.get, turn * TILE_ROW + 16 * v))),
      ...tile.flatMap((sums, i) => [
        factor.set(e.loadSplat(a.get, turn * aStep + i * e.bytes)),
        ...sums.map((sum, v) => sum.set(e.vector.add(sum.get, e.vector.mul(factor.get, columns[v]!.get)))),
      ]),
    ]
    return [
      ...rows.map((at, i) => at.set(i === 0 ? c.get : i32.add(rows[i - 1]!.get, row.get))),
      when(
        more.get,
        tile.flatMap((sums, i) => sums.map((sum, v) => sum.set(v128.load(rows[i]!.get, 16 * v)))),
      ),
      unrolled(TURNS, depth, step, [
        a.set(i32.add(a.get, i32.const(TURNS * aStep))),
        b.set(i32.add(b.get, i32.const(TURNS * TILE_ROW))),
      ]),
      ...tile.flatMap((sums, i) => sums.map((sum, v) => v128.store(rows[i]!.get, sum.get, 16 * v))),
    ]
  })
}

/** A tile of which only some rows and columns are in C: computed beside it, in `scratch`. */
function defineEdge(module: ModuleBuilder, e: Element, tile: Callable<'void'>): Callable<'void'> {
  return module.define(
    `edge_${e.type}`,
    words(9),
    'void',
    (f, a, b, c, row, depth, more, rows, columns, scratch) => {
      const width = i32.mul(columns.get, i32.const(e.bytes))
      const inC = (i: Code<'i32'>): Code<'i32'> => i32.add(c.get, i32.mul(i, row.get))
      const inScratch = (i: Code<'i32'>): Code<'i32'> => i32.add(scratch.get, i32.mul(i, i32.const(TILE_ROW)))
      const each = (copy: (i: Code<'i32'>) => Statement): Statement =>
        f.count(i32.const(0), rows.get, 1, (i) => [copy(i.get)])
      return [
        when(more.get, [each((i) => memoryCopy(inScratch(i), inC(i), width))]),
        tile(a.get, b.get, scratch.get, i32.const(TILE_ROW), depth.get, more.get),
        each((i) => memoryCopy(inC(i), inScratch(i), width)),
      ]
    },
  )
}

/** `multiply(a, rowBytes, columnBytes, packed, c, m, k, n, work)` */
export function defineMultiply(module: ModuleBuilder, e: Element, packA: Callable<'void'>): void {
  const panel = VECTORS * e.lanes
  const bytes = (elements: Code<'i32'>): Code<'i32'> => i32.mul(elements, i32.const(e.bytes))
  const tile = defineTile(module, e)
  const edge = defineEdge(module, e, tile)
  const scratch = BLOCK_ROWS * BLOCK_DEPTH * e.bytes

  // All tiles of a block of A (packed, in `work`) and one panel of B.
  const strip = module.define(
    `strip_${e.type}`,
    words(8),
    'void',
    (f, work, b, c, row, rows, columns, depth, more) => [
      f.count(i32.const(0), rows.get, STRIP, (i) => {
        const [a, setA] = f.let(i32.add(work.get, bytes(i32.mul(i.get, depth.get))))
        const [at, setAt] = f.let(i32.add(c.get, i32.mul(i.get, row.get)))
        const [left, setLeft] = f.let(i32.sub(rows.get, i.get))
        const whole = i32.and(i32.geU(left.get, i32.const(STRIP)), i32.geU(columns.get, i32.const(panel)))
        return [
          setA,
          setAt,
          setLeft,
          when(
            whole,
            [tile(a.get, b.get, at.get, row.get, depth.get, more.get)],
            [
              edge(
                a.get,
                b.get,
                at.get,
                row.get,
                depth.get,
                more.get,
                least(left.get, STRIP),
                least(columns.get, panel),
                i32.add(work.get, i32.const(scratch)),
              ),
            ],
          ),
        ]
      }),
    ],
  )

  module.define(
    `multiply_${e.type}`,
    kernelSignatures.multiply_f32.parameters,
    'void',
    (f, a, row, column, packed, c, m, k, n, work) => {
      const cRow = f.local('i32')
      const [rows, depth] = [f.local('i32'), f.local('i32')]
      return [
        cRow.set(bytes(n.get)),
        when(i32.eqz(k.get), [memoryFill(c.get, i32.const(0), i32.mul(m.get, cRow.get))]),
        f.count(i32.const(0), m.get, BLOCK_ROWS, (i) => [
          rows.set(least(i32.sub(m.get, i.get), BLOCK_ROWS)),
          f.count(i32.const(0), k.get, BLOCK_DEPTH, (l) => [
            depth.set(least(i32.sub(k.get, l.get), BLOCK_DEPTH)),
            packA(
              i32.add(a.get, i32.add(i32.mul(i.get, row.get), i32.mul(l.get, column.get))),
              column.get,
              row.get,
              work.get,
              depth.get,
              rows.get,
            ),
            f.count(i32.const(0), n.get, panel, (j) => [
              strip(
                work.get,
                i32.add(packed.get, bytes(i32.add(i32.mul(j.get, k.get), i32.mul(l.get, i32.const(panel))))),
                i32.add(c.get, i32.add(i32.mul(i.get, cRow.get), bytes(j.get))),
                cRow.get,
                rows.get,
                i32.sub(n.get, j.get),
                depth.get,
                l.get,
              ),
            ]),
          ]),
        ]),
      ]
    },
  )
}
