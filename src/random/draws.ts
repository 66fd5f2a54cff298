import { combine, Tensor, lengthOf } from '../array/index.ts'
import { gammaIncPInv } from '../math/index.ts'
import { evaluate, fillRandom } from '../run/index.ts'
import { input, scalar, type Expression } from '../tape/index.ts'
import { checkInteger, checkScale } from './arguments.ts'
import type { Stream } from './stream.ts'

/*
 * Layout. Every call starts at a fresh block of four words (w₀, w₁, w₂, w₃) and a block gives two numbers, so n numbers
 * cost ⌈n/2⌉ blocks, whatever they turn out to be. With U(a, b) = (⌊a/2⁵⌋·2²⁶ + ⌊b/2⁶⌋)·2⁻⁵³ in [0, 1):
 *
 *     uniforms of a block   U(w₀, w₁), U(w₂, w₃)
 *     normals of a block    r·cos 2πt, r·sin 2πt    with r = √(-2 log(1 - U(w₀, w₁))), t = U(w₂, w₃)
 *
 * Hence calls of even sizes concatenate: uniform(s, 4) then uniform(s, 6) are the bits of uniform(s, 10). An odd n drops
 * the last number of its last block.
 */

const chunkBlocks = 4096
const words = new Uint32Array(4 * chunkBlocks)

/** 53 random bits as a number in [0, 1): 27 of word `at`, then 26 of the next one. */
function unit(at: number): number {
  return ((words[at]! >>> 5) * 67108864 + (words[at + 1]! >>> 6)) * 1.1102230246251565e-16
}

/** What n numbers are written to. Errors: RangeError unless n is a nonnegative integer, and the length of `given`. */
function target(op: string, n: number, given: Float64Array | undefined): Float64Array {
  checkInteger(op, 'a count', n, 0)
  if (!given) return new Float64Array(n)
  if (given.length !== n) throw new RangeError(`${op}: expected room for ${n} numbers, got ${given.length}`)
  return given
}

/**
 * n uniform numbers in [0, 1), multiples of 2⁻⁵³; in `into` if that is given. Errors: RangeError unless n is a nonnegative integer, and the
 * length of `into`.
 */
export function uniform(stream: Stream, n: number, into?: Float64Array): Float64Array {
  const out = target('uniform', n, into)
  if (fillRandom('uniform', out, (blocks) => stream.take(blocks))) return out
  for (let start = 0; start < n; start += 2 * chunkBlocks) {
    const count = Math.min(n - start, 2 * chunkBlocks)
    stream.draw(words, Math.ceil(count / 2))
    for (let i = 0; i < count; i++) out[start + i] = unit(2 * i)
  }
  return out
}

/**
 * n standard normal numbers by Box & Muller's transform (Ann. Math. Stat. 29, 1958), which rejects nothing. The radius
 * comes from a multiple of 2⁻⁵³ in (0, 1], so no number exceeds √(106 log 2) = 8.572. They lie in `into` if that is given. Errors: as
 * `uniform`.
 *
 * @example
 * const x = normal(stream(1, 'input'), 1000)
 */
export function normal(stream: Stream, n: number, into?: Float64Array): Float64Array {
  const out = target('normal', n, into)
  if (fillRandom('normal', out, (blocks) => stream.take(blocks))) return out
  for (let start = 0; start < n; start += 2 * chunkBlocks) {
    const pairs = Math.min(Math.ceil((n - start) / 2), chunkBlocks)
    stream.draw(words, pairs)
    const [u, t] = [new Float64Array(pairs), new Float64Array(pairs)]
    for (let i = 0; i < pairs; i++) {
      u[i] = unit(4 * i)
      t[i] = unit(4 * i + 2)
    }
    const r = mapped(radius, u)
    const [x, y] = [mapped(across, r, t), mapped(upwards, r, t)]
    for (let i = 0; i < pairs; i++) {
      out[start + 2 * i] = x[i]!
      // Past the end for an odd n, where typed arrays drop it.
      out[start + 2 * i + 1] = y[i]!
    }
  }
  return out
}

