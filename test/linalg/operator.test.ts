import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import * as ops from '../../src/ops/index.ts'
import {
  gaussNewtonOperator,
  hessianOperator,
  jacobianOperator,
} from '../../src/linalg/derivative-operators.ts'
import {
  dense,
  diagonal,
  gramOperator,
  identity,
  operator,
  productOperator,
  scaledOperator,
  shiftedOperator,
  sumOperator,
  transposedOperator,
  type Operator,
} from '../../src/linalg/operator.ts'
import { sparse } from '../../src/linalg/sparse.ts'
import { normal, stream } from '../../src/random/index.ts'
import { setExecutor } from '../../src/run/index.ts'
import { EPSILON, elements, randomMatrix } from './spectra.ts'

/** All columns of an operator, [rows, columns] in row-major order. */
async function formed(A: Operator, transposed = false): Promise<Float64Array> {
  const out = new Float64Array(A.rows * A.columns)
  const [size, other] = transposed ? [A.rows, A.columns] : [A.columns, A.rows]
  for (let j = 0; j < size; j++) {
    const axis = new Float64Array(size).fill(1, j, j + 1)
    const y = await (transposed ? A.applyTranspose!(axis) : A.apply(axis))
    for (let i = 0; i < other; i++) out[transposed ? j * A.columns + i : i * A.columns + j] = y[i]!
  }
  return out
}
const product = (A: Tensor, B: Tensor): Float64Array => elements(ops.matmul(A, B))

async function expectOperator(A: Operator, expected: Float64Array, tolerance = 0): Promise<void> {
  for (const transposed of [false, true]) {
    const got = await formed(A, transposed)
    expect(got.length).toBe(expected.length)
    got.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThanOrEqual(tolerance))
  }
}

const sizes = [
  [0, 0],
  [0, 3],
  [1, 1],
  [7, 3],
  [3, 7],
  [40, 40],
] as const

test.each(sizes)('a dense matrix [%i, %i] and its transpose', async (m, n) => {
  const A = randomMatrix(m, n, 1)
  await expectOperator(dense(A), elements(A))
  await expectOperator(transposedOperator(transposedOperator(dense(A))), elements(A))
})

test('both executors give the same bits', async () => {
  const A = randomMatrix(130, 70, 2)
  const x = normal(stream(1, 'x'), 70)
  const compiled = await dense(A).apply(x)
  setExecutor('interpret')
  try {
    expect(await dense(A).apply(x)).toEqual(compiled)
  } finally {
    setExecutor('compile')
  }
})

test('sums, products, scalings, shifts and AᵀA are those of the matrices', async () => {
  const [A, B, C] = [randomMatrix(5, 4, 1), randomMatrix(5, 4, 2), randomMatrix(4, 5, 3)]
  const [a, b, c] = [dense(A), dense(B), dense(C)]
  const near = 100 * EPSILON
  const sum = elements(A).map((x, i) => x + elements(B)[i]!)
  await expectOperator(sumOperator(a, b), sum)
  await expectOperator(
    sumOperator(a, a),
    elements(A).map((x) => 2 * x),
  )
  await expectOperator(productOperator(a, c), product(A, C), near)
  await expectOperator(
    scaledOperator(a, -3),
    elements(A).map((x) => -3 * x),
  )
  const square = productOperator(c, a)
  const shifted = product(C, A).map((x, i) => (i % 5 === 0 ? x + 2 : x))
  await expectOperator(shiftedOperator(square, 2), shifted, near)
  await expectOperator(gramOperator(a), product(ops.transpose(A), A), near)
  await expectOperator(diagonal([1, -2]), Float64Array.of(1, 0, 0, -2))
  await expectOperator(identity(2), Float64Array.of(1, 0, 0, 1))
})

test('functions that answer later, or write to one array again and again, may be combined', async () => {
  const room = new Float64Array(2)
  const reused = operator((x) => (room.set([x[0]! + x[1]!, x[1]!]), room), 2)
  const later = operator(async (x) => Float64Array.of(2 * x[0]!, 3 * x[1]!), 2)
  expect(await sumOperator(reused, reused).apply(Float64Array.of(1, 2))).toEqual(Float64Array.of(6, 4))
  expect(await sumOperator(reused, later).apply(Float64Array.of(1, 2))).toEqual(Float64Array.of(5, 8))
  expect(await productOperator(later, reused).apply(Float64Array.of(1, 2))).toEqual(Float64Array.of(6, 6))
  expect(await scaledOperator(later, 2).apply(Float64Array.of(1, 2))).toEqual(Float64Array.of(4, 12))
  expect(sumOperator(reused, later).applyTranspose).toBeUndefined()
})

