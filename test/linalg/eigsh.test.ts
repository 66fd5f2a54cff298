import { expect, test } from 'vitest'
import { tensor } from '../../src/array/index.ts'
import { eigsh, type Eigsh, type EigshOptions } from '../../src/linalg/eigsh.ts'
import { dense, diagonal, operator, shiftedOperator, type Operator } from '../../src/linalg/operator.ts'
import type { Matrix } from '../../src/linalg/product.ts'
import { sparse } from '../../src/linalg/sparse.ts'
import { setExecutor } from '../../src/run/index.ts'
import { EPSILON, elements, matrix, orthogonality, randomSymmetric, withSpectrum } from './spectra.ts'

const column = ({ vectors }: Eigsh, j: number): Float64Array => {
  const [n, k] = vectors.shape as [number, number]
  return Float64Array.from({ length: n }, (_, i) => vectors.data[i * k + j]!)
}
const length = (x: Float64Array): number => Math.sqrt(x.reduce((sum, a) => sum + a * a, 0))

/** Values, orthonormal vectors, and residuals that are those reported. */
async function expectPairs(
  A: Operator,
  found: Eigsh,
  expected: readonly number[],
  norm: number,
): Promise<void> {
  const bound = (60 + 4 * Math.sqrt(A.rows)) * EPSILON * norm
  expect(found.values.shape).toEqual([expected.length])
  expect(found.converged).toEqual(expected.map(() => true))
  expect(orthogonality(found.vectors)).toBeLessThan(1e-13)
  for (const [j, value] of expected.entries()) {
    const theta = found.values.data[j]!
    expect(Math.abs(theta - value)).toBeLessThanOrEqual(bound)
    const v = column(found, j)
    const y = await A.apply(v)
    const residual = length(y.map((x, i) => x - theta * v[i]!))
    expect(residual).toBeLessThanOrEqual(bound)
    expect(Math.abs(residual - found.residuals.data[j]!)).toBeLessThanOrEqual(0.1 * residual + 1e-14 * norm)
  }
}

const falling = (values: readonly number[]): number[] => values.toSorted((a, b) => b - a)
const spectrum = Array.from({ length: 150 }, (_, i) => i - 60 + (i % 7) / 10)
const wanted: readonly [EigshOptions['which'] & string, (sorted: number[]) => number[]][] = [
  ['LA', (sorted) => sorted.slice(0, 5)],
  ['SA', (sorted) => sorted.reverse().slice(0, 5)],
  ['LM', (sorted) => sorted.sort((a, b) => Math.abs(b) - Math.abs(a)).slice(0, 5)],
  ['BE', (sorted) => [...sorted.slice(0, 3), ...sorted.slice(-2)]],
]
test.each(wanted)(
  '%s: the wanted pairs in their order, of matrix, operator and function',
  async (which, pick) => {
    const A = withSpectrum(spectrum, 150, 150, 1, true)
    const expected = pick(falling(spectrum))
    const later = async (x: Float64Array): Promise<Float64Array> => dense(A).apply(x)
    const inputs: [Matrix, true | 'unproved'][] = [
      [A, true],
      [dense(A), 'unproved'],
      [later, 'unproved'],
    ]
    for (const [input, complete] of inputs) {
      const found = await eigsh(input, { k: 5, which, n: 150 })
      await expectPairs(dense(A), found, expected, 92)
      expect(found.complete).toBe(complete)
      expect(found.message).toBeUndefined()
    }
  },
)

const tridiagonal = (n: number): Operator =>
  operator((x) => x.map((a, i) => (i + 1) * a + (i > 0 ? x[i - 1]! : 0) + (i < n - 1 ? x[i + 1]! : 0)), n)
test.each([
  [20, 800],
  [40, 550],
])(
  'two pairs of a tridiagonal matrix of 12,000 rows, %i vectors: at most %i products',
  async (maxDim, most) => {
    const found = await eigsh(tridiagonal(12000), { k: 2, maxDim, tol: 0.11 / 12001 })
    expect(found.products).toBeLessThanOrEqual(most)
    found.residuals.data.forEach((r) => expect(r).toBeLessThanOrEqual(0.11))
    expect(found.converged).toEqual([true, true])
    // The top of such a matrix does not depend on what is far below it.
    const top = await eigsh(tridiagonal(60), { k: 2 })
    top.values.data.forEach((x, j) =>
      expect(Math.abs(x + 11940 - found.values.data[j]!)).toBeLessThan(0.11 * 0.11),
    )
  },
)

const cycle = (n: number): Operator => {
  const at = Array.from({ length: n }, (_, i) => i)
  const next = at.map((i) => (i + 1) % n)
  return sparse({
    rows: n,
    columns: n,
    row: [...at, ...at, ...next],
    column: [...at, ...next, ...at],
    values: [...at.map(() => 2), ...at.map(() => -1), ...at.map(() => -1)],
  })
}
const cycleValues = (n: number): number[] =>
  falling(Array.from({ length: n }, (_, i) => 2 - 2 * Math.cos((2 * Math.PI * i) / n)))

