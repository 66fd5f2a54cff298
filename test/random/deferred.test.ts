import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tanh } from '../../src/math/index.ts'
import { tensor } from '../../src/array/index.ts'
import { applyDeferred, DeferredGaussian, deferredGaussian, normal, stream } from '../../src/random/index.ts'
import { overwrite } from '../../src/run/index.ts'

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
const norm = (a: Float64Array): number => Math.sqrt(inner(a, a))
const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x - b[i]!)
const largest = (a: Float64Array): number => a.reduce((m, x) => Math.max(m, Math.abs(x)), 0)
const axis = (n: number, j: number): Float64Array => new Float64Array(n).fill(1, j, j + 1)

/** All of W, column by column: by now every direction is known. */
function columnsOf(w: DeferredGaussian): Float64Array[] {
  return Array.from({ length: w.columns }, (_, j) => w.apply(axis(w.columns, j)))
}

interface Answer {
  readonly transposed: boolean
  readonly query: Float64Array
  readonly answer: Float64Array
}

type Kind = 'fresh' | 'fed back' | 'again' | 'combined' | 'nearly again' | 'zero'
interface Step {
  readonly transposed: boolean
  readonly kind: Kind
  readonly pick: number
  readonly factor: number
}

/** Asks adaptively: fresh vectors, tanh of an answer of the other side, and vectors that depend on earlier queries. */
function converse(w: DeferredGaussian, steps: readonly Step[]): Answer[] {
  const log: Answer[] = []
  const fresh = stream(9, 'queries')
  for (const { transposed, kind, pick, factor } of steps) {
    const size = transposed ? w.rows : w.columns
    const asked = log.filter((a) => a.transposed === transposed).map((a) => a.query)
    const told = log.filter((a) => a.transposed !== transposed).map((a) => a.answer.map(tanh))
    const drawn = normal(fresh, size)
    const old = asked[pick % Math.max(1, asked.length)] ?? drawn
    const other = asked.at(-1) ?? drawn
    const queries: Record<Kind, Float64Array> = {
      fresh: drawn.map((x) => x * [1, 1e-150, 1e200][pick % 3]!),
      'fed back': told.at(-1) ?? drawn,
      again: old.slice(),
      combined: old.map((x, i) => x * factor - other[i]!),
      'nearly again': old.map((x, i) => x + 1e-9 * largest(old) * drawn[i]!),
      zero: new Float64Array(size),
    }
    const query = queries[kind]
    log.push({ transposed, query, answer: transposed ? w.applyTranspose(query) : w.apply(query) })
  }
  return log
}

const kinds: Kind[] = ['fresh', 'fed back', 'again', 'combined', 'nearly again', 'zero']
const step: fc.Arbitrary<Step> = fc.record({
  transposed: fc.boolean(),
  kind: fc.constantFrom(...kinds),
  pick: fc.nat(),
  factor: fc.constantFrom(1, -2, 0.3),
})
const size = fc.integer({ min: 1, max: 9 })

test('every answer of any conversation is the one that a single stored matrix gives', () => {
  fc.assert(
    fc.property(size, size, fc.array(step, { maxLength: 16 }), (rows, columns, steps) => {
      const w = deferredGaussian(stream(3, rows, columns), rows, columns)
      const log = converse(w, steps)
      const stored = columnsOf(w)
      const scale = Math.sqrt(stored.reduce((sum, column) => sum + inner(column, column), 0))
      for (const { transposed, query, answer } of log) {
        const expected = transposed
          ? Float64Array.from(stored, (column) => inner(column, query))
          : axis(rows, rows).map((_, i) => stored.reduce((sum, column, j) => sum + column[i]! * query[j]!, 0))
        const unit = largest(query) || 1
        const off = minus(answer, expected).map((x) => x / unit)
        expect(norm(off)).toBeLessThanOrEqual(64 * Number.EPSILON * (rows + columns) * scale)
      }
    }),
    { numRuns: 300 },
  )
})

test('⟨v, Wu⟩ = ⟨Wᵀv, u⟩ and linearity, to rounding, at a size that leaves most of the matrix unknown', () => {
  const [rows, columns] = [700, 1100]
  const w = deferredGaussian(stream(4), rows, columns)
  const s = stream(4, 'queries')
  const [x, y] = [normal(s, columns), normal(s, columns)]
  const wx = w.apply(x)
  const v = wx.map(tanh)
  const wtv = w.applyTranspose(v)
  const wy = w.apply(y)
  const close = (a: number, b: number, scale: number): void =>
    expect(Math.abs(a - b)).toBeLessThan(1e-13 * scale)
  close(inner(v, wx), inner(wtv, x), norm(v) * norm(x))
  close(inner(v, wy), inner(wtv, y), norm(v) * norm(y))
  const known = w.directions
  const mixed = w.apply(x.map((a, i) => 3 * a - 0.1 * y[i]!))
  expect(w.directions).toEqual(known)
  const expected = wx.map((a, i) => 3 * a - 0.1 * wy[i]!)
  expect(norm(minus(mixed, expected))).toBeLessThan(1e-13 * norm(expected))
})