// Box & Muller's transform as expressions: executors of maps are faster than scalar functions, and give the same bits.
const radius = scalar.sqrt(scalar.mul(-2, scalar.log(scalar.sub(1, input(0)))))
const across = scalar.mul(input(0), scalar.cosTurns(input(1)))
const upwards = scalar.mul(input(0), scalar.sinTurns(input(1)))

function mapped(expression: Expression, ...lists: Float64Array[]): Float64Array {
  const shape = [lists[0]!.length]
  const inputs = lists.map((list) => new Tensor(list, shape, 'f64'))
  return evaluate({ kind: 'map', expression }, inputs, { shape, dtype: 'f64' }).storage() as Float64Array
}

/**
 * n signs, 1 or -1 with equal probability: bit j of a block (32 a word, lowest first) gives sign j. Calls whose sizes
 * are multiples of 128 concatenate. They lie in `into` if that is given. Errors: as `uniform`.
 */
export function rademacher(stream: Stream, n: number, into?: Float64Array): Float64Array {
  const out = target('rademacher', n, into)
  if (fillRandom('rademacher', out, (blocks) => stream.take(blocks))) return out
  for (let start = 0; start < n; start += 128 * chunkBlocks) {
    const count = Math.min(n - start, 128 * chunkBlocks)
    stream.draw(words, Math.ceil(count / 128))
    for (let j = 0; j < count; j++) out[start + j] = ((words[j >>> 5]! >>> (j & 31)) & 1) * 2 - 1
  }
  return out
}

/**
 * A point uniform on the sphere of the given radius around 0 in ℝᵈ: d normals, normalised. Its norm is the radius to
 * rounding, exactly so for d = 1. Errors: RangeError unless d is a positive integer and the radius nonnegative and finite.
 */
export function sphere(stream: Stream, d: number, radius: number = 1): Float64Array {
  checkInteger('sphere', 'a dimension', d, 1)
  if (!(radius >= 0 && radius < Infinity)) {
    throw new RangeError(`sphere: expected a finite radius of at least 0, got ${String(radius)}`)
  }
  const point = normal(stream, d)
  const norm = lengthOf(point)
  // All d normals vanish with probability at most 2⁻⁵³; then the first axis stands for a direction.
  if (norm === 0) point[0] = radius
  else for (let i = 0; i < d; i++) point[i] = (point[i]! / norm) * radius
  return point
}

/**
 * One chi-square number with any positive, possibly fractional degrees of freedom: 2·P⁻¹(degrees/2, u), P the
 * regularised lower incomplete gamma function, u an odd multiple of 2⁻⁵³ in (0, 1). Takes one block. Errors: RangeError
 * unless the degrees are positive and finite.
 */
export function chiSquare(stream: Stream, degrees: number): number {
  checkScale('chiSquare', 'degrees of freedom', degrees)
  stream.draw(words, 1)
  // 52 bits and a half: u is symmetric about 1/2 and neither end can come out.
  const u = ((words[0]! >>> 6) * 67108864 + (words[1]! >>> 6) + 0.5) * 2.220446049250313e-16
  return 2 * gammaIncPInv(degrees / 2, u)
}

/**
 * A [rows, columns] matrix of independent N(0, variance) entries, drawn in row-major order: the dense counterpart of
 * `deferredGaussian`, with the same default variance 1/columns.
 */
export function gaussianMatrix(
  stream: Stream,
  rows: number,
  columns: number,
  options: { readonly variance?: number } = {},
): Tensor {
  checkInteger('gaussianMatrix', 'a number of rows', rows, 1)
  checkInteger('gaussianMatrix', 'a number of columns', columns, 1)
  const variance = options.variance ?? 1 / columns
  checkScale('gaussianMatrix', 'variance', variance)
  const data = normal(stream, rows * columns)
  combine(data, [Math.sqrt(variance)], [data])
  return new Tensor(data, [rows, columns], 'f64')
}
