import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { add, executor, matmul, mul, setExecutor, sub, take, transpose } from '../../src/index.ts'
import { leastDistance, nnls } from '../../src/linalg/nnls.ts'
import { numbers } from '../../src/math/index.ts'
import { normal, stream, uniform } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

const EPSILON = 2.220446049250313e-16
const random = (salt: number, m: number, n: number): Tensor => tensor(normal(stream(salt), m * n), [m, n])
const vector = (salt: number, n: number): Tensor => tensor(normal(stream(salt), n))
const size = (x: Tensor): number => Math.sqrt([...x.data].reduce((sum, a) => sum + a * a, 0))
const length = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }))

test.each<[string, (x: number, i: number, j: number) => number]>([
  ['plain', (x) => x],
  ['positive', (x) => Math.abs(x)],
  ['graded columns', (x, _, j) => numbers.scale2(x, -9 * j)],
  ['integers, with ties', (x) => Math.round(x)],
  ['pairs of equal columns', (x) => x],
  ['near 1e150', (x) => 1e150 * x],
  ['near 1e-150', (x) => 1e-150 * x],
])('%s: the conditions of Karush, Kuhn and Tucker', (kind, element) => {
  fc.assert(
    fc.property(length, length, fc.nat(9999), fc.constantFrom(1, 1e150, 1e-150), (m, n, salt, scale) => {
      const G = random(salt, m, n).data
      const source = (i: number, j: number): number =>
        G[i * n + (kind.startsWith('pairs') ? j - (j % 2) : j)]!
      const data = Float64Array.from(G, (_, k) =>
        element(source(Math.floor(k / n), k % n), Math.floor(k / n), k % n),
      )
      const b = mul(scale, vector(salt + 1, m))
      const { x, residual } = nnls(tensor(data, [m, n]), b)
      expect(x.data.every((value) => value >= 0 && value < Infinity)).toBe(true)
      const columns = Array.from({ length: n }, (_, j) =>
        Array.from({ length: m }, (__, i) => data[i * n + j]!),
      )
      const sizes = columns.map((column) => Math.max(...column.map(Math.abs)))
      // What rounding moves: b, and every column by its own size.
      const whole = sizes.reduce((sum, a, j) => sum + (a * x.data[j]!) / scale, size(mul(1 / scale, b)))
      const bound = 16 * (m + n) * Math.sqrt(m) * EPSILON * whole
      columns.forEach((column, j) => {
        const largest = sizes[j]!
        if (largest === 0) return
        const slope = column.reduce((sum, a, i) => sum + (a / largest) * (residual.data[i]! / scale), 0)
        expect(slope).toBeLessThan(bound)
        if (x.data[j]! > 0) expect(slope).toBeGreaterThan(-bound)
      })
    }),
    { numRuns: 60 },
  )
})

test('a planted solution comes back, and the residual is b - Ax', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(9999), (n, salt) => {
      const A = random(salt, 2 * n, n)
      const planted = tensor(normal(stream(salt, 'x'), n).map((x) => Math.max(0, x)))
      const b = matmul(A, planted)
      const { x, residual } = nnls(A, b)
      expect(size(sub(x, planted))).toBeLessThan(1e-10 * (1 + size(planted)))
      expect(size(sub(residual, sub(b, matmul(A, x))))).toBeLessThan(1e-12 * (1 + size(b)))
    }),
    { numRuns: 60 },
  )
})

test('exact small cases', () => {
  expect([
    ...nnls(
      tensor([
        [1, 0],
        [0, 1],
      ]),
      tensor([2, -3]),
    ).x.data,
  ]).toEqual([2, 0])
  // Unconstrained the solution is (2, -1): the second column has to leave.
  const { x, iterations } = nnls(
    tensor([
      [1, 1],
      [0, 1],
    ]),
    tensor([1, -1]),
  )
  expect([...x.data, iterations]).toEqual([1, 0, 1])
  expect(nnls(tensor([], [2, 0]), tensor([1, 2])).residual.data).toEqual(Float64Array.of(1, 2))
  expect(nnls(tensor([], [0, 2]), tensor([], [0])).x.data).toEqual(Float64Array.of(0, 0))
  expect(nnls(tensor([[0, 0]]), tensor([5])).x.data).toEqual(Float64Array.of(0, 0))
  expect(nnls(random(1, 5, 4), tensor(new Float64Array(5))).iterations).toBe(0)
})

