/** Dense factorizations beside LAPACK, and Krylov methods, of which products count, beside ARPACK. */
import { tensor } from '../../dist/src/index.js'
import { cholesky, eigh, eigsh, operator, qr, slq, svd, svds, diagonal } from '../../dist/src/linalg/index.js'
import { atMost, faster, slower } from '../bounds.mjs'
import { noise } from '../numbers.mjs'
import { mlMatrix, python } from '../peers.mjs'

const square = (n) => noise(1, n * n, 1, Float64Array)

function symmetric(n, onDiagonal = 0) {
  const g = square(n)
  return g.map((x, k) => {
    const [i, j] = [Math.floor(k / n), k % n]
    return x + g[j * n + i] + (i === j ? onDiagonal : 0)
  })
}

/** A row about one matrix that stays. */
const dense = (name, work, n, make, apply, read, peers, bounds) => ({
  name: `linalg-${name}`,
  work,
  unit: 'ms',
  tolerance: 1e-9,
  data: () => make(n),
  ours: (data) => {
    const matrix = tensor(data, [n, n])
    return { run: () => apply(matrix), read }
  },
  peers: { NumPy: python(name), ...peers },
  bounds: [slower(...bounds.numpy), ...(bounds.more ?? [])],
})

const rowsOf = (data, n) => Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * n, (i + 1) * n)))
const evd = (n) =>
  mlMatrix((library, data) => {
    const matrix = new library.Matrix(rowsOf(data, n))
    const run = () => new library.EigenvalueDecomposition(matrix, { assumeSymmetric: true })
    return { run, read: ({ realEigenvalues }) => Float64Array.from(realEigenvalues).sort() }
  })

const eighRow = (n) =>
  dense(
    `eigh-${n}`,
    `eigh, n = ${n}`,
    n,
    symmetric,
    (a) => eigh(a),
    ({ values }) => values.data,
    { 'ml-matrix': evd(n) },
    {
      numpy: [5, 'NumPy'],
      more: [faster(15, 'ml-matrix')],
    },
  )

/** y = A x for the tridiagonal matrix diag(1, …, n) with ones beside it. */
function tridiagonal(n) {
  return operator((x) => {
    const y = new Float64Array(n)
    for (let i = 0; i < n; i++) y[i] = (i > 0 ? x[i - 1] : 0) + (i + 1) * x[i] + (i + 1 < n ? x[i + 1] : 0)
    return y
  }, n)
}

const restartRow = (maxDim, most) => ({
  name: `linalg-restart-${maxDim}`,
  work: `thick restart, diag(1..12000) + ones, basis of ${maxDim}`,
  unit: 'ms',
  tolerance: 1,
  data: () => {},
  ours: () => ({
    run: () => eigsh(tridiagonal(12_000), { k: 2, which: 'LA', maxDim, tol: 0.11 / 12_000 }),
    read: ({ values }) => values.data,
  }),
  peers: {},
  figures: async () => {
    const { products, residuals, converged } = await eigsh(tridiagonal(12_000), {
      k: 2,
      which: 'LA',
      maxDim,
      tol: 0.11 / 12_000,
    })
    const good = converged.every((one) => one) && residuals.data.every((r) => r <= 0.11)
    return { products: good ? products : NaN }
  },
  bounds: [atMost(most, 'products')],
})

/** The five-point Laplacian of a grid. */
function grid(side) {
  return operator((x) => {
    const y = new Float64Array(side * side)
    for (let i = 0, k = 0; i < side; i++) {
      for (let j = 0; j < side; j++, k++) {
        y[k] =
          4 * x[k] -
          (i > 0 ? x[k - side] : 0) -
          (i + 1 < side ? x[k + side] : 0) -
          (j > 0 ? x[k - 1] : 0) -
          (j + 1 < side ? x[k + 1] : 0)
      }
    }
    return y
  }, side * side)
}

export const rows = [
  eighRow(500),
  eighRow(1000),
  dense(
    'qr-1000',
    'QR, n = 1000',
    1000,
    square,
    (a) => qr(a),
    ({ r }) => Array.from({ length: 1000 }, (_, i) => Math.abs(r.data[1001 * i])),
    {},
    {
      numpy: [4, 'NumPy'],
    },
  ),
  dense(
    'cholesky-1000',
    'Cholesky, n = 1000',
    1000,
    (n) => symmetric(n, 4 * n),
    (a) => cholesky(a),
    (l) => l.data,
    {},
    {
      numpy: [4, 'NumPy'],
    },
  ),
  dense(
    'svd-500',
    'SVD, n = 500',
    500,
    square,
    (a) => svd(a),
    ({ s }) => s.data,
    {},
    { numpy: [5, 'NumPy'] },
  ),
  restartRow(20, 1264),
  restartRow(40, 718),
  {
    name: 'linalg-laplacian',
    work: 'smallest 6 of a 100×100 grid Laplacian, tol 10⁻¹⁰',
    unit: 's',
    tolerance: 1e-8,
    data: () => {},
    ours: () => ({
      run: () => eigsh(grid(100), { k: 6, which: 'SA', tol: 1e-10 }),
      read: ({ values }) => Float64Array.from(values.data).sort(),
    }),
    peers: { SciPy: python('laplacian') },
    bounds: [slower(2, 'SciPy')],
  },
  {
    name: 'linalg-svds',
    work: 'top 5 singular triplets, dense 2000×500',
    unit: 'ms',
    tolerance: 1e-8,
    data: () => {
      const [g, u, v] = [
        noise(1, 2000 * 500, 1, Float64Array),
        noise(2, 2000, 1, Float64Array),
        noise(3, 500, 1, Float64Array),
      ]
      return g.map((x, k) => x + 4 * u[Math.floor(k / 500)] * v[k % 500])
    },
    ours: (data) => {
      const matrix = tensor(data, [2000, 500])
      return { run: () => svds(matrix, { k: 5 }), read: ({ s }) => s.data }
    },
    peers: { SciPy: python('svds') },
    bounds: [slower(2, 'SciPy')],
  },
  {
    name: 'linalg-slq',
    work: 'spectral density, n = 10⁴, 64 × 50 steps',
    unit: 's',
    // Both are estimates of the second moment.
    tolerance: 0.05,
    data: () => Float64Array.from({ length: 10_000 }, (_, i) => -1 + (2 * i) / 9999),
    ours: (d) => ({
      run: () => slq(diagonal(d), { samples: 64, steps: 50 }),
      read: ({ points, weights }) => [points.reduce((sum, x, i) => sum + weights[i] * x * x, 0)],
    }),
    peers: { 'loop in NumPy': python('slq') },
    bounds: [],
  },
]
