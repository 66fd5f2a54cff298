import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tensor } from '../../src/array/index.ts'
import { add, grad, matmul, mean, square, sub } from '../../src/ops/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { arcCosine } from '../../src/spectra/index.ts'
import { chernoff } from '../../proofs-check/chi-square-tail.ts'
import { depthUnit } from '../../proofs-check/depth.ts'
import { circleShares } from '../../proofs-check/depth-limit.ts'
import { optimalOutput } from '../../proofs-check/dropout-variance.ts'
import { relativeDifference } from '../../proofs-check/hadamard-extrapolation.ts'
import { flipShare } from '../../proofs-check/harmless-noise.ts'
import { logExponent } from '../../proofs-check/lp-distance.ts'
import { spearman, tangentKernel } from '../../proofs-check/ntk-feature-robustness.ts'
import { digamma, lyapunov } from '../../proofs-check/rank-diminishing.ts'
import { printedVariance, separatorVariance } from '../../proofs-check/separator-variance.ts'
import { leastErrors } from '../../proofs-check/shortcut-coordinate.ts'
import { robustError } from '../../proofs-check/sparse-truncation.ts'
import { sigmas } from '../../proofs-check/step-against-failure.ts'
import { lastTwo } from '../../proofs-check/triangular.ts'
import { uncertainty } from '../../proofs-check/uncertainty-principle.ts'

test('depth: relu has unit 1 at every depth, tanh the values of the mean-field recursion', () => {
  expect(depthUnit('relu', 5)).toBeCloseTo(1, 12)
  for (const [L, value] of [
    [1, 0.921],
    [2, 0.894],
    [8, 0.858],
  ] as const)
    // prettier-ignore
    expect(depthUnit('tanh', L)).toBeCloseTo(value, 3)
})

test('harmless-noise: about l/(π√d) for short noise, a half far away along a flipped point', () => {
  for (const d of [1e4, 1e6]) expect(flipShare(d, 1) * Math.PI * Math.sqrt(d)).toBeCloseTo(1, 1)
  expect(flipShare(100, 3)).toBeCloseTo(0.0898, 4)
})

test('step-against-failure: Φ⁻¹, and the line through the same point', () => {
  expect(sigmas(0.3173105)).toBeCloseTo(1, 5)
  expect(sigmas(0.3, 'linear')).toBeCloseTo(sigmas(0.3), 12)
})

test('lp-distance: the exponent of √(d/ln d) lies between 0.4 and 1/2', () => {
  expect(logExponent).toBeGreaterThan(0.4)
  expect(logExponent).toBeLessThan(0.45)
})

test('depth-limit and ntk: arc-cosine kernels at 0, right and straight angles', () => {
  for (const [rho, zeroth, first] of [
    [1, 1, 1],
    [0, 1 / 2, 1 / Math.PI],
    [-1, 0, 0],
    [1 + 1e-15, 1, 1],
  ] as const) {
    const [k0, k1] = arcCosine(rho)
    expect(k0).toBeCloseTo(zeroth, 12)
    expect(k1).toBeCloseTo(first, 12)
  }
})

test('ntk: the gradient of the kernel is its difference quotient', () => {
  const [x, z] = [normal(stream(1), 4), normal(stream(2), 4)]
  const unit = z.map((v) => v / Math.hypot(...z))
  const { alongX, alongZ } = tangentKernel(x, unit)
  for (let i = 0; i < 4; i++) {
    const at = (h: number): number =>
      tangentKernel(
        x.map((v, j) => v + (i === j ? h : 0)),
        unit,
      ).value
    expect(alongX * x[i]! + alongZ * unit[i]!).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6)
  }
})

test('Spearman’s correlation: 1, -1, ties, none', () => {
  expect(spearman([1, 2, 5, 9])).toBeCloseTo(1, 12)
  expect(spearman([4, 3, 1, 0])).toBeCloseTo(-1, 12)
  expect(spearman([2, 2, 2])).toBe(0)
  // By scipy.stats.spearmanr([0, 1, 2, 3], [1, 1, 2, 0]).
  expect(spearman([1, 1, 2, 0])).toBeCloseTo(-0.31622776601683794, 12)
})

test('rank-diminishing: digamma at known points, exponents in falling order with the known sum', () => {
  expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 12)
  expect(digamma(0.5)).toBeCloseTo(-1.9635100260214235, 12)
  const exponents = Array.from({ length: 10 }, (_, i) => lyapunov(10, i + 1))
  expect(exponents).toEqual([...exponents].sort((a, b) => b - a))
  expect(exponents[9]).toBeCloseTo(-1.786, 3)
})

