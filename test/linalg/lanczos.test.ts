import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { lanczos, type Lanczos } from '../../src/linalg/lanczos.ts'
import { dense, diagonal, operator } from '../../src/linalg/operator.ts'
import { smallEigen, smallSvd } from '../../src/linalg/projected.ts'
import { setExecutor } from '../../src/run/index.ts'
import { EPSILON, elements, orthogonality, randomSymmetric, withSpectrum } from './spectra.ts'

/** max |A V - V T - r eᵀ|. */
function equationError(A: Tensor, { V, alpha, beta, remainder }: Lanczos): number {
  const [n, steps] = V.shape as [number, number]
  const [a, v, r] = [A, V, remainder].map(elements) as [Float64Array, Float64Array, Float64Array]
  const at = (i: number, j: number): number => (j >= 0 && j < steps ? v[i * steps + j]! : 0)
  let worst = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < steps; j++) {
      let sum = j === steps - 1 ? -r[i]! : 0
      for (let l = 0; l < n; l++) sum += a[i * n + l]! * at(l, j)
      sum -=
        alpha.data[j]! * at(i, j) +
        (beta.data[j - 1] ?? 0) * at(i, j - 1) +
        (beta.data[j] ?? 0) * at(i, j + 1)
      worst = Math.max(worst, Math.abs(sum))
    }
  }
  return worst
}

function ritzValues({ alpha, beta }: Lanczos): Float64Array {
  const rows = Array.from(alpha.data, (a, i) => {
    const row = new Float64Array(alpha.size)
    row[i] = a
    if (i > 0) row[i - 1] = beta.data[i - 1]!
    return row
  })
  return smallEigen(rows).values
}

test.each([1, 2, 5, 60])('A V = V T + r eᵀ with orthonormal V for n = %i', async (n) => {
  const A = randomSymmetric(n, n)
  const norm = 4 * Math.sqrt(n) + 4
  for (const steps of [1, Math.ceil(n / 2), n]) {
    const result = await lanczos(A, { steps })
    expect(equationError(A, result)).toBeLessThan(20 * n * EPSILON * norm)
    expect(orthogonality(result.V)).toBeLessThan(20 * EPSILON)
    expect(result.loss).toBeLessThan(20 * EPSILON)
    expect(result.products).toBe(steps)
  }
})

test('scales with the matrix by powers of two, near 1e±150 as well', async () => {
  const A = randomSymmetric(20, 3)
  const plain = await lanczos(A, { steps: 12 })
  for (const power of [-500, 500]) {
    const factor = 2 ** power
    const result = await lanczos(
      tensor(
        elements(A).map((x) => x * factor),
        [20, 20],
      ),
      { steps: 12 },
    )
    expect(result.V.data).toEqual(plain.V.data)
    expect(result.alpha.data).toEqual(elements(plain.alpha).map((x) => x * factor))
  }
})

test('300 steps stay orthogonal', async () => {
  const d = Float64Array.from({ length: 2000 }, (_, i) => (i === 1999 ? 1e4 : i))
  const { loss } = await lanczos(diagonal(d), { steps: 300 })
  expect(loss).toBeLessThan(1e-13)
})

test('without reorthogonalisation the largest eigenvalue has ghosts, with it none', async () => {
  const d = Float64Array.from({ length: 300 }, (_, i) => (i === 299 ? 5 : i / 300))
  const near5 = (result: Lanczos): number => ritzValues(result).filter((x) => Math.abs(x - 5) < 1e-8).length
  const options = { steps: 100 } as const
  const none = await lanczos(diagonal(d), { ...options, reorthogonalize: 'none' })
  const twice = await lanczos(diagonal(d), options)
  expect(near5(none)).toBeGreaterThan(1)
  expect(none.loss).toBeGreaterThan(0.5)
  expect(none.reorthogonalizations).toBe(0)
  expect(near5(twice)).toBe(1)
})