test('a sparse matrix is the sum of its elements, in any order, duplicates added', async () => {
  const place = fc.record({ i: fc.nat(5), j: fc.nat(3), x: fc.integer({ min: -99, max: 99 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(place, { maxLength: 60 }), async (places) => {
      const expected = new Float64Array(24)
      for (const { i, j, x } of places) expected[i * 4 + j]! += x
      const [row, column] = [places.map((p) => p.i), places.map((p) => p.j)]
      const A = sparse({ rows: 6, columns: 4, row, column, values: places.map((p) => p.x) })
      await expectOperator(A, expected)
    }),
  )
})

const x0 = tensor([0.3, -0.7, 1.1])
const weights = randomMatrix(5, 3, 4)
const curve = (x: Tensor): Tensor => ops.matmul(weights, ops.tanh(x))
const loss = (y: Tensor): Tensor => ops.sum(ops.exp(y))
const whole = (x: Tensor): Tensor => loss(curve(x))

test('Jacobian, Hessian and Gauss-Newton matrix are those that reverse and forward mode form', async () => {
  const near = 1e-13
  const J = ops.jacobian(curve)(x0)
  await expectOperator(jacobianOperator(curve, x0), elements(J), near)
  await expectOperator(hessianOperator(whole, x0), elements(ops.hessian(whole)(x0)), near)
  const bend = ops.hessian(loss)(curve(x0))
  const G = ops.matmul(ops.matmul(ops.transpose(J), bend), J)
  await expectOperator(gaussNewtonOperator(curve, loss, x0), elements(G), near)
})

test('shapes of arguments and values may be any, and f32', async () => {
  const f = (x: Tensor): Tensor => ops.reshape(ops.square(x), [3, 2])
  const x = tensor([1, 2, 3, 4, 5, 6], [2, 3], 'f32')
  const expected = new Float64Array(36)
  for (let i = 0; i < 6; i++) expected[7 * i] = 2 * (i + 1)
  await expectOperator(jacobianOperator(f, x), expected)
})

const lists = { row: [0], column: [1], values: [1] }
test.each([
  [() => operator(undefined as never, 2), 'operator: expected a function, got undefined'],
  [
    () => operator((x) => x, 1.5),
    'operator: expected a number of rows that is an integer of at least 0, got 1.5',
  ],
  [() => dense(tensor([1])), 'dense: expected a matrix, got shape [1]'],
  [() => dense(tensor([[NaN]])), 'dense: expected finite elements, got NaN at 0'],
  [() => diagonal([0, Infinity]), 'diagonal: expected finite elements, got Infinity at 1'],
  [() => identity(-1), 'identity: expected a number of rows'],
  [() => sumOperator(identity(2), identity(3)), 'sumOperator: expected one shape, got [2,2] and [3,3]'],
  [
    () => productOperator(identity(2), identity(3)),
    'productOperator: expected matching shapes, got [2,2] and [3,3]',
  ],
  [() => scaledOperator(identity(2), NaN), 'scaledOperator: expected a finite number, got NaN'],
  [
    () => shiftedOperator(dense(tensor([[1, 2]])), 1),
    'shiftedOperator: expected a square operator, got [1,2]',
  ],
  [
    () => transposedOperator(operator((x) => x, 2)),
    'transposedOperator: expected an operator with applyTranspose',
  ],
  [
    () => sparse({ rows: 1, columns: 1, ...lists }),
    'sparse: expected places in [1,1], got [0,1] for element 0',
  ],
  [() => sparse({ rows: 1, columns: 2, ...lists, values: [] }), 'sparse: expected lists of one length'],
  [() => sparse({ rows: 1, columns: 2, ...lists, values: [NaN] }), 'sparse: expected finite values, got NaN'],
  [() => sparse({ rows: -1, columns: 2, ...lists }), 'sparse: expected a shape of nonnegative integers'],
])('refusal %#: %s', (build, message) => {
  expect(build).toThrow(message)
})
