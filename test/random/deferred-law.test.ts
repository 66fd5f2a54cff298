import { expect, test } from 'vitest'
import { gammaIncP, normalCdf, tanh } from '../../src/math/index.ts'
import { deferredGaussian, gaussianMatrix, normal, stream, type Stream } from '../../src/random/index.ts'
import { distanceBetween, expectLaw, twoSampleBound } from './kolmogorov.ts'

interface Matrix {
  readonly apply: (x: Float64Array) => Float64Array
  readonly applyTranspose: (u: Float64Array) => Float64Array
}
type Build = (s: Stream, rows: number, columns: number) => Matrix

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

const deferred: Build = (s, rows, columns) => deferredGaussian(s, rows, columns)

const dense: Build = (s, rows, columns) => {
  const w = gaussianMatrix(s, rows, columns).data
  const sum = (n: number, term: (k: number) => number): number => {
    let total = 0
    for (let k = 0; k < n; k++) total += term(k)
    return total
  }
  return {
    apply: (x) =>
      Float64Array.from({ length: rows }, (_, i) => sum(columns, (j) => w[i * columns + j]! * x[j]!)),
    applyTranspose: (u) =>
      Float64Array.from({ length: columns }, (_, j) => sum(rows, (i) => w[i * columns + j]! * u[i]!)),
  }
}

/** Forgets the projection off U: what one side reveals is not known to the other. */
const forgetful: Build = (s, rows, columns) => {
  const [one, other] = [
    deferredGaussian(s.child(0), rows, columns),
    deferredGaussian(s.child(1), rows, columns),
  ]
  return { apply: (x) => one.apply(x), applyTranspose: (u) => other.applyTranspose(u) }
}

/** Forgets the projection off Q: no query is known to depend on an earlier one. */
const careless: Build = (s, rows, columns) => {
  let asked = 0
  const next = (): Matrix => deferredGaussian(s.child(asked++), rows, columns)
  return { apply: (x) => next().apply(x), applyTranspose: (u) => next().applyTranspose(u) }
}

/** Three adaptive rounds h = Wx, g = Wᵀtanh(h), x ← x - g/2, and what they look like from outside. */
function statistics(w: Matrix, columns: number): number[] {
  let x = new Float64Array(columns).fill(1)
  const out: number[] = []
  let before: Float64Array | undefined
  for (let round = 0; round < 3; round++) {
    const h = w.apply(x)
    const g = w.applyTranspose(h.map(tanh))
    out.push(h[0]!, inner(h, h), g[0]!, inner(g, g), inner(g, x))
    if (before) out.push(inner(h, before))
    before = h
    x = x.map((a, i) => a - g[i]! / 2)
  }
  return out
}

const draws = 8000

/** One sample of each statistic. */
function sample(build: Build, name: string, rows: number, columns: number): Float64Array[] {
  const runs = Array.from({ length: draws }, (_, i) =>
    statistics(build(stream(21, name, i), rows, columns), columns),
  )
  return runs[0]!.map((_, k) => Float64Array.from(runs, (run) => run[k]!))
}

test.each([
  [6, 9],
  [4, 3],
  [30, 5],
])(
  'three attack steps on a %i × %i matrix: deferred and dense agree in law, broken ones do not',
  (rows, columns) => {
    const reference = sample(dense, 'dense', rows, columns)
    const distances = (build: Build, name: string): number[] =>
      sample(build, name, rows, columns).map((xs, k) => distanceBetween(xs, reference[k]!))
    const bound = twoSampleBound(draws)
    for (const distance of distances(deferred, 'deferred')) expect(distance).toBeLessThan(bound)
    expect(Math.max(...distances(forgetful, 'forgetful'))).toBeGreaterThan(2 * bound)
    expect(Math.max(...distances(careless, 'careless'))).toBeGreaterThan(2 * bound)
  },
)

test('after an adaptive conversation the whole matrix is made of independent N(0, variance) entries', () => {
  const [rows, columns, variance] = [3, 4, 2.5]
  const entries: number[] = []
  const squares: number[] = []
  const products: number[] = []
  for (let i = 0; i < 4000; i++) {
    const w = deferredGaussian(stream(22, i), rows, columns, { variance })
    const g = w.applyTranspose(w.apply(Float64Array.of(1, 1, 0, 2)).map(tanh))
    w.applyTranspose(w.apply(g).map((a) => a * a))
    const whole = [0, 1, 2, 3].flatMap((j) => [...w.apply(new Float64Array(columns).fill(1, j, j + 1))])
    const standard = Float64Array.from(whole, (a) => a / Math.sqrt(variance))
    entries.push(standard[0]!)
    squares.push(inner(standard, standard))
    // A fixed orthogonal image of a Gaussian vector is Gaussian too.
    products.push(inner(standard, normal(stream(23), standard.length)))
  }
  const direction = normal(stream(23), rows * columns)
  const length = Math.sqrt(inner(direction, direction))
  expectLaw(entries, normalCdf)
  expectLaw(squares, (r) => gammaIncP((rows * columns) / 2, r / 2))
  expectLaw(products, (p) => normalCdf(p / length))
})
