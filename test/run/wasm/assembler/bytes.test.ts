import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signed, signedBig, unsigned, vector, withLength } from '../../../../src/run/wasm/assembler/bytes.ts'

/** The number that a LEB128 sequence stands for, by the definition: seven bits a byte; the last one's top bit is the sign. */
function decode(bytes: readonly number[], isSigned: boolean): bigint {
  bytes.forEach((byte, i) => expect(byte >= 128).toBe(i < bytes.length - 1))
  const value = bytes.reduce((sum, byte, i) => sum | (BigInt(byte & 127) << BigInt(7 * i)), 0n)
  const isNegative = isSigned && (bytes.at(-1)! & 64) !== 0
  return isNegative ? value - (1n << BigInt(7 * bytes.length)) : value
}

/** Whether a shorter sequence stands for the same number: it ends in a byte of sign bits alone. */
function isPadded(bytes: readonly number[], isSigned: boolean): boolean {
  if (bytes.length === 1) return false
  const [before, last] = bytes.slice(-2) as [number, number]
  return last === 0 ? !isSigned || (before & 64) === 0 : isSigned && last === 127 && (before & 64) !== 0
}

const unsignedNumber = fc.oneof(fc.nat(300), fc.nat(4294967295), fc.maxSafeNat())
const signedNumber = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer(), fc.maxSafeInteger())

test('LEB128 of unsigned numbers, as short as possible', () => {
  fc.assert(
    fc.property(unsignedNumber, (n) => {
      const bytes = unsigned(n)
      expect(decode(bytes, false)).toBe(BigInt(n))
      expect(isPadded(bytes, false)).toBe(false)
    }),
  )
})

test('LEB128 of signed numbers, as short as possible, of 64 bits too', () => {
  fc.assert(
    fc.property(signedNumber, (n) => {
      const bytes = signed(n)
      expect(decode(bytes, true)).toBe(BigInt(n))
      expect(isPadded(bytes, true)).toBe(false)
      expect(signedBig(BigInt(n))).toEqual(bytes)
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (n) => {
      expect(decode(signedBig(n), true)).toBe(n)
    }),
  )
})

test('lists say how many items, bodies how many bytes they have', () => {
  expect(vector([[7], [8, 9]])).toEqual([2, 7, 8, 9])
  expect(withLength([7, 8, 9])).toEqual([3, 7, 8, 9])
  expect(withLength(new Array<number>(200).fill(0)).slice(0, 2)).toEqual([200, 1])
})
