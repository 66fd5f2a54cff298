import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor } from '../../src/array/index.ts'
import { completeness, type Found } from '../../src/linalg/completeness.ts'
import { eigsh, type EigshOptions } from '../../src/linalg/eigsh.ts'
import { preferred, type Which } from '../../src/linalg/wanted.ts'
import { elements, orthogonality, withSpectrum } from './spectra.ts'

/** The k wanted of these values, in the order in which they are returned. */
function pick(values: readonly number[], which: Which, k: number): number[] {
  const all = Float64Array.from(values)
  const chosen = Float64Array.from(preferred(all, which).slice(0, k), (i) => all[i]!)
  return preferred(chosen, which === 'BE' ? 'LA' : which).map((i) => chosen[i]!)
}

const whiches = ['LA', 'SA', 'LM', 'BE'] as const
const value = fc.oneof(
  fc.constantFrom(0, 0, 1, -1, 2),
  fc.integer({ min: 1, max: 7 }).map((e) => 1 - 10 ** (-2 * e)),
  fc.integer({ min: 1, max: 7 }).map((e) => 10 ** (-2 * e) - 1),
  fc.double({ min: -1, max: 1, noNaN: true }),
)

test('planted clusters, copies and zeros: nothing wrong is ever called complete', async () => {
  let missed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 1, maxLength: 14 }),
      fc.integer({ min: 40, max: 70 }),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom(...whiches),
      fc.nat(1000),
      async (distinct, n, k, which, seed) => {
        const values = Array.from({ length: n }, (_, i) => distinct[(i * i + seed) % distinct.length]!)
        const A = withSpectrum(values, n, n, seed, true)
        const options: EigshOptions = { k, which, seed, maxDim: k + 12 }
        const found = await eigsh(A, options)
        // Honest, but no answer: a small basis has not found all that the inertia knows of.
        if (found.complete === false) missed++
        expect(orthogonality(found.vectors)).toBeLessThan(1e-13)
        if (found.complete !== true) return
        const largest = Math.max(...values.map(Math.abs))
        pick(values, which, k).forEach((x, j) => {
          const got = found.values.data[j]!
          const error = which === 'LM' ? Math.abs(Math.abs(got) - Math.abs(x)) : Math.abs(got - x)
          expect(error).toBeLessThan(1e-13 * n * largest)
        })
      },
    ),
    { numRuns: 60 },
  )
  expect(missed).toBeLessThanOrEqual(6)
})

test('copies that one vector cannot see are found, because the inertia knows of them', async () => {
  const values = Array.from({ length: 160 }, (_, i) => (i < 3 ? 10 : i < 7 ? 9 : i / 20 - 4))
  for (const which of ['LA', 'LM'] as const) {
    const found = await eigsh(withSpectrum(values, 160, 160, 1, true), { k: 7, which, maxDim: 20 })
    const expected = [10, 10, 10, 9, 9, 9, 9]
    found.values.data.forEach((x, j) => expect(Math.abs(x - expected[j]!)).toBeLessThan(1e-12))
    expect(found.complete).toBe(true)
  }
})

test('where the last value has copies that are not wanted, nothing is proved', async () => {
  const values = Array.from({ length: 160 }, (_, i) => (i < 6 ? 9 : i / 40))
  const found = await eigsh(withSpectrum(values, 160, 160, 1, true), { k: 4, maxDim: 20 })
  found.values.data.forEach((x) => expect(Math.abs(x - 9)).toBeLessThan(1e-12))
  expect(found.complete).toBe('unproved')
})

const n = 30
const spectrum = Array.from({ length: n }, (_, i) => i - 12)
const A = withSpectrum(spectrum, n, n, 3, true)
const claim = (which: Which, theta: readonly number[]): Found => ({
  which,
  theta: Float64Array.from(theta),
  residuals: new Float64Array(theta.length).fill(1e-14),
  norm: 17,
  power: 0,
})
const claims: readonly [Which, number[], boolean, number][] = [
  ['LA', [17, 16, 15], true, 0],
  ['LA', [17, 15, 14], false, 1],
  ['LA', [15, 14], false, 2],
  ['SA', [-12, -11], true, 0],
  ['SA', [-12, -10], false, 1],
  ['LM', [17, 16, 15, 14, 13], true, 0],
  ['LM', [17, 16, 15, 13], false, 1],
  ['BE', [17, 16, -12], true, 0],
  ['BE', [17, 15, -12], false, 1],
  ['BE', [17, -11], false, 1],
  ['BE', [17], true, 0],
]
test.each(claims)(
  '%s of the integers from -12 to 17: %j is complete: %s, %i missing',
  (which, theta, complete, missing) => {
    expect(completeness(A, claim(which, theta))).toEqual({ complete, missing })
  },
)

test('matrices near 1e±200 are scaled first; a last value within the error of others proves nothing', () => {
  for (const power of [-660, 660]) {
    const scaled = tensor(
      elements(A).map((x) => x * 2 ** power),
      [n, n],
    )
    expect(completeness(scaled, { ...claim('LA', [17, 16]), power }).complete).toBe(true)
    expect(completeness(scaled, { ...claim('LA', [17, 15]), power }).complete).toBe(false)
  }
  expect(completeness(A, { ...claim('LA', [17, 16]), residuals: Float64Array.of(0, 1) }).complete).toBe(
    'unproved',
  )
  expect(completeness(A, claim('LM', [17, 0])).complete).toBe('unproved')
})
