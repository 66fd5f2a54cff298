import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { matmul, transpose } from '../../src/index.ts'
import { eigh } from '../../src/linalg/eigh.ts'
import { expm, funm, slq } from '../../src/linalg/krylov-functions.ts'
import { diagonal, operator } from '../../src/linalg/operator.ts'
import { trace, type TraceOptions } from '../../src/linalg/trace.ts'
import { exp } from '../../src/math/index.ts'
import { lengthOf, normals } from './spectra.ts'

const random = normals(3)

/** Random, symmetric, with eigenvalues between about ±2. */
function symmetric(name: string, n: number): Tensor {
  const G = random(name, n, n)
  return tensor(
    Array.from(G.data, (x, k) => (x + G.data[(k % n) * n + Math.floor(k / n)]!) / Math.sqrt(2 * n)),
    [n, n],
  )
}

/** f(A) b by all eigenvalues. */
function exact(A: Tensor, f: (x: number) => number, b: Tensor): Tensor {
  const { values, vectors } = eigh(A)
  const c = matmul(transpose(vectors), b)
  return matmul(vectors, tensor(Array.from(c.data, (x, i) => f(values.data[i]!) * x)))
}

test.each([
  ['exponential', (x: number) => exp(x)],
  ['square root of a shift', (x: number) => Math.sqrt(5 + x)],
  ['resolvent', (x: number) => 1 / (x - 4)],
])('%s of a symmetric operator', async (_, f) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.nat(99), async (n, salt) => {
      const A = symmetric(`A${salt}`, n)
      const b = random(`b${salt}`, n)
      const expected = exact(A, f, b)
      const { value, converged, products } = await funm(A, f, b)
      expect(converged).toBe(true)
      const off = lengthOf(Array.from(value.data, (x, i) => x - expected.data[i]!))
      expect(off).toBeLessThan(1e-10 * lengthOf(expected.data))
      expect(products).toBeLessThanOrEqual(n)
    }),
    { numRuns: 25 },
  )
})

test('exp(tA) is a semigroup, and exact on an invariant space after as many steps as it has dimensions', async () => {
  const A = symmetric('A', 80)
  const b = random('b', 80)
  const once = await expm(A, b, { t: 1.5 })
  const half = await expm(A, b, { t: 0.75 })
  const twice = await expm(A, half.value, { t: 0.75 })
  expect(lengthOf(Array.from(once.value.data, (x, i) => x - twice.value.data[i]!))).toBeLessThan(
    1e-11 * lengthOf(once.value.data),
  )
  const three = await expm(diagonal([1, 2, 2, 3, 3, 3]), tensor([1, 1, 1, 1, 1, 1]))
  expect(three.products).toBe(3)
  expect(three.value.data[5]).toBeCloseTo(Math.exp(3), 10)
  const zero = await expm(A, tensor(new Float64Array(80)))
  expect([zero.converged, lengthOf(zero.value.data)]).toEqual([true, 0])
})

test('too few steps are not called converged, and values that are not finite are refused', async () => {
  const A = symmetric('A', 100)
  const b = random('b', 100)
  expect((await funm(A, (x) => 1 / (x - 2.9), b, { steps: 5 })).converged).toBe(false)
  await expect(funm(diagonal([1, 2]), (x) => Math.sqrt(x - 1.5), tensor([1, 1]))).rejects.toThrow(
    'funm: expected finite values of the function, got NaN at ',
  )
  await expect(funm(A, exp, b, { steps: 0 })).rejects.toThrow(
    'funm: expected steps to be an integer of at least 1, got 0',
  )
})

test('quadrature: weights sum to 1, moments are those of the matrix, clusters get their masses', async () => {
  const n = 400
  // Three clusters with 10%, 30% and 60% of the eigenvalues.
  const d = Float64Array.from({ length: n }, (_, i) => (i < 40 ? 5 : i < 160 ? 1 : -2) + (i % 7) * 1e-3)
  const { points, weights, products } = await slq(diagonal(d), { samples: 30, steps: 20, seed: 4 })
  expect(Math.abs(weights.reduce((sum, w) => sum + w, 0) - 1)).toBeLessThan(1e-12)
  expect(products).toBe(600)
  const mass = (from: number, to: number): number =>
    weights.reduce((sum, w, i) => (points[i]! >= from && points[i]! < to ? sum + w : sum), 0)
  expect(Math.abs(mass(4, 6) - 0.1)).toBeLessThan(0.02)
  expect(Math.abs(mass(0, 2) - 0.3)).toBeLessThan(0.02)
  expect(Math.abs(mass(-3, 0) - 0.6)).toBeLessThan(0.02)
  // Random signs give the trace of a diagonal matrix itself, and so every moment that a Gauss rule sees.
  const moment = (k: number): number => weights.reduce((sum, w, i) => sum + w * points[i]! ** k, 0)
  for (const k of [1, 2, 5]) expect(moment(k)).toBeCloseTo(d.reduce((sum, x) => sum + x ** k, 0) / n, 8)
  expect(await slq(diagonal(d), { samples: 2, steps: 5, seed: 4 })).toEqual(
    await slq(diagonal(d), { samples: 2, steps: 5, seed: 4 }),
  )
})

