import { expect } from 'vitest'
import { log } from '../../src/math/index.ts'

const alpha = 1e-6

/** sup |Fₙ - F| for a continuous distribution function F. */
export function distanceTo(sample: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort()
  let largest = 0
  sorted.forEach((x, i) => {
    const p = cdf(x)
    largest = Math.max(largest, (i + 1) / sorted.length - p, p - i / sorted.length)
  })
  return largest
}

/** sup |Fₙ - Gₙ| of two samples. */
export function distanceBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
  if (x.some(Number.isNaN) || y.some(Number.isNaN)) return NaN
  let [i, j, largest] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i]!, y[j]!)
    while (x[i]! <= value) i++
    while (y[j]! <= value) j++
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length))
  }
  return largest
}

/** The Dvoretzky-Kiefer-Wolfowitz bound with Massart's constant: exceeded with probability at most 10⁻⁶, at every n. */
export function oneSampleBound(n: number): number {
  return Math.sqrt(log(2 / alpha) / (2 * n))
}

/** The same for two samples of n each, n ≥ 458 (Wei & Dudley, Stat. Probab. Lett. 82, 2012). */
export function twoSampleBound(n: number): number {
  return Math.sqrt(log(2 / alpha) / n)
}

export function expectLaw(sample: ArrayLike<number>, cdf: (x: number) => number): void {
  expect(distanceTo(sample, cdf)).toBeLessThan(oneSampleBound(sample.length))
}

/** The mean of n numbers with this expectation and variance: 4.9 standard errors have probability 10⁻⁶. */
export function expectMean(sample: Float64Array, mean: number, variance: number): void {
  const average = sample.reduce((sum, x) => sum + x, 0) / sample.length
  expect(Math.abs(average - mean)).toBeLessThan(4.9 * Math.sqrt(variance / sample.length))
}
