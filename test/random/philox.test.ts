import fc from 'fast-check'
import { expect, test } from 'vitest'
import { philox, type Counter, type Key } from '../../src/random/index.ts'

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0xffff, 0x10000, 0xffffffff),
)
const counters = fc.tuple(word, word, word, word)
const keys = fc.tuple(word, word)

function words(blocks: number, counter: Counter, key: Key): number[] {
  const out = new Uint32Array(4 * blocks)
  philox(out, blocks, counter, key)
  return [...out]
}

/** The round function as printed, on integers of any size. */
function reference(counter: Counter, key: Key): number[] {
  const mask = 0xffffffffn
  let [x0, x1, x2, x3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key.map(BigInt) as [bigint, bigint]
  for (let round = 0; round < 10; round++) {
    const [a, b] = [0xd2511f53n * x0, 0xcd9e8d57n * x2]
    ;[x0, x1, x2, x3] = [(b >> 32n) ^ x1 ^ k0, b & mask, (a >> 32n) ^ x3 ^ k1, a & mask]
    k0 = (k0 + 0x9e3779b9n) & mask
    k1 = (k1 + 0xbb67ae85n) & mask
  }
  return [x0, x1, x2, x3].map(Number)
}

const ones = 0xffffffff
test.each<[Counter, Key, number[]]>([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ones, ones, ones, ones],
    [ones, ones],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
])(
  'the known answers of Random123 (kat_vectors, philox4x32 10): counter %j, key %j',
  (counter, key, answer) => {
    expect(words(1, counter, key)).toEqual(answer)
  },
)

test('every block is what the round function gives in exact arithmetic', () => {
  fc.assert(
    fc.property(counters, keys, (counter, key) => {
      expect(words(1, counter, key)).toEqual(reference(counter, key))
    }),
    { numRuns: 500 },
  )
})

test('consecutive blocks are those of consecutive counters, with a carry into the second word', () => {
  fc.assert(
    fc.property(counters, keys, fc.integer({ min: 0, max: 9 }), ([c0, c1, c2, c3], key, blocks) => {
      const each = Array.from({ length: blocks }, (_, i) => {
        const low = c0 + i
        return words(1, [low % 2 ** 32, (c1 + Math.floor(low / 2 ** 32)) % 2 ** 32, c2, c3], key)
      })
      expect(words(blocks, [c0, c1, c2, c3], key)).toEqual(each.flat())
    }),
  )
})