test('separator-variance: the values of the erratum, and the printed ones', () => {
  expect(separatorVariance(10, 10)).toBeCloseTo(0.2225, 6)
  expect(separatorVariance(2, 30)).toBeCloseTo(0.4542, 4)
  expect(printedVariance(2, 30)).toBeCloseTo(0.575, 6)
})

test('chi-square-tail: I(1) = 0, convex, the constants that the theorems need', () => {
  expect(chernoff(1)).toBe(0)
  expect(chernoff(0.0427)).toBeCloseTo(Math.log(3), 2)
  expect(chernoff(0.1018)).toBeCloseTo(Math.log(2), 2)
})

test('sparse-truncation: the robust error against draws', () => {
  const d = 256
  let wrong = 0
  for (let seed = 0; seed < 2000; seed++) {
    const u = normal(stream(seed, 'u'), d)
      .map((g) => 2.5 / Math.sqrt(d) + g)
      .sort()
    if (!(u.subarray(0, d - 12).reduce((s, v) => s + v, 0) > 0)) wrong++
  }
  expect(Math.abs(wrong / 2000 - robustError(d, 6))).toBeLessThan(0.06)
})

test('dropout: the optimal output is where the gradient of the expected loss vanishes', () => {
  const h = tensor(normal(stream(3), 12).map(Math.abs), [3, 4])
  const y = tensor([1, -1, 0.5])
  const loss = (c: typeof y) => add(mean(square(sub(matmul(h, c), y))), mean(matmul(square(h), square(c))))
  const slope = grad(loss)(optimalOutput(h, y)).data
  for (const g of slope) expect(Math.abs(g)).toBeLessThan(1e-12)
})

test('hadamard: differences of polynomials vanish one order above their degree', () => {
  const cubic = (t: number): number => 2 * t * t * t - t + 3
  const values = (n: number): number[] => Array.from({ length: n + 1 }, (_, i) => cubic(5 + i))
  expect(relativeDifference(values(4))).toBeLessThan(1e-14)
  expect(relativeDifference(values(3))).toBeGreaterThan(1e-4)
  expect(relativeDifference([0, 0, 0])).toBe(0)
})

test('uncertainty: sech reaches 0.5236, a Gaussian 1/2', () => {
  const grid = Array.from({ length: 2561 }, (_, i) => i / 64 - 20)
  const sech = grid.map((x) => 1 / Math.cosh(x))
  const slopes = grid.map((x) => -Math.tanh(x) / Math.cosh(x))
  expect(uncertainty(sech, slopes)).toBeCloseTo(Math.PI / 6, 6)
})

test('shortcut: errors forced on narrow networks, none on wide ones', () => {
  expect(leastErrors(8)).toBe(11)
  expect(leastErrors(30)).toBeLessThanOrEqual(0)
})

test('triangular: e is what the others leave of the difference, and exchanges outputs', () => {
  const X = tensor([
    [2, 1, 0.5],
    [0, 1, -1],
    [1, 0, 3],
  ])
  const { e, apart, last, corner } = lastTwo(X)
  // Orthogonal to the first column (2, 0, 1).
  expect(2 * e[0]! + e[2]!).toBeCloseTo(0, 12)
  expect(apart).toBeCloseTo(Math.hypot(0.5, 2, 3), 12)
  expect(last).toBeCloseTo(Math.hypot(0.5, 1, 3), 12)
  // |det| = |R₁₁R₂₂R₃₃|.
  const first = Math.sqrt(5)
  const second = Math.sqrt(2 - (2 / first) ** 2)
  // The determinant of X is 4.5.
  expect(corner).toBeCloseTo(4.5 / (first * second), 10)
})

test('as printed: an independent computation refutes what the claims refute, and gives what they declare', () => {
  const golden = JSON.parse(readFileSync('test/proofs-check/golden/as-printed.json', 'utf8')) as {
    separatorVariance: { variance: number; error: number }
    l1OverL2: { d: number; median: number }[]
    circle: { depth: 5 | 10 | 40 | 160; share: number }[]
  }
  const { variance, error } = golden.separatorVariance
  expect(Math.abs(variance - separatorVariance(2, 30))).toBeLessThan(5 * error)
  expect(Math.abs(variance - printedVariance(2, 30))).toBeGreaterThan(10 * error)
  const [first, , last] = golden.l1OverL2 as [
    { d: number; median: number },
    unknown,
    { d: number; median: number },
  ]
  const exponent = Math.log(last.median / first.median) / Math.log(last.d / first.d)
  expect(exponent).toBeLessThan(0.45)
  expect(exponent).toBeGreaterThan(0.36)
  for (const { depth, share } of golden.circle)
    expect(Math.abs(share - circleShares[depth])).toBeLessThan(0.0015)
})
