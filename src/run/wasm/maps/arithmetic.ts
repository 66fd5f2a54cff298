/**
 * The arithmetic of math/ on lanes: a body such as `expIn` run on it draws SIMD code with the bits of the scalar function, NaN
 * payloads aside.
 *
 * Where it is exact, one instruction takes the place of many: `min` and `max` of numbers that cannot both be 0, selections by comparisons.
 */
import { numbers, type Arithmetic } from '../../../math/index.ts'
import type { Primitive } from '../../../tape/index.ts'
import { v128, type FloatVector } from '../assembler/index.ts'
import { constantLane, formats } from './format.ts'
import type { About, Lane, LaneGraph } from './lanes.ts'
import { powers } from './powers.ts'
import { contains, rangeOf } from './range.ts'

export function arithmetic(graph: LaneGraph, dtype: 'f32' | 'f64'): Arithmetic<Lane> {
  const format = formats[dtype]
  const { ops, round } = format
  const node = (what: string, args: readonly Lane[], write: Lane['write'], about?: About): Lane =>
    graph.node(`${dtype} ${what}`, args, write, about)
  const constant = (value: number): Lane => constantLane(graph, format, value)

  /** A primitive: constants are folded, and the range of the result is worked out. */
  const define =
    (primitive: Primitive, build: (about: About, ...args: Lane[]) => Lane) =>
    (...args: Lane[]): Lane => {
      const values = args.map((arg) => arg.constant)
      if (values.every((value) => value !== undefined)) {
        const fold = numbers[primitive] as (...xs: readonly number[]) => number
        return constant(fold(...values))
      }
      const ranges = args.map((arg) => arg.range)
      return build({ range: rangeOf(primitive, ranges, round), nanFrom: args }, ...args)
    }
  const plain = (primitive: 'add' | 'div' | 'sqrt' | 'floor'): ((...args: Lane[]) => Lane) =>
    define(primitive, (about, ...args) =>
      node(primitive, args, (a, b) => (ops[primitive] as FloatVector['add'])(a!, b!), about),
    )

  /** 1 where the mask is set, else 0. */
  const fromMask = (mask: Lane): Lane =>
    node('one', [mask, constant(1)], (a, b) => v128.and(a!, b!), {
      mask,
      range: { low: 0, high: 1, whole: true, nan: false },
    })
  const compare = (how: 'lt' | 'eq' | 'le', a: Lane, b: Lane): Lane =>
    fromMask(node(how, [a, b], (x, y) => ops[how](x!, y!)))
  const not = (mask: Lane): Lane => node('not', [mask], (a) => v128.not(a!))
  const both = (how: 'and' | 'or', a: Lane, b: Lane): Lane =>
    fromMask(node(how, [a, b], (x, y) => v128[how](x!, y!)))

  const sub = define('sub', (about, a, b) =>
    a.constant === 1 && b.mask
      ? fromMask(not(b.mask))
      : node('sub', [a, b], (x, y) => ops.sub(x!, y!), about),
  )
  const add = plain('add')
  const mul = define('mul', (about, a, b) => {
    if (a.constant === 1) return b
    if (b.constant === 1) return a
    if (a.constant === -1) return node('neg', [b], (x) => ops.neg(x!), about)
    if (b.constant === -1) return node('neg', [a], (x) => ops.neg(x!), about)
    if (a.mask && b.mask) return both('and', a.mask, b.mask)
    return node('mul', [a, b], (x, y) => ops.mul(x!, y!), about)
  })
  const sizes = new Set<Lane>()
  const abs = define('abs', (about, a) => {
    if (a.range.low > 0 || sizes.has(a)) return a
    const size = node('abs', [a], (x) => ops.abs(x!), about)
    sizes.add(size)
    return size
  })

  /** `pmin(a, b)` is b < a ? b : a: right where b is never NaN and not both are zeros of different signs. */
  const isPlain = (a: Lane, b: Lane): boolean =>
    !b.range.nan && !(contains(a.range, 0) && contains(b.range, 0))
  /** a <= b where both are numbers, and not both are zeros. */
  const isBelow = (a: Lane, b: Lane): boolean =>
    a.range.high < b.range.low || (a.range.high === b.range.low && a.range.high !== 0)
  const min = define('min', (about, a, b) => {
    if (a.mask && b.mask) return both('and', a.mask, b.mask)
    if (isBelow(a, b) && !b.range.nan) return a
    if (isBelow(b, a) && !a.range.nan) return b
    if (isPlain(a, b) || Object.is(b.constant, 0))
      return node('pmin', [a, b], (x, y) => ops.pmin(x!, y!), about)
    if (isPlain(b, a) || Object.is(a.constant, 0))
      return node('pmin', [b, a], (x, y) => ops.pmin(x!, y!), about)
    return node('min', [a, b], (x, y) => ops.min(x!, y!), about)
  })
  const max = define('max', (about, a, b) => {
    if (a.mask && b.mask) return isEither(a.mask, b.mask)
    if (isBelow(b, a) && !b.range.nan) return a
    if (isBelow(a, b) && !a.range.nan) return b
    if (isPlain(a, b)) return node('pmax', [a, b], (x, y) => ops.pmax(x!, y!), about)
    if (isPlain(b, a)) return node('pmax', [b, a], (x, y) => ops.pmax(x!, y!), about)
    if (Object.is(b.constant, 0)) return positive(about, a, b)
    if (Object.is(a.constant, 0)) return positive(about, b, a)
    return node('max', [a, b], (x, y) => ops.max(x!, y!), about)
  })
  /** max(x, 0): the sum with 0 makes 0 of -0. */
  const positive = (about: About, x: Lane, zero: Lane): Lane =>
    node('positive', [x, zero], (a, b) => ops.add(ops.pmax(a!, b!), b!), about)
  const comparisons = new Map<Lane, { how: 'lt' | 'eq'; a: Lane; b: Lane }>()
  /** max(a < b, a = b) is a <= b. */
  const isEither = (a: Lane, b: Lane): Lane => {
    const [x, y] = [comparisons.get(a), comparisons.get(b)]
    const [less, equal] = x?.how === 'lt' ? [x, y] : [y, x]
    const isOrder = less?.how === 'lt' && equal?.how === 'eq' && less.a === equal.a && less.b === equal.b
    return isOrder ? compare('le', less.a, less.b) : both('or', a, b)
  }
  const remembered = (how: 'lt' | 'eq', a: Lane, b: Lane): Lane => {
    const lane = compare(how, a, b)
    comparisons.set(lane.mask!, { how, a, b })
    return lane
  }
  const less = define('less', (_, a, b) => remembered('lt', a, b))
  const equal = define('equal', (_, a, b) => remembered('eq', a, b))

  const select = (condition: Lane, a: Lane, b: Lane): Lane => {
    if (condition.constant !== undefined) return condition.constant !== 0 ? a : b
    if (a === b) return a
    const mask = condition.mask ?? node('ne', [condition, constant(0)], (x, y) => ops.ne(x!, y!))
    const about: About = { range: rangeOf('select', [condition.range, a.range, b.range], round) }
    if (a.constant === 1 && Object.is(b.constant, 0)) return fromMask(mask)
    if (Object.is(a.constant, 0)) return node('unless', [b, mask], (x, y) => v128.andnot(x!, y!), about)
    if (Object.is(b.constant, 0)) return node('where', [a, mask], (x, y) => v128.and(x!, y!), about)
    // All ones are a NaN.
    if (isNaN(a)) return node('or', [b, mask], (x, y) => v128.or(x!, y!), { ...about, nanFrom: [b] })
    if (isNaN(b)) return node('or', [a, not(mask)], (x, y) => v128.or(x!, y!), { ...about, nanFrom: [a] })
    return node('pick', [mask, a, b], (c, x, y) => v128.bitselect(x!, y!, c!), about)
  }
  const isNaN = ({ constant }: Lane): boolean => constant !== undefined && constant !== constant

  const simple = { add, sub, mul, abs, min, max }
  const { scale2, exponent, mantissa } = powers(graph, format, simple)
  return {
    constant,
    ...simple,
    div: plain('div'),
    sqrt: plain('sqrt'),
    floor: plain('floor'),
    less,
    equal,
    select,
    scale2: define('scale2', (_, x, k) => scale2(x, k)),
    exponent: define('exponent', (_, x) => exponent(x)),
    mantissa: define('mantissa', (_, x) => mantissa(x)),
  }
}