test('the density of a Wishart matrix tends to that of Marchenko & Pastur', async () => {
  const distance = async (n: number): Promise<number> => {
    const G = random(`G${n}`, 2 * n, n)
    const W = tensor(
      Array.from(matmul(transpose(G), G).data, (x) => x / (2 * n)),
      [n, n],
    )
    const { points, weights } = await slq(W, { samples: 20, steps: 30 })
    // The distribution function by a sum over the density, λ = 1/2.
    const [low, high] = [(1 - Math.SQRT1_2) ** 2, (1 + Math.SQRT1_2) ** 2]
    const grid = Array.from({ length: 400 }, (_, i) => low + ((high - low) * (i + 0.5)) / 400)
    const step = (high - low) / 400
    let [theirs, ours, at, sum] = [0, 0, 0, 0]
    for (const x of grid) {
      theirs += (Math.sqrt((high - x) * (x - low)) / (Math.PI * x)) * step
      while (at < points.length && points[at]! <= x + step / 2) ours += weights[at++]!
      sum += Math.abs(theirs - ours) * step
    }
    return sum
  }
  const [small, large] = [await distance(20), await distance(200)]
  expect(large).toBeLessThan(0.02)
  expect(large).toBeLessThan(small)
})

const estimators = ['hutchinson', 'hutch++', 'xtrace'] as const

test.each(estimators)(
  'the trace by %s: unbiased, with an honest error; the same seed gives the same bits',
  async (method) => {
    const A = symmetric('A', 60)
    const exactTrace = (A.storage() as Float64Array).reduce(
      (sum: number, x: number, k: number) => (k % 61 === 0 ? sum + x : sum),
      0,
    )
    const runs = await Promise.all(
      Array.from({ length: 300 }, (_, seed) => trace(A, { method, products: 30, seed })),
    )
    const off = runs.map(({ value }) => value - exactTrace)
    const mean = off.reduce((sum, x) => sum + x, 0) / off.length
    const deviation = Math.sqrt(off.reduce((sum, x) => sum + x * x, 0) / off.length)
    expect(Math.abs(mean)).toBeLessThan((4.5 * deviation) / Math.sqrt(off.length))
    const rms = Math.sqrt(runs.reduce((sum, { error }) => sum + error * error, 0) / runs.length)
    expect(rms / deviation).toBeGreaterThan(0.7)
    expect(rms / deviation).toBeLessThan(1.6)
    for (const { products } of runs) expect(products).toBeLessThanOrEqual(30)
    expect(await trace(A, { method, products: 30, seed: 7 })).toEqual(runs[7])
  },
)

test('where the spectrum decays, Hutch++ and XTrace are far better than Hutchinson; of low rank they are exact', async () => {
  const d = Float64Array.from({ length: 300 }, (_, i) => 1 / ((i + 1) * (i + 1)))
  const Q = eigh(symmetric('Q', 300)).vectors
  const apply = (x: Float64Array): Float64Array => {
    const c = matmul(transpose(Q), tensor(x))
    return matmul(Q, tensor(Array.from(c.data, (y, i) => d[i]! * y)))
      .storage()
      .slice() as Float64Array
  }
  const A = operator(apply, 300)
  const exactTrace = d.reduce((sum, x) => sum + x, 0)
  const rms = async (options: TraceOptions): Promise<number> => {
    let sum = 0
    for (let seed = 0; seed < 8; seed++)
      sum += ((await trace(A, { ...options, seed })).value - exactTrace) ** 2
    return Math.sqrt(sum / 8)
  }
  const plain = await rms({ method: 'hutchinson', products: 60 })
  expect(await rms({ method: 'hutch++', products: 60 })).toBeLessThan(plain / 5)
  expect(await rms({ method: 'xtrace', products: 60 })).toBeLessThan(plain / 10)
  const low = diagonal(Float64Array.from({ length: 100 }, (_, i) => (i < 5 ? i + 1 : 0)))
  for (const method of ['hutch++', 'xtrace'] as const) {
    const { value, error } = await trace(low, { method, products: 40 })
    expect(value).toBeCloseTo(15, 9)
    expect(error).toBeLessThan(1e-9)
  }
})

test('traces of what is small, empty or wrong', async () => {
  for (const method of estimators) {
    expect((await trace(diagonal([]), { method })).value).toBe(0)
    expect((await trace(diagonal([3]), { method })).value).toBeCloseTo(3, 12)
    expect((await trace(diagonal([1, 2e200]), { method, products: 40 })).value / 2e200).toBeCloseTo(1, 10)
  }
  await expect(trace(diagonal([1]), { products: 3 })).rejects.toThrow(
    'trace: expected products to be an integer of at least 6, got 3',
  )
  await expect(trace(diagonal([1]), { method: 'x' as never })).rejects.toThrow(
    'trace: expected a method of hutchinson, hutch++, xtrace, got x',
  )
  await expect(slq(diagonal([]))).rejects.toThrow(
    'slq: expected an operator of at least one row, got one of none',
  )
})