test('an invariant space is reported, and the process goes on across it', async () => {
  const A = withSpectrum([3, 3, 3, 1, 1, 0, 0, 0], 8, 8, 1, true)
  const result = await lanczos(A, { steps: 8 })
  expect(result.breakdowns.length).toBeGreaterThan(0)
  result.breakdowns.forEach((step) => expect(result.beta.data[step - 1]).toBe(0))
  expect(result.loss).toBeLessThan(1e-13)
  const values = ritzValues(result)
  const expected = [0, 0, 0, 1, 1, 3, 3, 3]
  values.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-13))
  const zero = await lanczos(diagonal([0, 0, 0]))
  expect([...zero.alpha.data, ...zero.beta.data]).toEqual([0, 0, 0, 0, 0])
  expect(zero.breakdowns).toEqual([1, 2])
})

test('same seed, same bits, by both executors; another seed, others; a start is taken', async () => {
  const A = randomSymmetric(50, 1)
  const once = await lanczos(A, { seed: 3, steps: 20 })
  setExecutor('interpret')
  try {
    expect(await lanczos(A, { seed: 3, steps: 20 })).toEqual(once)
  } finally {
    setExecutor('compile')
  }
  expect((await lanczos(A, { seed: 4, steps: 20 })).V.data).not.toEqual(once.V.data)
  const start = tensor(new Float64Array(50).fill(2, 7, 8))
  const first = (await lanczos(dense(A), { start, steps: 1 })).V
  expect(first.data[7]).toBe(1)
})

test.each([
  [{ steps: 4 }, 'lanczos: expected steps to be an integer in [1,3], got 4'],
  [{ reorthogonalize: 'once' as 'none' }, 'lanczos: expected reorthogonalize to be twice or none, got once'],
  [{ start: tensor([0, 0, 0]) }, 'lanczos: expected a start that is not 0, got zeros'],
  [{ start: tensor([1, 0]) }, 'lanczos: expected a vector of 3 numbers, got shape [2]'],
])('refusal %#', async (options, message) => {
  await expect(lanczos(diagonal([1, 2, 3]), options)).rejects.toThrow(message)
})

test('answers that are none are refused with the number of the product', async () => {
  let product = 0
  const broken = operator((x) => (++product === 3 ? x.map(() => NaN) : x.map((y, i) => i * y)), 9)
  await expect(lanczos(broken)).rejects.toThrow(
    'lanczos: expected finite numbers from product 3, got NaN at 0',
  )
  const short = operator(() => new Float64Array(2), 9)
  await expect(lanczos(short)).rejects.toThrow('lanczos: expected 9 numbers from product 1, got 2')
  await expect(lanczos((x) => x)).rejects.toThrow('lanczos: expected the option n with a function, got none')
})

test('the small solvers: S Θ Sᵀ and U Σ Vᵀ give the matrix back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(1000), fc.nat(3), (n, seed, kind) => {
      const values = Array.from({ length: n }, (_, i) => [i + 1, 1, 2 ** -i, i % 3][kind]!)
      const A = elements(withSpectrum(values, n, n, seed, true))
      const rows = Array.from({ length: n }, (_, i) => A.slice(i * n, (i + 1) * n))
      const eigen = smallEigen(rows)
      const svd = smallSvd(rows)
      const bound = 20 * n * EPSILON * Math.max(...values)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let [e, s] = [-rows[i]![j]!, -rows[j]![i]!]
          let [gram, left, right] = i === j ? [-1, -1, -1] : [0, 0, 0]
          for (let l = 0; l < n; l++) {
            e += eigen.vectors[l]![i]! * eigen.values[l]! * eigen.vectors[l]![j]!
            s += svd.left[l]![i]! * svd.values[l]! * svd.right[l]![j]!
            gram += eigen.vectors[i]![l]! * eigen.vectors[j]![l]!
            left += svd.left[i]![l]! * svd.left[j]![l]!
            right += svd.right[i]![l]! * svd.right[j]![l]!
          }
          expect(Math.max(Math.abs(e), Math.abs(s))).toBeLessThan(bound)
          for (const g of [gram, left, right]) expect(Math.abs(g)).toBeLessThan(20 * n * EPSILON)
        }
      }
    }),
    { numRuns: 30 },
  )
})
