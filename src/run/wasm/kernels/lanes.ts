/** Matrix times vector in fixed lanes: see order.ts. */
import { i32, i32x4, memoryCopy, memoryFill, shuffle32, v128, when } from '../assembler/index.ts'
import type { Callable, Code, FunctionBuilder, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import { LANES } from '../../order.ts'
import type { Element } from './element.ts'
import { kernelSignatures, words } from './signatures.ts'
import { least, unrolled } from './tools.ts'

type Lanes = Local<'v128'>[]

function newLanes(f: FunctionBuilder, e: Element): Lanes {
  return Array.from({ length: LANES / e.lanes }, () => f.local('v128'))
}

/** Halves folded onto each other until lane 0 of the first vector is the sum. */
function fold(e: Element, lanes: Lanes): Statement[] {
  const out: Statement[] = []
  let vectors = lanes
  while (vectors.length > 1) {
    const half = vectors.length / 2
    vectors
      .slice(0, half)
      .forEach((sum, v) => out.push(sum.set(e.vector.add(sum.get, vectors[v + half]!.get))))
    vectors = vectors.slice(0, half)
  }
  const [sum] = vectors as [Local<'v128'>]
  const onto = (order: readonly number[]): Statement =>
    sum.set(e.vector.add(sum.get, shuffle32(sum.get, sum.get, order)))
  out.push(onto([2, 3, 2, 3]))
  if (e.lanes === 4) out.push(onto([1, 1, 1, 1]))
  return out
}

/** `matvec(w, rowBytes, x, y, m, k)` */
export function defineMatvec(module: ModuleBuilder, e: Element): void {
  // So many rows give eight sums to work on at a time.
  const atOnce = e.lanes
  const some = defineDots(module, e, atOnce)
  const one = defineDots(module, e, 1)
  module.define(
    `matvec_${e.type}`,
    kernelSignatures.matvec_f32.parameters,
    'void',
    (f, w, row, x, y, m, k) => {
      const pass = (rows: number, dots: Callable<'void'>): Statement[] => [
        dots(w.get, row.get, x.get, y.get, k.get),
        w.set(i32.add(w.get, i32.mul(row.get, i32.const(rows)))),
        y.set(i32.add(y.get, i32.const(rows * e.bytes))),
      ]
      return [
        f.count(i32.const(0), i32.and(m.get, i32.const(-atOnce)), atOnce, () => pass(atOnce, some)),
        f.count(i32.const(0), i32.and(m.get, i32.const(atOnce - 1)), 1, () => pass(1, one)),
      ]
    },
  )
}

/** Vectors in one turn of a loop along rows. */
const TURNS = 8

/** `dots(w, rowBytes, x, y, k)`: some rows of W, each times x. */
function defineDots(module: ModuleBuilder, e: Element, rows: number): Callable<'void'> {
  return module.define(`dots${rows}_${e.type}`, words(5), 'void', (f, w, row, x, y, k) => {
    const sums = Array.from({ length: rows }, () => newLanes(f, e))
    const vectors = LANES / e.lanes
    const [at, xAt] = [sums.map(() => f.local('i32')), f.local('i32')]
    const [factor, left] = [f.local('v128'), f.local('i32')]
    const start = (offset: Code<'i32'>): Statement[] => [
      xAt.set(i32.add(x.get, offset)),
      ...at.map((p, i) => p.set(i32.add(i === 0 ? w.get : at[i - 1]!.get, i === 0 ? offset : row.get))),
    ]
    const terms = (turn: number, seen: (product: Code<'v128'>) => Code<'v128'>): Statement[] => [
      factor.set(v128.load(xAt.get, 16 * turn)),
      ...sums.map((lanes, i) => {
        const sum = lanes[turn % vectors]!
        const product = e.vector.mul(factor.get, v128.load(at[i]!.get, 16 * turn))
        return sum.set(e.vector.add(sum.get, seen(product)))
      }),
    ]
    const advance = [...at, xAt].map((p) => p.set(i32.add(p.get, i32.const(16 * TURNS))))
    const last = (v: number): Statement =>
      when(
        i32.gtU(left.get, i32.const(v * e.lanes)),
        terms(v, (product) => v128.and(product, present(e, v, left.get))),
      )
    return [
      ...start(i32.const(0)),
      left.set(i32.mul(i32.divU(k.get, i32.const(LANES)), i32.const(vectors))),
      when(left.get, [unrolled(TURNS, left, (turn) => terms(turn, (product) => product), advance)]),
      ...start(i32.mul(i32.and(k.get, i32.const(-LANES)), i32.const(e.bytes))),
      left.set(i32.and(k.get, i32.const(LANES - 1))),
      ...Array.from({ length: vectors }, (_, v) => last(v)),
      ...sums.flatMap((lanes, i) => [...fold(e, lanes), e.storeLane(y.get, lanes[0]!.get, 0, i * e.bytes)]),
    ]
  })
}

/** All ones where an element of vector v is one of the first `count`: the other terms become +0, which changes no lane. */
function present(e: Element, v: number, count: Code<'i32'>): Code<'v128'> {
  const numbers = Array.from({ length: 4 }, (_, word) => v * e.lanes + Math.floor((word * e.lanes) / 4))
  return i32x4.gtS(i32x4.splat(count), v128.const(numbers.flatMap((n) => [n, 0, 0, 0])))
}

/** Where sums in lanes lie that have no room in registers, in the first page of the memory. */
const SCRATCH = 16384
/** Bytes of one lane of so many rows. */
const LANE_BYTES = 1024

/**
 * `matvecStrided(w, rowBytes, columnBytes, x, xBytes, y, m, k)`. Where the columns of W lie along memory, they are added up, lane by lane and
 * with `add` of rows.ts, in the scratch memory; else elements are taken one by one.
 */
export function defineMatvecStrided(module: ModuleBuilder, e: Element, add: Callable<'void'>): void {
  const dot = defineDot(module, e)
  const columns = defineColumns(module, e, add)
  const atOnce = LANE_BYTES / e.bytes
  module.define(
    `matvecStrided_${e.type}`,
    kernelSignatures.matvecStrided_f32.parameters,
    'void',
    (f, w, row, column, x, xStep, y, m, k) => {
      const count = f.local('i32')
      const each = (rows: number, call: Statement): Statement =>
        f.count(i32.const(0), m.get, rows, (i) => [
          count.set(least(i32.sub(m.get, i.get), rows)),
          call,
          w.set(i32.add(w.get, i32.mul(row.get, i32.const(rows)))),
          y.set(i32.add(y.get, i32.const(rows * e.bytes))),
        ])
      return [
        when(
          i32.eq(row.get, i32.const(e.bytes)),
          [each(atOnce, columns(w.get, column.get, x.get, xStep.get, y.get, count.get, k.get))],
          [each(1, dot(w.get, column.get, x.get, xStep.get, y.get, k.get))],
        ),
      ]
    },
  )
}

/** `columns(w, columnBytes, x, xBytes, y, m, k)`: as many rows as there is scratch memory for. */
function defineColumns(module: ModuleBuilder, e: Element, add: Callable<'void'>): Callable<'void'> {
  return module.define(`columns_${e.type}`, words(7), 'void', (f, w, column, x, xStep, y, m, k) => {
    const one = i32.const(SCRATCH + LANES * LANE_BYTES)
    const lane = (number: Code<'i32'>): Code<'i32'> =>
      i32.add(i32.const(SCRATCH), i32.mul(number, i32.const(LANE_BYTES)))
    const fold = (half: number): Statement =>
      f.count(i32.const(0), i32.const(half), 1, (at) => [
        add(lane(i32.add(at.get, i32.const(half))), i32.const(0), one, i32.const(0), lane(at.get), m.get),
      ])
    return [
      memoryFill(i32.const(SCRATCH), i32.const(0), i32.const(LANES * LANE_BYTES)),
      f.count(i32.const(0), k.get, 1, (l) => [
        add(w.get, i32.const(0), x.get, i32.const(0), lane(i32.and(l.get, i32.const(LANES - 1))), m.get),
        w.set(i32.add(w.get, column.get)),
        x.set(i32.add(x.get, xStep.get)),
      ]),
      e.scalar.store(one, e.scalar.const(1)),
      ...[4, 2, 1].map(fold),
      memoryCopy(y.get, i32.const(SCRATCH), i32.mul(m.get, i32.const(e.bytes))),
    ]
  })
}

/** `dot(w, columnBytes, x, xBytes, y, k)`: one row of W times x. */
function defineDot(module: ModuleBuilder, e: Element): Callable<'void'> {
  return module.define(`dot_${e.type}`, words(6), 'void', (f, w, column, x, xStep, y, k) => {
    const lanes = newLanes(f, e)
    const left = f.local('i32')
    const term = (lane: number): Statement[] => {
      const sum = lanes[Math.floor(lane / e.lanes)]!
      const before = e.vector.extractLane(sum.get, lane % e.lanes)
      const product = e.scalar.mul(e.scalar.load(w.get), e.scalar.load(x.get))
      return [
        sum.set(e.vector.replaceLane(sum.get, lane % e.lanes, e.scalar.add(before, product))),
        w.set(i32.add(w.get, column.get)),
        x.set(i32.add(x.get, xStep.get)),
      ]
    }
    const each = Array.from({ length: LANES }, (_, lane) => lane)
    return [
      f.count(i32.const(0), i32.and(k.get, i32.const(-LANES)), LANES, () => each.flatMap(term)),
      left.set(i32.and(k.get, i32.const(LANES - 1))),
      ...each.slice(0, -1).map((lane) => when(i32.gtU(left.get, i32.const(lane)), term(lane))),
      ...fold(e, lanes),
      e.storeLane(y.get, lanes[0]!.get, 0),
    ]
  })
}
