import { expect, test } from 'vitest'
import { kinkLoss } from '../../proofs-check/finite-size.ts'
import { declaredFlip, limitFlip } from '../../proofs-check/single-gradient-step/finite.ts'
import { moments, twelve, type Twelve } from '../../proofs-check/single-gradient-step/cells.ts'
import { activations, sampleStepLaw } from '../../src/nets/index.ts'
import { stream } from '../../src/random/index.ts'

const density0 = 0.3989422804014327
const slopes = { relu: [0, 1], leakyRelu: [0.1, 1], abs: [-1, 1] } as const
type Kinked = keyof typeof slopes

const network = (name: Kinked, inputs: number, width: number) => {
  const [left, right] = slopes[name]
  return { inputs, width, left, right, ...moments[name] }
}

/** Mean and standard error of sign(f)(f(x′) - f(x)) + s‖∇f‖² over draws of (★). */
function sampledLoss(
  name: Kinked,
  inputs: number,
  width: number,
  step: number,
  draws: number,
): [number, number] {
  const options = { inputs, width, activation: activations[name], steps: [step] }
  const losses = Array.from({ length: draws }, (_, i) => {
    const { value, gradientNorm, stepped } = sampleStepLaw(options, stream(3, name, inputs, width, i))
    return Math.sign(value) * (stepped[0]! - value) + step * gradientNorm * gradientNorm
  })
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / draws
  const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (draws - 1)
  return [mean, Math.sqrt(variance / draws)]
}

test('the loss at a kink is what draws of (★) show, for d ≫ m, d ≍ m and m ≫ d', () => {
  for (const name of ['relu', 'leakyRelu', 'abs'] as const) {
    for (const [inputs, width] of [
      [200, 3200],
      [800, 800],
      [12800, 400],
    ] as const) {
      const step = Math.sqrt(moments[name].q) / moments[name].p
      const predicted = kinkLoss(network(name, inputs, width), step)
      const [mean, error] = sampledLoss(name, inputs, width, step, 600)
      // The next order is smaller by 1/√min(d, m), up to a constant.
      const allowed = 5 * error + 2 * (predicted / Math.sqrt(Math.min(inputs, width)))
      expect(Math.abs(mean - predicted), `${name} ${inputs} ${width}: ${mean}`).toBeLessThan(allowed)
      expect(predicted).toBeGreaterThan(5 * error)
    }
  }
})

test('far from d ≍ m the loss is one of the two closed forms', () => {
  for (const name of ['relu', 'leakyRelu', 'abs'] as const) {
    const [left, right] = slopes[name]
    const jump = right - left
    const { p } = moments[name]
    const wide = kinkLoss(network(name, 100, 1e12), 1.3)
    expect(wide).toBeCloseTo((1.69 * Math.sqrt(p / 100) * jump * jump * density0) / Math.sqrt(2 * Math.PI), 6)
    const narrow = kinkLoss(network(name, 1e14, 100), 1.3)
    const sides = right * Math.abs(right) - left * Math.abs(left)
    expect(narrow).toBeCloseTo((1.69 * density0 * jump * sides) / 40, 6)
  }
})

test('the flip fractions declared at n = 256 are those of (★)', () => {
  const draws = 1500
  for (const name of twelve) {
    const { q, p } = moments[name]
    const options = { inputs: 256, width: 256, activation: activations[name], steps: [Math.sqrt(q) / p] }
    let flips = 0
    for (let i = 0; i < draws; i++) {
      const { value, stepped } = sampleStepLaw(options, stream(4, name, i))
      if (value * stepped[0]! < 0) flips++
    }
    const declared = declaredFlip(name, 1, 256)
    const sigma = Math.sqrt((declared * (1 - declared)) / draws)
    expect(Math.abs(flips / draws - declared), name).toBeLessThan(5 * sigma)
  }
})

test('the declared bias shrinks with the size and is within reach of the margins', () => {
  for (const name of twelve)
    for (const k of [1, 2, 3]) {
      const bias = (n: number): number => limitFlip(k) - declaredFlip(name as Twelve, k, n)
      expect(bias(1024)).toBeLessThan(0.02)
      expect(bias(4096)).toBeLessThan(0.008)
      expect(bias(1024)).toBeGreaterThan(bias(4096))
      expect(bias(4096)).toBeGreaterThan(0)
    }
})
