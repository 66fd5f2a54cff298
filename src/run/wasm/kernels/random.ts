/**
 * Random numbers in bulk, with the bits of random/philox.ts and random/draws.ts. A block is four words, which become two numbers in
 * the same 16 bytes: words are drawn for some blocks, and made numbers of while the first cache holds them.
 */
import { cosTurnsIn, logIn, sinTurnsIn } from '../../../math/index.ts'
import {
  f64,
  f64x2,
  i32,
  i64,
  i64x2,
  memoryCopy,
  shuffle32,
  splat64,
  v128,
  when,
} from '../assembler/index.ts'
import type { Callable, Code, FunctionBuilder, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import { arithmetic, between, emitLanes, LaneGraph } from '../maps/index.ts'
import { definePhilox } from './philox.ts'
import { kernelSignatures, words } from './signatures.ts'
import { least } from './tools.ts'

const BLOCK_BYTES = 16
/** Blocks that are drawn at a time: 8 KiB. */
const CHUNK = 512
/** Words that are no results, in the first page of the memory: 8 KiB. */
const SCRATCH = 0

type Vector = Code<'v128'>

export function defineRandom(module: ModuleBuilder): void {
  const draw = definePhilox(module)
  defineDraws(module, 'philox', draw)
  defineDraws(module, 'uniform', draw, defineUniforms(module))
  defineDraws(module, 'normal', draw, defineNormals(module))
  defineRademacher(module, draw, defineSigns(module))
}

/** The counter c0 + 2³² c1 in one variable. */
function counterOf(f: FunctionBuilder, c0: Local<'i32'>, c1: Local<'i32'>): [Local<'i64'>, Statement] {
  return f.let(i64.or(i64.extendI32U(c0.get), i64.shl(i64.extendI32U(c1.get), i64.const(32n))))
}

function advance(counter: Local<'i64'>, blocks: Code<'i32'>): Statement {
  return counter.set(i64.add(counter.get, i64.extendI32U(blocks)))
}

/** `name(out, blocks, c0, c1, c2, c3, k0, k1)`: words, and `finish(out, blocks)` on them. */
function defineDraws(
  module: ModuleBuilder,
  name: 'philox' | 'uniform' | 'normal',
  draw: Callable<'void'>,
  finish?: Callable<'void'>,
): void {
  module.define(name, kernelSignatures[name].parameters, 'void', (f, out, blocks, c0, c1, c2, c3, k0, k1) => {
    const [counter, start] = counterOf(f, c0, c1)
    const identity = [c2.get, c3.get, k0.get, k1.get]
    const [count, even, tail] = [f.local('i32'), f.local('i32'), f.local('i32')]
    return [
      start,
      f.count(i32.const(0), blocks.get, CHUNK, (done) => [
        count.set(least(i32.sub(blocks.get, done.get), CHUNK)),
        even.set(i32.and(count.get, i32.const(-4))),
        tail.set(i32.and(count.get, i32.const(3))),
        draw(out.get, even.get, counter.get, ...identity),
        advance(counter, even.get),
        when(tail.get, [
          draw(i32.const(SCRATCH), i32.const(4), counter.get, ...identity),
          memoryCopy(
            i32.add(out.get, i32.mul(even.get, i32.const(BLOCK_BYTES))),
            i32.const(SCRATCH),
            i32.mul(tail.get, i32.const(BLOCK_BYTES)),
          ),
        ]),
        ...(finish ? [finish(out.get, count.get)] : []),
        out.set(i32.add(out.get, i32.mul(count.get, i32.const(BLOCK_BYTES)))),
      ]),
    ]
  })
}

/** In both 64-bit halves. */
function splatBits(bits: bigint): Vector {
  const bytes = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(8 * i)) & 255n))
  return v128.const([...bytes, ...bytes])
}

const TWO_20 = 1048576

/**
 * The two uniform numbers of a block, (⌊a/2⁵⌋·2²⁶ + ⌊b/2⁶⌋)·2⁻⁵³ from words a, b. The bits of a without the last five, under the exponent of
 * 2²⁰, are the number 2²⁰ + ⌊a/2⁵⌋·2⁻²⁷; the upper 26 bits of b, under that of 1/2, are 1/2 + ⌊b/2⁶⌋·2⁻⁵³. No step rounds.
 */
function uniforms(block: Vector): Vector {
  const upper = v128.or(v128.and(block, splatBits(0xffffffe0n)), splat64(TWO_20))
  const lower = v128.or(i64x2.shrU(block, i32.const(38)), splat64(0.5))
  return f64x2.add(f64x2.sub(upper, splat64(TWO_20 + 0.5)), lower)
}

/** `uniforms(at, blocks)`: in place. */
function defineUniforms(module: ModuleBuilder): Callable<'void'> {
  return module.define('uniforms', words(2), 'void', (f, at, blocks) => [
    f.count(i32.const(0), blocks.get, 1, () => [
      v128.store(at.get, uniforms(v128.load(at.get))),
      at.set(i32.add(at.get, i32.const(BLOCK_BYTES))),
    ]),
  ])
}

/** Just below 1, the largest uniform number. */
const LARGEST = 1 - 1.1102230246251565e-16
/** Pairs of blocks in one turn of the loop, so that they need not wait for each other. */
const PAIRS = 2

