import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decimalsFor,
  formatCount,
  formatInterval,
  formatNumber,
  formatSeconds,
} from '../../src/report/numbers.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })

test('a printed number is the number to its digits', () => {
  fc.assert(
    fc.property(finite, (value) => {
      const read = Number(formatNumber(value).replaceAll(',', ''))
      expect(Math.abs(read - value)).toBeLessThanOrEqual(5.01e-4 * Math.abs(value))
    }),
  )
})

test.each([
  [0, '0'],
  [-0, '0'],
  [0.02, '0.02'],
  [-0.5, '-0.5'],
  [65536, '65,536'],
  [1e-12, '1e-12'],
  [1.25e-7, '1.25e-7'],
  [0.67449, '0.6745'],
  [1234.56, '1235'],
  [NaN, 'NaN'],
  [-Infinity, '-∞'],
])('%d prints as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text)
})

test('a printed interval contains the interval and is not much wider', () => {
  const ends = fc.tuple(
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc.double({ min: 1e-6, max: 5, noNaN: true }),
  )
  fc.assert(
    fc.property(ends, ([low, width]) => {
      const high = low + width
      const [printedLow, printedHigh] = formatInterval([low, high]).slice(1, -1).split(', ').map(Number)
      // A unit in the last place of a double is lost in scaling to the printed decimals.
      expect(printedLow).toBeLessThanOrEqual(low + 1e-14)
      expect(printedHigh).toBeGreaterThanOrEqual(high - 1e-14)
      expect(printedHigh! - printedLow!).toBeLessThanOrEqual(width * 1.25)
    }),
  )
})

test('an interval is worth two digits of its half width', () => {
  expect([0.024, 0.24, 2.4, 24].map((width) => decimalsFor([1, 1 + width]))).toEqual([3, 2, 1, 0])
  expect(decimalsFor([1, 1])).toBe(4)
})

test('counts and durations', () => {
  expect([7, 1000, 1234567].map(formatCount)).toEqual(['7', '1,000', '1,234,567'])
  expect([0.04, 9.94, 9.96, 59.4, 59.6, 112].map(formatSeconds)).toEqual([
    '0.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 0 s',
    '1 min 52 s',
  ])
})
