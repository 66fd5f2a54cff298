/** Philox4x32-10 on four counters at a time: the algorithm and its source stand in random/philox.ts. */
import { i32, i32x4, i64, i64x2, shuffle32, v128 } from '../assembler/index.ts'
import type { Callable, Code, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import { transposed } from './transpose.ts'

const ROUNDS = 10
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const
const WEYL = [0x9e3779b9, 0xbb67ae85] as const

type Vector = Code<'v128'>
type Four = readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>]

const fourWords = (list: readonly number[]): Vector =>
  v128.const(list.flatMap((n) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24]))
const splatWord = (n: number): Vector => fourWords([n, n, n, n])

/** `draw(out, blocks, counter, c2, c3, k0, k1)`: four words a block; the number of blocks is a multiple of four. */
export function definePhilox(module: ModuleBuilder): Callable<'void'> {
  const parameters = ['i32', 'i32', 'i64', 'i32', 'i32', 'i32', 'i32'] as const
  return module.define('draw', parameters, 'void', (f, out, blocks, counter, c2, c3, k0, k1) => {
    const four = (): Four => [f.local('v128'), f.local('v128'), f.local('v128'), f.local('v128')]
    // Vector i holds word i of each block.
    const x = four()
    const p = four()
    const low = i32x4.splat(i32.wrapI64(counter.get))
    const high = i32x4.splat(i32.wrapI64(i64.shrU(counter.get, i64.const(32n))))
    return [
      f.count(i32.const(0), blocks.get, 4, () => [
        x[0].set(i32x4.add(low, fourWords([0, 1, 2, 3]))),
        // Where word 0 has run over, the comparison gives -1.
        x[1].set(i32x4.sub(high, i32x4.ltU(x[0].get, low))),
        x[2].set(i32x4.splat(c2.get)),
        x[3].set(i32x4.splat(c3.get)),
        ...Array.from({ length: ROUNDS }, (_, number) => round(number, x, p, [k0, k1])).flat(),
        ...transposed(x.map(({ get }) => get)).map((block, i) => v128.store(out.get, block, 16 * i)),
        out.set(i32.add(out.get, i32.const(64))),
        counter.set(i64.add(counter.get, i64.const(4n))),
      ]),
    ]
  })
}

/** (x₀, x₁, x₂, x₃) ← (hi(M₁x₂) ⊕ x₁ ⊕ k₀,  lo(M₁x₂),  hi(M₀x₀) ⊕ x₃ ⊕ k₁,  lo(M₀x₀)), by way of the products p. */
function round(number: number, x: Four, p: Four, keys: readonly [Local<'i32'>, Local<'i32'>]): Statement[] {
  const key = (at: 0 | 1): Vector =>
    i32x4.splat(i32.add(keys[at].get, i32.const(Math.imul(number, WEYL[at]))))
  const product = (at: 0 | 1): Statement[] => [
    p[2 * at]!.set(i64x2.extmulLowI32x4U(x[2 * at]!.get, splatWord(MULTIPLIERS[at]))),
    p[2 * at + 1]!.set(i64x2.extmulHighI32x4U(x[2 * at]!.get, splatWord(MULTIPLIERS[at]))),
  ]
  const lo = (at: 0 | 1): Vector => shuffle32(p[2 * at]!.get, p[2 * at + 1]!.get, [0, 2, 4, 6])
  const hi = (at: 0 | 1): Vector => shuffle32(p[2 * at]!.get, p[2 * at + 1]!.get, [1, 3, 5, 7])
  return [
    ...product(0),
    ...product(1),
    x[0].set(v128.xor(v128.xor(hi(1), x[1].get), key(0))),
    x[1].set(lo(1)),
    x[2].set(v128.xor(v128.xor(hi(0), x[3].get), key(1))),
    x[3].set(lo(0)),
  ]
}
