import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { executor, matmul, setExecutor, transpose } from '../../src/index.ts'
import { cholesky } from '../../src/linalg/cholesky.ts'
import { numbers } from '../../src/math/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

/** GGᵀ/n + I with row and column i multiplied by 2^power(i). */
function definite(n: number, salt: number, power: (i: number) => number): Tensor {
  const G = tensor(normal(stream(salt), n * n), [n, n])
  const { data } = matmul(G, transpose(G))
  const at = (i: number, j: number): number =>
    numbers.scale2(data[Math.max(i, j) * n + Math.min(i, j)]! / n + (i === j ? 1 : 0), power(i) + power(j))
  return tensor(
    Float64Array.from(data, (_, k) => at(Math.floor(k / n), k % n)),
    [n, n],
  )
}

test.each<[string, (i: number, salt: number) => number]>([
  ['plain', () => 0],
  ['graded', (i) => -6 * i],
  ['graded back and forth', (i, salt) => ((i * 37 + salt) % 41) - 20],
  ['near 1e150', () => 249],
  ['near 1e-150', () => -249],
])('%s: LLᵀ is A element by element', (_, power) => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(8), fc.integer({ min: 28, max: 70 })), fc.nat(9999), (n, salt) => {
      const A = definite(n, salt, (i) => power(i, salt))
      const L = cholesky(A)
      expect(L.shape).toEqual([n, n])
      if (n === 0) return
      const product = matmul(L, transpose(L))
      const root = (i: number): number => Math.sqrt(A.data[i * (n + 1)]!)
      const off = Array.from(A.data, (a, k) => {
        const scale = root(Math.floor(k / n)) * root(k % n)
        return Math.abs(a - product.data[k]!) / scale
      })
      expect(Math.max(...off)).toBeLessThanOrEqual(2 * (n + 4) * 2.220446049250313e-16)
      const shape = L.data.every((x, k) => {
        const [i, j] = [Math.floor(k / n), k % n]
        return j < i || (j > i ? x === 0 : x > 0)
      })
      expect(shape).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('the triangle of an exact product comes back to the bit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(9999), (n, salt) => {
      const x = normal(stream(salt), n * n)
      const L = tensor(
        x.map((a, k) => {
          const [i, j] = [Math.floor(k / n), k % n]
          return i === j ? 1 + Math.abs(Math.round(4 * a)) : j < i ? Math.round(4 * a) : 0
        }),
        [n, n],
      )
      // Integers: their divisions by a diagonal that is not a power of two are exact, too.
      const found = cholesky(matmul(L, transpose(L)))
      expect(found.data.every((a, k) => a === L.data[k])).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test.each([0, 4, 31, 32, 40, 64])('the first pivot that is not positive is named: at %i', (at) => {
  const n = 67
  const D = tensor(
    Float64Array.from({ length: n * n }, (_, k) =>
      k % (n + 1) > 0 ? 0 : k === at * (n + 1) ? -3 : k > at * (n + 1) ? -5 : 4,
    ),
    [n, n],
  )
  expect(() => cholesky(D)).toThrow(
    new RangeError(`cholesky: expected a positive definite matrix, got pivot -3 at ${at}`),
  )
})

test('a semidefinite matrix, an asymmetric one and no square one are refused', () => {
  expect(() =>
    cholesky(
      tensor([
        [1, 1],
        [1, 1],
      ]),
    ),
  ).toThrow('cholesky: expected a positive definite matrix, got pivot 0 at 1')
  expect(() => cholesky(tensor([[0]]))).toThrow('got pivot 0 at 0')
  expect(() =>
    cholesky(
      tensor([
        [1, 2],
        [3, 9],
      ]),
    ),
  ).toThrow('cholesky: expected a symmetric matrix, got 3 at [1,0] and 2 at [0,1]')
  expect(() => cholesky(tensor([[1, 2]]))).toThrow('cholesky: expected a square matrix, got shape [1,2]')
  expect(() => cholesky(tensor([[Infinity]]))).toThrow(
    'cholesky: expected finite elements, got Infinity at 0',
  )
})

test('both executors give the same bits, and the input stays', () => {
  const A = definite(70, 1, () => 0)
  const copy = [...A.data]
  const bits = (['compile', 'interpret'] as const).map((name) => {
    setExecutor(name)
    return cholesky(A).data
  })
  expect(bits[0]).toEqual(bits[1])
  expect([...A.data]).toEqual(copy)
})
