/** Matrix times vector: in lanes along rows of memory, or ascending over them. The orders are those of order.ts. */
import { i32, i32x4, memoryFill, shuffle32, v128, when } from '../assembler/index.ts'
import type { Callable, Code, FunctionBuilder, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import { LANES } from '../../order.ts'
import type { Element } from './element.ts'
import { unrolled } from './multiply.ts'
import { kernelSignatures, words } from './signatures.ts'

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

/** `matvecStrided(w, rowBytes, columnBytes, x, xBytes, y, m, k)`: element by element. */
export function defineMatvecStrided(module: ModuleBuilder, e: Element): void {
  const dot = module.define(`dot_${e.type}`, words(6), 'void', (f, w, column, x, xStep, y, k) => {
    const lanes = newLanes(f, e)
    const advance = [w.set(i32.add(w.get, column.get)), x.set(i32.add(x.get, xStep.get))]
    const left = f.local('i32')
    const term = (lane: number): Statement[] => {
      const sum = lanes[Math.floor(lane / e.lanes)]!
      const before = e.vector.extractLane(sum.get, lane % e.lanes)
      const product = e.scalar.mul(e.scalar.load(w.get), e.scalar.load(x.get))
      return [
        sum.set(e.vector.replaceLane(sum.get, lane % e.lanes, e.scalar.add(before, product))),
        ...advance,
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
  module.define(
    `matvecStrided_${e.type}`,
    kernelSignatures.matvecStrided_f32.parameters,
    'void',
    (f, w, row, column, x, xStep, y, m, k) => [
      f.count(i32.const(0), m.get, 1, () => [
        dot(w.get, column.get, x.get, xStep.get, y.get, k.get),
        w.set(i32.add(w.get, row.get)),
        y.set(i32.add(y.get, i32.const(e.bytes))),
      ]),
    ],
  )
}

/** `vecmat(w, rowBytes, x, xBytes, y, k, n)`: rows of W are added to y, some at a time. */
export function defineVecmat(module: ModuleBuilder, e: Element): void {
  const atOnce = 6
  const some = defineAddRows(module, e, atOnce)
  const one = defineAddRows(module, e, 1)
  module.define(
    `vecmat_${e.type}`,
    kernelSignatures.vecmat_f32.parameters,
    'void',
    (f, w, row, x, xStep, y, k, n) => {
      const pass = (rows: number, add: Callable<'void'>): Statement[] => [
        add(w.get, row.get, x.get, xStep.get, y.get, n.get),
        w.set(i32.add(w.get, i32.mul(row.get, i32.const(rows)))),
        x.set(i32.add(x.get, i32.mul(xStep.get, i32.const(rows)))),
      ]
      return [
        memoryFill(y.get, i32.const(0), i32.mul(n.get, i32.const(e.bytes))),
        f.count(i32.const(0), i32.divU(k.get, i32.const(atOnce)), 1, () => pass(atOnce, some)),
        f.count(i32.const(0), i32.remU(k.get, i32.const(atOnce)), 1, () => pass(1, one)),
      ]
    },
  )
}

/** `addRows(w, rowBytes, x, xBytes, y, n)`: y += x[0]·W[0] + x[1]·W[1] + …, term by term. */
function defineAddRows(module: ModuleBuilder, e: Element, rows: number): Callable<'void'> {
  return module.define(`addRows${rows}_${e.type}`, words(6), 'void', (f, w, row, x, xStep, y, n) => {
    const factors = Array.from({ length: rows }, () => f.local('v128'))
    const [at, yAt] = [factors.map(() => f.local('i32')), f.local('i32')]
    const [sum, left, one] = [f.local('v128'), f.local('i32'), f.local(e.type)]
    const start = (offset: Code<'i32'>): Statement[] => [
      yAt.set(i32.add(y.get, offset)),
      ...at.map((p, i) => p.set(i32.add(i === 0 ? w.get : at[i - 1]!.get, i === 0 ? offset : row.get))),
    ]
    const advance = (bytes: number): Statement[] =>
      [...at, yAt].map((p) => p.set(i32.add(p.get, i32.const(bytes))))
    const vector = (turn: number): Statement[] => [
      sum.set(v128.load(yAt.get, 16 * turn)),
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
        one.set(e.scalar.load(yAt.get)),
        ...factors.map((_, i) => one.set(e.scalar.add(one.get, term(i)))),
        e.scalar.store(yAt.get, one.get),
        ...advance(e.bytes),
      ]),
    ]
  })
}
