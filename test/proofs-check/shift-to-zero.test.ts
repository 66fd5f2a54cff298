import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lengthOf } from '../../src/array/index.ts'
import { cholesky } from '../../src/linalg/index.ts'
import { stream } from '../../src/random/index.ts'
import { kernelPoints, kernelSpectrum, matvec, meanLog, setPoints } from '../../proofs-check/kernel-points.ts'
import { gram } from '../../proofs-check/random-features.ts'
import { deepCell, shiftExperiment, type ShiftMeasurement } from '../../proofs-check/shift-to-zero.ts'

type Medians = Readonly<Record<'append' | 'appendRandom' | 'order' | 'replace', number>>
const golden = JSON.parse(
  readFileSync(new URL('golden/shift-to-zero.json', import.meta.url), 'utf8'),
) as Readonly<Record<'trained' | 'untrained', Medians>>

test.each(['trained', 'untrained'] as const)(
  '%s: medians are those of an independent program',
  async (kind) => {
    const found: ShiftMeasurement[] = []
    const cell = { ...deepCell, steps: kind === 'trained' ? deepCell.steps : 0 }
    for (let seed = 0; seed < 40; seed++) found.push(await shiftExperiment(cell, stream(seed, 'golden')))
    const median = (name: keyof Medians): number => {
      const sorted = found.map((one) => one[name]).toSorted((a, b) => a - b)
      return (sorted[19]! + sorted[20]!) / 2
    }
    // Three standard errors of a median of 40, from the quartiles of the pilot.
    for (const [name, room] of [
      ['append', 0.045],
      ['appendRandom', 0.045],
      ['order', 0.017],
      ['replace', 0.012],
    ] as const)
      // prettier-ignore
      expect(Math.abs(median(name) - golden[kind][name]), name).toBeLessThan(room)
  },
)

test('sets are what they are called: interpolated, on the boundary, moved by one length, none in two sets', async () => {
  for (const layers of ['deep', 'conv'] as const) {
    const found = (await kernelPoints({ ...deepCell, layers }, stream(1)))!
    const f = (points: readonly Float64Array[]): Float64Array =>
      matvec(found.featuresOf(points), found.readout)
    f(found.train.points).forEach((value, i) => expect(value).toBeCloseTo(found.train.labels[i]!, 8))
    f(found.clean.points).forEach((value, i) => expect(value * found.clean.labels[i]!).toBeGreaterThan(0))
    f(found.adversarial).forEach((value, i) => {
      expect(value * found.clean.labels[i]!).toBeLessThan(0)
      expect(Math.abs(value)).toBeLessThan(1e-6)
    })
    for (let i = 0; i < setPoints; i++) {
      const length = (moved: Float64Array): number =>
        lengthOf(moved.map((v, k) => v - found.clean.points[i]![k]!))
      expect(length(found.random[i]!)).toBeCloseTo(length(found.adversarial[i]!), 10)
    }
    const all = [found.train, found.clean, found.fresh].flatMap(({ points }) => points)
    expect(new Set(all).size).toBe(all.length)
  }
})

test('the mean of log₁₀ λ is that of the determinant', async () => {
  const found = (await kernelPoints(deepCell, stream(2)))!
  const { points } = found.train
  const n = points.length
  const L = cholesky(gram(found.featuresOf(points))).data
  let sum = 0
  for (let i = 0; i < n; i++) sum += 2 * Math.log10(L[i * (n + 1)]!)
  expect(meanLog(kernelSpectrum(found, points))).toBeCloseTo(sum / n - Math.log10(n), 8)
  expect(meanLog(Float64Array.of(1, 0))).toBeNaN()
})