/** `normals(at, blocks)`: in place, by Box & Muller's transform of two blocks at a time. */
function defineNormals(module: ModuleBuilder): Callable<'void'> {
  return module.define('normals', words(2), 'void', (f, at, blocks) => {
    const many = boxMuller(f, PAIRS)
    const two = boxMuller(f, 1)
    const turn = (pairs: number, transform: BoxMuller, count: Code<'i32'>): Statement =>
      f.count(i32.const(0), count, 2 * pairs, () => [
        ...transform.inside(Array.from({ length: 2 * pairs }, (_, i) => v128.load(at.get, BLOCK_BYTES * i))),
        ...transform.results.map((block, i) => v128.store(at.get, block, BLOCK_BYTES * i)),
        at.set(i32.add(at.get, i32.const(2 * pairs * BLOCK_BYTES))),
      ])
    const last = v128.load(at.get)
    return [
      ...many.before,
      ...two.before,
      turn(PAIRS, many, i32.and(blocks.get, i32.const(-2 * PAIRS))),
      turn(1, two, i32.and(blocks.get, i32.const(2 * PAIRS - 2))),
      when(i32.and(blocks.get, i32.const(1)), [
        ...two.inside([last, last]),
        v128.store(at.get, two.results[0]!),
      ]),
    ]
  })
}

interface BoxMuller {
  /** Once before all loops. */
  readonly before: readonly Statement[]
  readonly inside: (blocks: readonly Vector[]) => readonly Statement[]
  /** A block for every one that went in. */
  readonly results: readonly Vector[]
}

/** Box & Muller's transform of some pairs of blocks side by side. */
function boxMuller(f: FunctionBuilder, pairs: number): BoxMuller {
  const graph = new LaneGraph()
  const m = arithmetic(graph, 'f64')
  const each = Array.from({ length: pairs }, () => ({
    first: f.local('v128'),
    second: f.local('v128'),
    u: f.local('v128'),
    t: f.local('v128'),
  }))
  const roots = each.flatMap(({ u, t }, i) => {
    const turns = graph.leaf(`t${i}`, t.get, 2, between(0, LARGEST))
    const rest = m.sub(m.constant(1), graph.leaf(`u${i}`, u.get, 2, between(0, LARGEST)))
    const radius = m.sqrt(m.mul(m.constant(-2), logIn(m, rest)))
    return [m.mul(radius, cosTurnsIn(m, turns)), m.mul(radius, sinTurnsIn(m, turns))]
  })
  const { levels, values } = emitLanes(f, roots, pairs)
  return {
    before: levels[0]!,
    inside: (blocks) => [
      ...each.flatMap(({ first, second, u, t }, i) => [
        first.set(uniforms(blocks[2 * i]!)),
        second.set(uniforms(blocks[2 * i + 1]!)),
        u.set(shuffle32(first.get, second.get, [0, 1, 4, 5])),
        t.set(shuffle32(first.get, second.get, [2, 3, 6, 7])),
      ]),
      ...levels[2]!,
    ],
    results: each.flatMap((_, i) => {
      const [x, y] = [values[2 * i]!, values[2 * i + 1]!]
      return [shuffle32(x, y, [0, 1, 4, 5]), shuffle32(x, y, [2, 3, 6, 7])]
    }),
  }
}

/** `rademacher(out, n, c0, c1, c2, c3, k0, k1)` */
function defineRademacher(module: ModuleBuilder, draw: Callable<'void'>, signs: Callable<'void'>): void {
  const { parameters } = kernelSignatures.rademacher
  module.define('rademacher', parameters, 'void', (f, out, n, c0, c1, c2, c3, k0, k1) => {
    const [counter, start] = counterOf(f, c0, c1)
    return [
      start,
      f.count(i32.const(0), n.get, 128 * CHUNK, (done) => [
        draw(i32.const(SCRATCH), i32.const(CHUNK), counter.get, c2.get, c3.get, k0.get, k1.get),
        advance(counter, i32.const(CHUNK)),
        signs(
          i32.const(SCRATCH),
          i32.add(out.get, i32.shl(done.get, i32.const(3))),
          least(i32.sub(n.get, done.get), 128 * CHUNK),
        ),
      ]),
    ]
  })
}

/** `signs(bits, out, n)`: 1 for a bit that is set, else -1, lowest first. */
function defineSigns(module: ModuleBuilder): Callable<'void'> {
  return module.define('signs', words(3), 'void', (f, bits, out, n) => {
    const [rest, left] = [f.local('v128'), f.local('i32')]
    const lowest = v128.const([1, ...new Array<number>(7).fill(0), 2, ...new Array<number>(7).fill(0)])
    const set = i64x2.eq(v128.and(rest.get, lowest), lowest)
    const pair = v128.xor(splat64(-1), v128.and(set, splat64(-0)))
    return [
      f.count(i32.const(0), n.get, 64, (done) => [
        rest.set(v128.load64Splat(bits.get)),
        bits.set(i32.add(bits.get, i32.const(8))),
        left.set(least(i32.sub(n.get, done.get), 64)),
        f.count(i32.const(0), i32.and(left.get, i32.const(-2)), 2, () => [
          v128.store(out.get, pair),
          rest.set(i64x2.shrU(rest.get, i32.const(2))),
          out.set(i32.add(out.get, i32.const(16))),
        ]),
        when(i32.and(left.get, i32.const(1)), [f64.store(out.get, f64x2.extractLane(pair, 0))]),
      ]),
    ]
  })
}