test('a step of relative size 10⁻¹⁰ is a direction of its own, so differences find the derivative', () => {
  const n = 400
  const w = deferredGaussian(stream(5), n, n)
  const s = stream(5, 'queries')
  const [x, h] = [normal(s, n), normal(s, n)]
  const moved = x.map((a, i) => a + 1e-10 * h[i]!)
  const step = minus(moved, x)
  const difference = minus(w.apply(moved), w.apply(x))
  const direct = w.apply(step)
  expect(norm(direct)).toBeGreaterThan(0.5e-10 * norm(h))
  expect(norm(minus(difference, direct))).toBeLessThan(1e-4 * norm(direct))
})

test('a query equal to one of the last four distinct ones gets the same bits, in a new array', () => {
  const w = deferredGaussian(stream(6), 50, 30)
  const s = stream(6, 'queries')
  const queries = Array.from({ length: 4 }, () => normal(s, 30))
  const answers = queries.map((x) => w.apply(x))
  const kept = answers.map((a) => [...a])
  queries.forEach((x) => w.applyTranspose(w.apply(x)))
  answers.forEach((a) => a.fill(NaN))
  expect(queries.map((x) => [...w.apply(x)])).toEqual(kept)
  expect([...w.apply([...queries[0]!])]).toEqual(kept[0])
  // Asking again made it the latest, so it outlives three more.
  for (let i = 0; i < 3; i++) w.apply(normal(s, 30))
  expect([...w.apply(queries[0]!)]).toEqual(kept[0])
  expect(w.directions.right).toBe(7)
})

test('overwriting a query array afterwards changes nothing', () => {
  const [w, twin] = [deferredGaussian(stream(7), 5, 4), deferredGaussian(stream(7), 5, 4)]
  const x = Float64Array.of(1, 2, 3, 4)
  const answer = w.apply(x)
  expect([...answer]).toEqual([...twin.apply(x.slice())])
  x.fill(7)
  expect([...w.apply(Float64Array.of(1, 2, 3, 4))]).toEqual([...answer])
  expect([...w.apply(x)]).toEqual([...twin.apply(x)])
})

test('writing over a tensor that was a query, or an answer, changes no later answer', () => {
  const [w, twin] = [deferredGaussian(stream(16), 5, 4), deferredGaussian(stream(16), 5, 4)]
  const [one, other] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(0, -1, 5, 2)]
  const x = tensor(one)
  const y = applyDeferred(w, x)
  const answers = [one, other].map((query) => twin.apply(query))
  expect([...y.data]).toEqual([...answers[0]!])
  overwrite(x, other)
  expect([...applyDeferred(w, x).data]).toEqual([...answers[1]!])
  overwrite(y, new Float64Array(5).fill(7))
  const again = applyDeferred(w, tensor(one)).storage() as Float64Array
  expect(norm(minus(again, answers[0]!))).toBeLessThan(1e-14 * norm(again))
  expect(w.directions).toEqual(twin.directions)
})

test('the same stream and the same queries give the same bits, whatever other streams do', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const s = stream(8)
      const first = converse(deferredGaussian(s, 7, 5), steps)
      normal(s, 10)
      expect(converse(deferredGaussian(s, 7, 5), steps)).toEqual(first)
    }),
  )
})

test.each([
  [1, 1],
  [3, 2],
  [2, 5],
])('a %i × %i matrix learns at most its rank, from either side, and stays consistent', (rows, columns) => {
  const w = deferredGaussian(stream(10), rows, columns)
  const s = stream(10, 'queries')
  for (let i = 0; i < 12; i++) {
    const [x, u] = [normal(s, columns), normal(s, rows)]
    const [wx, wtu] = [w.apply(x), w.applyTranspose(u)]
    expect(Math.abs(inner(u, wx) - inner(wtu, x))).toBeLessThan(1e-13 * norm(u) * norm(x))
  }
  const { right, left } = w.directions
  expect(Math.min(right / columns, left / rows)).toBeLessThanOrEqual(1)
  expect(right === columns || left === rows).toBe(true)
  expect(right + left).toBeLessThanOrEqual(rows + columns - 1)
})

