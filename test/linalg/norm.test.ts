import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { executor, setExecutor } from '../../src/index.ts'
import { matrixNorm, normUpperBound } from '../../src/linalg/norm.ts'
import { numbers } from '../../src/math/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

/** ‖Ax‖/‖x‖ after a power iteration with AᵀA, which no rounding lifts above the norm by more than a few n·ε. */
function fromBelow(data: ArrayLike<number>, m: number, n: number, steps: number): number {
  let x = Float64Array.from({ length: n }, (_, j) => 1 + (j % 7) / 8)
  let norm = 0
  for (let step = 0; step < steps; step++) {
    const y = new Float64Array(m)
    const z = new Float64Array(n)
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) y[i]! += data[i * n + j]! * x[j]!
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) z[j]! += data[i * n + j]! * y[i]!
    const [before, after] = [x, y].map((v) => Math.sqrt(v.reduce((sum, a) => sum + a * a, 0)))
    if (before === 0 || after === 0) return norm
    norm = Math.max(norm, after! / before!)
    const length = Math.sqrt(z.reduce((sum, a) => sum + a * a, 0))
    x = z.map((a) => a / length)
  }
  return norm
}

test('the bound is above the norm of ten thousand random matrices, and within one per cent', () => {
  let far = 0
  for (let salt = 0; salt < 10_000; salt++) {
    const [m, n] = [1 + (salt % 7), 1 + (Math.floor(salt / 7) % 9)]
    const x = normal(stream(salt, 'norm'), m * n)
    const kind = salt % 4
    const data = x.map((a, k) =>
      kind === 1
        ? numbers.scale2(a, -3 * (k % n))
        : kind === 2
          ? Math.abs(a)
          : kind === 3
            ? Math.round(a)
            : a,
    )
    const bound = normUpperBound(tensor(data, [m, n]))
    const below = fromBelow(data, m, n, 60)
    if (!(bound >= below * (1 - (m + n) * 2.220446049250313e-16))) expect(bound).toBeGreaterThanOrEqual(below)
    if (bound > 1.01 * below) far++
  }
  // Where the two largest singular values are close together, the iteration has not arrived.
  expect(far).toBeLessThan(200)
})

test.each([[1], [1e150], [1e-150], [1e-310], [1e300]])('larger matrices, times %f', (scale) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(9999),
      (m, n, salt) => {
        const data = normal(stream(salt), m * n)
        const below = fromBelow(data, m, n, 300)
        const bound =
          normUpperBound(
            tensor(
              data.map((x) => x * scale),
              [m, n],
            ),
          ) / scale
        // Subnormal elements have few digits.
        const exact = scale > 1e-300 ? (m + n) * 2.220446049250313e-16 : 1e-9
        expect(bound).toBeGreaterThanOrEqual(below * (1 - exact))
        expect(bound).toBeLessThan(below * 1.02)
      },
    ),
    { numRuns: 25 },
  )
})

test('rank one matrices of integers, whose norm is the root of an integer, in exact arithmetic', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 20 }),
      (u, v) => {
        const A = tensor(
          u.flatMap((a) => v.map((b) => a * b)),
          [u.length, v.length],
        )
        const square = [u, v].map((w) => w.reduce((sum, a) => sum + a * a, 0)).reduce((a, b) => a * b, 1)
        const bound = normUpperBound(A)
        // A multiple of 2⁻⁶⁰, as it is above 1 or is 0.
        const scaled = BigInt(bound * 1152921504606846976)
        expect(scaled * scaled >= BigInt(square) << 120n).toBe(true)
        expect(bound).toBeLessThanOrEqual(Math.sqrt(square) * 1.006)
      },
    ),
    { numRuns: 300 },
  )
})

test('equal singular values, where powers take longest', () => {
  const identity = tensor(
    Float64Array.from({ length: 10_000 }, (_, k) => (k % 101 === 0 ? 3 : 0)),
    [100, 100],
  )
  expect(normUpperBound(identity)).toBeGreaterThanOrEqual(3)
  expect(normUpperBound(identity)).toBeLessThan(3.02)
  // Sylvester's matrix of signs: orthogonal times √128.
  const hadamard = Float64Array.from({ length: 128 * 128 }, (_, k) => {
    let bits = Math.floor(k / 128) & (k % 128)
    let sign = 1
    for (; bits > 0; bits &= bits - 1) sign = -sign
    return sign
  })
  const bound = normUpperBound(tensor(hadamard, [128, 128]))
  expect(bound * bound).toBeGreaterThanOrEqual(128)
  expect(bound).toBeLessThan(1.01 * Math.sqrt(128))
})

test('norms by their definitions', () => {
  const A = tensor([
    [1, -2, 3],
    [-4, 5, 0],
  ])
  expect(matrixNorm(A, 1)).toBe(7)
  expect(matrixNorm(A, 'inf')).toBe(9)
  expect(matrixNorm(A, 'max')).toBe(5)
  expect(matrixNorm(A, 'fro')).toBe(Math.sqrt(55))
  const scaledBy = (scale: number): Tensor =>
    tensor([
      [3 * scale, 0],
      [0, -4 * scale],
    ])
  for (const scale of [1e150, 1e-150, 1e300, 1e-300])
    expect(matrixNorm(scaledBy(scale), 'fro') / scale).toBeCloseTo(5, 13)
  for (const shape of [
    [0, 0],
    [0, 3],
    [3, 0],
  ]) {
    const empty = tensor([], shape)
    expect((['max', 'fro', 'inf', 1] as const).map((kind) => matrixNorm(empty, kind))).toEqual([0, 0, 0, 0])
    expect(normUpperBound(empty)).toBe(0)
  }
  expect(normUpperBound(tensor([[0, 0]]))).toBe(0)
  // √2 units, rounded up.
  expect(normUpperBound(tensor([[5e-324, 5e-324]]))).toBe(1e-323)
})

test('both executors give the same bits', () => {
  const A = tensor(normal(stream(1), 70 * 50), [70, 50])
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    return normUpperBound(A)
  })
  expect(bits[0]).toBe(bits[1])
})

test('refusals', () => {
  expect(() => matrixNorm(tensor([[1]]), 2 as 1)).toThrow(
    'matrixNorm: expected norm 1, inf, fro or max, got 2',
  )
  expect(() => matrixNorm(tensor([1]), 1)).toThrow('matrixNorm: expected a matrix, got shape [1]')
  expect(() => normUpperBound(tensor([[NaN]]))).toThrow(
    'normUpperBound: expected finite elements, got NaN at 0',
  )
  const large = 1.7e308
  expect(() => normUpperBound(tensor([[large, large]]))).toThrow(
    'normUpperBound: expected a norm within the range of numbers, got more',
  )
})