test('the shortest point: feasible, and a combination of binding rows with weights that are not negative', () => {
  fc.assert(
    fc.property(
      length,
      fc.integer({ min: 1, max: 12 }),
      fc.nat(9999),
      fc.constantFrom(1, 1e3, 1e100, 1e-100),
      (m, n, salt, scale) => {
        const G = random(salt, m, n)
        const inside = vector(salt + 1, n)
        const h = sub(matmul(G, inside), tensor(uniform(stream(salt, 'slack'), m)))
        // The distance goes with the bounds, and rows may be scaled.
        const { status, x: found } = leastDistance(mul(1e3, G), mul(1e3 * scale, h))
        expect(status).toBe('found')
        const x = mul(1 / scale, found!)
        const heights = sub(matmul(G, x), h)
        expect(Math.min(...heights.data)).toBeGreaterThan(-1e-10)
        expect(size(x)).toBeLessThan(size(inside) * (1 + 1e-10))
        const binding = [...heights.data].flatMap((value, i) => (value < 1e-8 ? [i] : []))
        if (binding.length === 0) return void expect(size(x)).toBe(0)
        const rows = take(G, tensor(Int32Array.from(binding)), 0)
        expect(size(nnls(transpose(rows), x).residual)).toBeLessThan(1e-7)
      },
    ),
    { numRuns: 150 },
  )
})

test('constraints that contradict each other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(9999),
      (m, n, salt) => {
        const [G, h] = [random(salt, m, n), vector(salt + 1, m)]
        const weights = tensor(uniform(stream(salt, 'weights'), m).map((x) => x + 0.1))
        // Σ uᵢ(gᵢx - hᵢ) over all rows is -1 for every x, where none of its terms should be negative.
        const last = mul(-1, matmul(weights, G))
        const bound = 1 - [...mul(weights, h).data].reduce((sum, a) => sum + a, 0)
        const result = leastDistance(
          tensor([...G.data, ...last.data], [m + 1, n]),
          tensor([...h.data, bound]),
        )
        expect(result).toEqual({ status: 'infeasible', x: undefined })
      },
    ),
    { numRuns: 100 },
  )
  expect(leastDistance(tensor([[0, 0]]), tensor([1])).status).toBe('infeasible')
})

test('exact distances', () => {
  expect([...leastDistance(tensor([[1, 1]]), tensor([2])).x!.data]).toEqual(
    [1, 1].map((x) => expect.closeTo(x, 14)),
  )
  expect([...leastDistance(tensor([[1, 0]]), tensor([-3])).x!.data]).toEqual([0, 0])
  expect([
    ...leastDistance(
      tensor([
        [0, 0],
        [2, 0],
      ]),
      tensor([-1, 8]),
    ).x!.data,
  ]).toEqual([expect.closeTo(4, 13), 0])
  expect(leastDistance(tensor([], [0, 2]), tensor([], [0])).x!.data).toEqual(Float64Array.of(0, 0))
  // A slab 1e-9 wide, and one as far below empty.
  const slab = tensor([
    [1, 0],
    [-1, 0],
  ])
  expect(leastDistance(slab, tensor([1, -1 - 1e-9])).status).toBe('found')
  expect(leastDistance(slab, tensor([1, -1 + 1e-9])).status).toBe('infeasible')
})

test('both executors give the same bits, and the input stays', () => {
  const [G, h, b] = [random(1, 90, 30), mul(-1, vector(2, 90)), vector(3, 90)]
  const copies = [G, h, b].map(({ data }) => [...data])
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    const shifted = add(matmul(G, vector(4, 30)), mul(0.1, sub(h, 3)))
    return [...nnls(G, b).x.data, ...(leastDistance(G, shifted).x?.data ?? [])]
  })
  expect(bits[0]).toEqual(bits[1])
  expect(bits[0]).toHaveLength(60)
  expect([G, h, b].map(({ data }) => [...data])).toEqual(copies)
})

test('refusals', () => {
  const A = tensor([[1, 2]])
  expect(() => nnls(A, tensor([1, 2]))).toThrow('nnls: expected a vector of 1 numbers, got shape [2]')
  expect(() => nnls(tensor([[NaN]]), tensor([1]))).toThrow('nnls: expected finite elements, got NaN at 0')
  expect(() => leastDistance(A, tensor([1, 2]))).toThrow(
    'leastDistance: expected a bound for each of 1 rows, got shape [2]',
  )
  expect(() => leastDistance(A, add(A, 1))).toThrow('leastDistance: expected a vector, got shape [1,2]')
})