test.each([5, 6])('the cycle of 20 has its multiplicities for k = %i', async (k) => {
  const found = await eigsh(cycle(20), { k })
  await expectPairs(cycle(20), found, cycleValues(20).slice(0, k), 4)
  expect(found.complete).toBe(true)
})

test('the smallest eigenvalues of a Laplacian, with its zero', async () => {
  const path = operator(
    (x) => x.map((a, i) => (i > 0 ? a - x[i - 1]! : 0) + (i < 399 ? a - x[i + 1]! : 0)),
    400,
  )
  const expected = Array.from({ length: 5 }, (_, i) => 2 - 2 * Math.cos((Math.PI * i) / 400))
  const found = await eigsh(path, { k: 5, which: 'SA', tol: 1e-10 })
  await expectPairs(path, found, expected, 4)
  found.residuals.data.forEach((r) => expect(r).toBeLessThan(1e-10))
})

test('blocks find copies: diag(1, 1, 0, 0), and pairs of a long cycle', async () => {
  const two = await eigsh(diagonal([1, 1, 0, 0]), { k: 2, block: 2 })
  await expectPairs(diagonal([1, 1, 0, 0]), two, [1, 1], 1)
  const values = cycleValues(300)
  const found = await eigsh(cycle(300), { k: 6, block: 2 })
  await expectPairs(cycle(300), found, values.slice(0, 6), 4)
})

const few: [string, number[]][] = [
  ['identity', Array.from({ length: 200 }, () => 1)],
  ['zero', Array.from({ length: 200 }, () => 0)],
  ['rank one', Array.from({ length: 200 }, (_, i) => (i === 17 ? 3 : 0))],
  ['two values', Array.from({ length: 200 }, (_, i) => (i < 9 ? 3 : -1))],
  ['three values', Array.from({ length: 200 }, (_, i) => (i < 20 ? 2 : i < 110 ? 1 : 0))],
]
test.each(few)('%s of 200 rows, k = 20, whatever the seed', async (_, d) => {
  const expected = falling(d).slice(0, 20)
  for (let seed = 1; seed <= 25; seed++) {
    const found = await eigsh(diagonal(d), { k: 20, seed })
    found.values.data.forEach((x, j) => expect(Math.abs(x - expected[j]!)).toBeLessThan(1e-13))
    expect(found.converged.every(Boolean)).toBe(true)
    expect(orthogonality(found.vectors)).toBeLessThan(1e-13)
  }
})

test.each([1e-150, 1e150, 3e-290])('a matrix of elements near %f', async (scale) => {
  const A = withSpectrum(spectrum, 150, 150, 2, true)
  const found = await eigsh(
    tensor(
      elements(A).map((x) => x * scale),
      [150, 150],
    ),
    { k: 3 },
  )
  falling(spectrum)
    .slice(0, 3)
    .forEach((x, j) => expect(Math.abs(found.values.data[j]! / scale - x)).toBeLessThan(1e-12))
  expect(found.converged).toEqual([true, true, true])
  expect(found.complete).toBe(true)
})

test('1 × 1, empty, and k = n', async () => {
  const one = await eigsh(tensor([[-3]]))
  expect([...one.values.data, Math.abs(one.vectors.data[0]!), one.complete]).toEqual([-3, 1, true])
  const empty = await eigsh(matrix(new Float64Array(0), 0, 0))
  expect([empty.values.shape, empty.vectors.shape, empty.complete]).toEqual([[0], [0, 0], true])
  const A = randomSymmetric(30, 1)
  const found = await eigsh(A, { k: 30 })
  expect(orthogonality(found.vectors)).toBeLessThan(1e-13)
  const trace = elements(A).reduce((sum, a, at) => (at % 31 === 0 ? sum + a : sum), 0)
  expect(Math.abs(elements(found.values).reduce((a, b) => a + b) - trace)).toBeLessThan(1e-12)
})

test('same seed, same bits, by both executors; products are counted', async () => {
  const A = withSpectrum(spectrum, 150, 150, 3, true)
  const once = await eigsh(A, { k: 3, seed: 5 })
  setExecutor('interpret')
  try {
    expect(await eigsh(A, { k: 3, seed: 5 })).toEqual(once)
  } finally {
    setExecutor('compile')
  }
  let products = 0
  const counted = operator((x) => (products++, dense(A).apply(x)), 150)
  expect((await eigsh(counted, { k: 3, seed: 5 })).products).toBe(products)
})

test('near a shift, by a solver', async () => {
  const d = Array.from({ length: 150 }, (_, i) => (i * i) / 10 + 1)
  const sigma = 41.7
  const found = await eigsh(diagonal(d), { k: 4, sigma, solve: (x) => x.map((a, i) => a / (d[i]! - sigma)) })
  const expected = d.toSorted((a, b) => Math.abs(a - sigma) - Math.abs(b - sigma)).slice(0, 4)
  found.values.data.forEach((x, j) => expect(Math.abs(x - expected[j]!)).toBeLessThan(1e-11))
  found.residuals.data.forEach((r) => expect(r).toBeLessThan(1e-9))
  expect(found.converged).toEqual([true, true, true, true])
})