test('the zero vector asks for nothing', () => {
  const w = deferredGaussian(stream(11), 3, 2)
  expect([...w.apply([0, 0])]).toEqual([0, 0, 0])
  expect([...w.applyTranspose([0, -0, 0])]).toEqual([0, 0])
  expect(w.directions).toEqual({ right: 0, left: 0 })
})

test('queries near the ends of the floating-point range neither overflow nor vanish inside', () => {
  const unit = deferredGaussian(stream(12), 3, 2).apply([0.5, -1])
  for (const power of [-1000, -600, 600, 1020]) {
    const halves = Array.from({ length: Math.abs(power) / 10 }, () => (power < 0 ? 1 / 1024 : 1024))
    const scaled = (x: number): number => halves.reduce((y, h) => y * h, x)
    const answer = deferredGaussian(stream(12), 3, 2).apply([scaled(0.5), scaled(-1)])
    expect([...answer]).toEqual([...unit].map(scaled))
  }
})

test('a full history is refused with its size; what was known stays known, to the bit', () => {
  const [rows, columns] = [6, 4]
  const memory = (3 + 8) * 8 * (rows + columns)
  const w = deferredGaussian(stream(13), rows, columns, { memory })
  const twin = deferredGaussian(stream(13), rows, columns)
  const [x, y, z] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(0, 1, 0, 1), Float64Array.of(5, 0, 0, 1)]
  const wx = w.apply(x)
  const u = wx.map(tanh)
  const wtu = w.applyTranspose(u)
  const wy = w.apply(y)
  const message =
    'deferredGaussian: expected history within 880 bytes, got 960 for direction 4 of a [6,4] matrix\n' +
    'hint: the option memory raises the limit'
  expect(() => w.apply(z)).toThrow(new RangeError(message))
  expect(() => w.applyTranspose(axis(6, 0))).toThrow(new RangeError(message))
  for (const answers of [
    [wx, wtu, wy],
    [w.apply(x), w.applyTranspose(u), w.apply(y)],
  ]) {
    expect(answers).toEqual([twin.apply(x), twin.applyTranspose(u), twin.apply(y)])
  }
  const sum = w.apply(x.map((a, i) => a - y[i]!))
  expect(norm(minus(sum, minus(wx, wy)))).toBeLessThan(1e-14)
})

test('queries that are no finite vectors of the right length are refused by name', () => {
  const w = deferredGaussian(stream(14), 3, 2)
  const refusals: [() => unknown, Error][] = [
    [
      () => w.apply([1, NaN]),
      new RangeError('deferredGaussian.apply: expected finite numbers, got NaN at 1'),
    ],
    [
      () => w.applyTranspose([-Infinity, 0, 0]),
      new RangeError('deferredGaussian.applyTranspose: expected finite numbers, got -Infinity at 0'),
    ],
    [() => w.apply([1, 2, 3]), new RangeError('deferredGaussian.apply: expected 2 numbers, got 3')],
    [
      () => w.applyTranspose(3 as unknown as number[]),
      new TypeError('deferredGaussian.applyTranspose: expected an array of numbers, got number'),
    ],
  ]
  for (const [ask, error] of refusals) expect(ask).toThrow(error)
  expect(w.directions).toEqual({ right: 0, left: 0 })
})

test('sizes, variances and limits that are none are refused by name', () => {
  const build =
    (rows: number, columns: number, options = {}) =>
    (): unknown =>
      deferredGaussian(stream(1), rows, columns, options)
  expect(build(0, 1)).toThrow(
    new RangeError('deferredGaussian: expected a number of rows that is an integer of at least 1, got 0'),
  )
  expect(build(1, 1.5)).toThrow(
    new RangeError(
      'deferredGaussian: expected a number of columns that is an integer of at least 1, got 1.5',
    ),
  )
  expect(build(1, 1, { variance: -1 })).toThrow(
    new RangeError('deferredGaussian: expected positive finite variance, got -1'),
  )
  expect(build(1, 1, { memory: NaN })).toThrow(
    new RangeError('deferredGaussian: expected a positive memory, got NaN'),
  )
})

test('two million numbers are no trouble: apply, applyTranspose, apply at 10⁶ × 10⁶', () => {
  const n = 1_000_000
  const w = deferredGaussian(stream(15), n, n)
  const x = new Float64Array(n).fill(1)
  const wx = w.apply(x)
  const u = wx.map((a) => a * a - 1)
  const wtu = w.applyTranspose(u)
  const moved = w.apply(minus(x, wtu))
  expect(Math.abs(inner(u, wx) - inner(wtu, x))).toBeLessThan(1e-12 * norm(u) * norm(x))
  expect(Math.abs(inner(u, moved) - inner(wtu, minus(x, wtu)))).toBeLessThan(1e-12 * norm(u) * norm(x))
})
