/**
 * scale2, exponent and mantissa by the bits of numbers: a word of a float is sign, exponent + bias, fraction. Where ranges prove that
 * numbers stay normal, most of it falls away.
 */
import { numbers, type Arithmetic } from '../../../math/index.ts'
import { v128 } from '../assembler/index.ts'
import { constantLane, wordLane, type Format } from './format.ts'
import { followsNaN, type About, type Lane, type LaneGraph } from './lanes.ts'
import { contains, rangeOf, type Range } from './range.ts'

type Powers = Pick<Arithmetic<Lane>, 'scale2' | 'exponent' | 'mantissa'>
type Simple = Pick<Arithmetic<Lane>, 'add' | 'sub' | 'mul' | 'abs' | 'min' | 'max'>

export function powers(graph: LaneGraph, format: Format, m: Simple): Powers {
  const { name, ops, fraction, least, most, beyond } = format
  const node = (what: string, args: Lane[], write: Lane['write'], about?: About): Lane =>
    graph.node(`${name} ${what}`, args, write, about)
  const number = (x: number): Lane => constantLane(graph, format, x)
  const or = (a: Lane, b: Lane, about?: About): Lane => node('or', [a, b], (x, y) => v128.or(x!, y!), about)
  const and = (a: Lane, b: Lane, about?: About): Lane =>
    node('and', [a, b], (x, y) => v128.and(x!, y!), about)
  const below = (a: Lane, b: Lane): Lane => node('lt', [a, b], (x, y) => ops.lt(x!, y!))
  const same = (a: Lane, b: Lane): Lane => node('eq', [a, b], (x, y) => ops.eq(x!, y!))
  /** x, and NaN where y is NaN: its comparison with itself gives all ones, which is a NaN. */
  const withNaN = (x: Lane, y: Lane): Lane =>
    y.range.nan && !followsNaN(x, y)
      ? or(
          x,
          node('ne', [y, y], (a, b) => ops.ne(a!, b!)),
        )
      : x
  const ranged = (what: string, x: Lane, range: Range): Lane =>
    node(`${what} ${range.low} ${range.high}`, [x], (a) => a!, { range, nanFrom: [x] })

  /** 2^k for least <= k <= most. The sum has the whole number k + bias in its last bits; shifted, they are the exponent. */
  const power = (k: Lane): Lane => {
    const sum = m.add(k, number(1.5 * numbers.scale2(1, fraction) + most))
    return node('power', [sum], (x) => format.shiftLeft(x!, fraction), { nanFrom: [] })
  }

  const clamp = (k: Lane, low: number, high: number): Lane => {
    const above = k.range.low < low ? m.max(k, number(low)) : k
    return above.range.high > high ? m.min(above, number(high)) : above
  }

  /**
   * The product with two or three normal powers of two, the one nearest to 2^k last. The others do not round where the result is not 0:
   * for k < least, x times them is at least 2^-(fraction + 1).
   */
  const scale2 = (x: Lane, k: Lane): Lane => {
    const factors: Lane[] = []
    let rest = clamp(k, -beyond, beyond)
    while (rest.range.low < least || rest.range.high > most) {
      const near = clamp(rest, least, most)
      const range = {
        ...rest.range,
        low: Math.min(0, rest.range.low - least),
        high: Math.max(0, rest.range.high - most),
      }
      factors.unshift(power(near))
      rest = ranged('rest', m.sub(rest, near), range)
    }
    factors.unshift(power(rest))
    return withNaN(
      factors.reduce((y, factor) => m.mul(y, factor), x),
      k,
    )
  }

  /** Where the graph may assume it: notes that x, which has no sign, is a normal number. */
  const assumesNormal = (x: Lane): boolean => {
    if (!graph.assumed) return false
    const enough = node('le', [number(numbers.scale2(1, least)), x], (a, b) => ops.le(a!, b!))
    graph.assumed.add(and(enough, below(x, number(Infinity))))
    return true
  }

  /** x, multiplied where it is subnormal so that it is normal, and where that was done. */
  const normalised = (x: Lane): { scaled: Lane; tiny?: Lane } => {
    const smallest = numbers.scale2(1, least)
    const size = m.abs(x)
    if (size.range.low >= smallest || assumesNormal(size)) return { scaled: x }
    const tiny = below(size, number(smallest))
    // 1, with other bits where its exponent has to be larger.
    const change = (most + fraction + 2) ^ most
    const flipped = and(tiny, wordLane(graph, format, BigInt(change) << BigInt(fraction)))
    const factor = node('xor', [flipped, number(1)], (a, b) => v128.xor(a!, b!))
    return { scaled: m.mul(x, factor), tiny }
  }

  const exponent = (x: Lane): Lane => {
    const range = rangeOf('exponent', [x.range], format.round)
    const size = m.abs(x)
    const { scaled, tiny } = normalised(size)
    const biased = node('exponent bits', [scaled], (a) => format.shiftRight(a!, fraction))
    // As the fraction of a number in [2^fraction, 2^(fraction + 1)) the bits count as a whole number.
    const large = or(biased, number(numbers.scale2(1, fraction)))
    let k = m.sub(large, number(numbers.scale2(1, fraction) + most))
    if (tiny) k = m.sub(k, and(tiny, number(fraction + 2)))
    const about = { range, nanFrom: [x] }
    if (assumesNormal(size)) return node('normal exponent', [k], (a) => a!, about)
    // What is beyond the largest number: 0, ∞ or NaN.
    const largest = number(format.largest)
    if (size.range.high === Infinity || x.range.nan) k = m.add(k, m.sub(m.max(size, largest), largest))
    if (contains(size.range, 0)) k = m.sub(k, and(same(size, number(0)), number(Infinity)))
    return node('exponent', [k], (a) => a!, about)
  }

  const mantissa = (x: Lane): Lane => {
    const range = rangeOf('mantissa', [x.range], format.round)
    const { scaled } = normalised(x)
    const exponents = wordLane(graph, format, BigInt(2 * most + 1) << BigInt(fraction))
    const kept = node('mantissa bits', [scaled, exponents], (a, b) => v128.andnot(a!, b!))
    const signed = or(kept, number(1))
    const isNumber = !x.range.nan || assumesNormal(m.abs(x))
    const value = isNumber ? signed : withNaN(signed, x)
    return node('mantissa', [value], (a) => a!, { range, nanFrom: [x] })
  }

  return { scale2, exponent, mantissa }
}