test('A x = λ B x in the inner product of B', async () => {
  const [a, b] = [spectrum.map((x, i) => x * (1 + i)), spectrum.map((_, i) => (1 + i) * 1e-3)]
  const metric = {
    apply: (x: Float64Array) => x.map((y, i) => y * b[i]!),
    solve: (x: Float64Array) => x.map((y, i) => y / b[i]!),
  }
  const found = await eigsh(diagonal(a), { k: 4, b: metric })
  const expected = falling(spectrum.map((x) => x * 1e3))
  for (let j = 0; j < 4; j++) {
    expect(Math.abs(found.values.data[j]! - expected[j]!)).toBeLessThan(1e-8)
    for (let l = 0; l <= j; l++) {
      const inner = column(found, j).reduce((sum, x, i) => sum + x * b[i]! * column(found, l)[i]!, 0)
      expect(Math.abs(inner - (j === l ? 1 : 0))).toBeLessThan(1e-12)
    }
  }
})

test('a tolerance below rounding, or too few products: said, not thrown', async () => {
  const A = withSpectrum(spectrum, 150, 150, 4, true)
  const tight = await eigsh(A, { k: 2, tol: 1e-18 })
  expect(tight.converged).toContain(false)
  expect(tight.message).toMatch(
    /^eigsh: expected residuals of at most tol·\|θ\| with tol 1e-18.*\nhint: rounding leaves/,
  )
  const short = await eigsh(shiftedOperator(dense(A), 1e3), { k: 4, maxProducts: 24 })
  expect(short.products).toBeLessThanOrEqual(24)
  expect(short.converged).toContain(false)
  expect(short.complete).toBe('unproved')
  expect(short.message).toContain('hint: raise maxProducts or maxDim')
})

const three = diagonal([1, 2, 3])
const refused: readonly [Matrix, EigshOptions, string][] = [
  [three, { k: 4 }, 'eigsh: expected k to be an integer in [1,3], got 4'],
  [three, { k: 0 }, 'eigsh: expected k to be an integer in [1,3], got 0'],
  [three, { k: 2, maxDim: 2 }, 'eigsh: expected maxDim to be an integer of at least 3, got 2'],
  [three, { block: 4 }, 'eigsh: expected block to be an integer in [1,3], got 4'],
  [three, { maxProducts: 2 }, 'eigsh: expected maxProducts to be an integer of at least 6, got 2'],
  [three, { tol: -1 }, 'eigsh: expected a finite tol of at least 0, got -1'],
  [three, { which: 'SM' as 'SA' }, 'eigsh: expected which to be LA, SA, LM or BE, got SM'],
  [three, { seed: -1 }, 'expected a seed'],
  [three, { start: tensor([0, 0, 0]) }, 'eigsh: expected a start that is not 0, got zeros'],
  [three, { start: tensor([NaN, 0, 0]) }, 'eigsh: expected finite elements, got NaN at 0'],
  [three, { sigma: 1 }, 'eigsh: expected sigma with a function solve, got undefined'],
  [three, { sigma: NaN, solve: (x) => x }, 'eigsh: expected a finite sigma, got NaN'],
  [three, { sigma: 1, solve: (x) => x, b: three as never }, 'eigsh: expected either sigma or b, got both'],
  [tensor([[1, 2]]), {}, 'eigsh: expected a square matrix, got shape [1,2]'],
  [
    tensor([
      [1, 2],
      [0, 1],
    ]),
    {},
    'eigsh: expected a symmetric matrix, got 0 at [1,0] and 2 at [0,1]',
  ],
  [operator((x) => x, 3, { columns: 2 }), {}, 'eigsh: expected a square operator, got shape [3,2]'],
  [(x) => x, {}, 'eigsh: expected the option n with a function, got none'],
  [7 as never, {}, 'eigsh: expected an operator, a tensor or a function, got number'],
  [operator((x) => x.subarray(1), 3), {}, 'eigsh: expected 3 numbers from product 1, got 2'],
  [operator((x) => [...x] as never, 3), {}, 'eigsh: expected a Float64Array from product 1, got object'],
]
test.each(refused)('refusal %#', async (A: Matrix, options: EigshOptions, message: string) => {
  await expect(eigsh(A, options)).rejects.toThrow(message)
})

test('an answer that is not finite is refused with the number of the product', async () => {
  let products = 0
  const A = operator((x) => x.map((a, i) => (products === 16 && i === 2 ? NaN : a * i)), 300)
  const counted = operator((x) => (products++, A.apply(x)), 300)
  await expect(eigsh(counted)).rejects.toThrow('eigsh: expected finite numbers from product 16, got NaN at 2')
})

test('answers with the argument itself, or in one array again and again, are no trouble', async () => {
  const found = await eigsh(
    operator((x) => x, 50),
    { k: 3 },
  )
  expect([...found.values.data].map((x) => Math.round(x * 1e12) / 1e12)).toEqual([1, 1, 1])
  const room = new Float64Array(150)
  const reused = operator((x) => (room.set(x.map((a, i) => a * i)), room), 150)
  await expectPairs(diagonal(Float64Array.from(room.keys())), await eigsh(reused, { k: 2 }), [149, 148], 149)
})
