import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setExecutor } from '../../../../src/index.ts'
import { normal, rademacher, Stream, uniform } from '../../../../src/random/index.ts'
import { philox, type Counter, type Key } from '../../../../src/random/philox.ts'
import { Bench } from './bench.ts'

const bench = new Bench()
const word = fc.oneof(fc.nat({ max: 4294967295 }), fc.integer({ min: 4294967290, max: 4294967295 }))
const counter = fc.tuple(word, word, word, word)
const key = fc.tuple(word, word)
const blocks = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(511, 512, 513, 1030))

/** A stream at any counter; its identity alone could not place the second word. */
class StreamAt extends Stream {
  readonly #start: Counter
  readonly #key: Key
  #taken = 0

  constructor(start: Counter, key: Key) {
    super(start)
    this.#start = start
    this.#key = key
  }

  override take(blocks: number): { counter: Counter; key: Key } {
    const [c0, c1, c2, c3] = this.#start
    const position = c0 + c1 * 4294967296 + this.#taken
    this.#taken += blocks
    return { counter: [position >>> 0, Math.floor(position / 4294967296), c2, c3], key: this.#key }
  }
}

/** What the scalar code draws at this counter. */
function drawn(
  draw: (from: Stream, n: number) => Float64Array,
  start: Counter,
  key: Key,
  n: number,
): Float64Array {
  setExecutor('interpret')
  try {
    return draw(new StreamAt(start, key), n)
  } finally {
    setExecutor('compile')
  }
}

test('words', () => {
  fc.assert(
    fc.property(blocks, counter, key, (count, counter, key) => {
      const want = new Uint32Array(4 * count)
      philox(want, count, counter, key)
      bench.clear()
      const at = bench.room(16 * count)
      bench.call('philox', at, count, ...counter, ...key)
      expect(new Uint32Array(bench.read('i32', at, 4 * count).buffer)).toEqual(want)
      expect(bench.damage()).toEqual([])
    }),
  )
})

const low: fc.Arbitrary<Counter> = fc.tuple(word, fc.nat({ max: 1000 }), word, word)

test.each([
  ['uniform', uniform],
  ['normal', normal],
] as const)('%s numbers', (name, draw) => {
  fc.assert(
    fc.property(blocks, low, key, (count, counter, key) => {
      bench.clear()
      const at = bench.room(16 * count)
      bench.call(name, at, count, ...counter, ...key)
      expect(bench.read('f64', at, 2 * count)).toEqual(drawn(draw, counter, key, 2 * count))
      expect(bench.damage()).toEqual([])
    }),
  )
})

test('signs', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(65535, 65536, 65537, 131100))
  fc.assert(
    fc.property(size, low, key, (n, counter, key) => {
      bench.clear()
      const at = bench.room(8 * n)
      bench.call('rademacher', at, n, ...counter, ...key)
      expect(bench.read('f64', at, n)).toEqual(drawn(rademacher, counter, key, n))
      expect(bench.damage()).toEqual([])
    }),
    { numRuns: 50 },
  )
})
