import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesPerElement, Tensor, type Data } from '../../../../src/array/index.ts'
import { evaluate } from '../../../../src/run/interpreter.ts'
import { multipliesInLanes } from '../../../../src/run/order.ts'
import type { Matrices, MatmulStep } from '../../../../src/run/plan/steps.ts'
import {
  matmulRoute,
  matmulWorkspace,
  packedBytes,
  type KernelName,
  type MatmulRoute,
} from '../../../../src/run/wasm/kernels/index.ts'
import { Bench, floatType, numbers, seed, size } from './bench.ts'

/** A matrix in memory: how far apart its rows and columns lie. */
interface Layout {
  readonly transposed: boolean
  /** Elements between the end of one line and the next. */
  readonly gap: number
  /** Elements from one to the next in a line. */
  readonly step: number
}

interface Product {
  readonly dtype: 'f32' | 'f64'
  readonly inLanes: boolean
  readonly m: number
  readonly k: number
  readonly n: number
  readonly a: Layout
  readonly b: Layout
  readonly seed: number
  readonly special: boolean
}

const plain: Layout = { transposed: false, gap: 0, step: 1 }
const layout: fc.Arbitrary<Layout> = fc.record({
  transposed: fc.boolean(),
  gap: fc.constantFrom(0, 0, 0, 1, 5),
  step: fc.constantFrom(1, 1, 1, 2),
})
const product: fc.Arbitrary<Product> = fc
  .record({
    dtype: floatType,
    inLanes: fc.boolean(),
    m: size,
    k: size,
    n: size,
    one: fc.constantFrom('m', 'n'),
    a: layout,
    b: layout,
    seed,
    special: fc.boolean(),
  })
  .map(({ one, ...rest }) => (rest.inLanes ? { ...rest, [one]: 1 } : rest))

const bench = new Bench()

function stridesOf({ transposed, gap, step }: Layout, rows: number, columns: number): [number, number] {
  const line = (transposed ? rows : columns) * step + gap
  return transposed ? [step, line] : [line, step]
}

/** The row-major elements, laid out as asked for among NaNs. */
function spread(data: Data, [row, column]: readonly [number, number], rows: number, columns: number): Data {
  const out = new (data.constructor as Float64ArrayConstructor)(
    Math.max(0, (rows - 1) * row + (columns - 1) * column + 1),
  ).fill(NaN)
  for (let at = 0; at < data.length; at++)
    out[Math.floor(at / columns) * row + (at % columns) * column] = data[at]!
  return out
}

/** The interpreter's result, which takes the order of sums from the kernel: transposed sides choose it. */
function expected({ dtype, inLanes, m, k, n }: Product, a: Data, b: Data): Data {
  const transpose = (data: Data, rows: number, columns: number): Data =>
    spread(data, [1, rows], rows, columns)
  const kernel =
    m === 1 && n !== 1
      ? ({ kind: 'matmul', transposeA: false, transposeB: inLanes } as const)
      : ({ kind: 'matmul', transposeA: (m === 1 || n === 1) && !inLanes, transposeB: false } as const)
  const left = new Tensor(
    kernel.transposeA ? transpose(a, m, k) : a,
    kernel.transposeA ? [k, m] : [m, k],
    dtype,
  )
  const right = new Tensor(
    kernel.transposeB ? transpose(b, k, n) : b,
    kernel.transposeB ? [n, k] : [k, n],
    dtype,
  )
  if (m * n > 0) expect(multipliesInLanes(left.shape, right.shape, kernel)).toBe(inLanes)
  return evaluate(kernel, [left, right], { dtype, shape: [m, n] }).storage()
}

/** What a tape's module does for one product. */
function multiply(step: MatmulStep, route: MatmulRoute, a: number, b: number, c: number): void {
  const { dtype, m, k, n } = step
  const bytes = bytesPerElement[dtype]
  const [aRow, aColumn, bRow, bColumn] = [step.a.row, step.a.column, step.b.row, step.b.column].map(
    (elements) => elements * bytes,
  ) as [number, number, number, number]
  const call = (name: string, ...args: number[]): number =>
    bench.call(`${name}_${dtype}` as KernelName, ...args)
  switch (route) {
    case 'matvec':
      if (n === 1) call('matvec', a, aRow, b, c, m, k)
      else call('matvec', b, bColumn, a, c, n, k)
      return
    case 'matvecStrided':
      if (n === 1) call('matvecStrided', a, aRow, aColumn, b, bRow, c, m, k)
      else call('matvecStrided', b, bColumn, bRow, a, aColumn, c, n, k)
      return
    case 'rows':
      if (m > 1 && n === 1) call('rows', b, 0, bRow, a, aColumn, c, 1, k, m)
      else call('rows', a, aRow, aColumn, b, bRow, c, m, k, n)
      return
    case 'direct':
      call('direct', a, aRow, aColumn, b, bRow, c, m, k, n)
      return
    case 'packed': {
      const packed = bench.room(packedBytes(step) + workBytesOf(step))
      call('pack', b, bRow, bColumn, packed, k, n)
      // Rows in two parts, as before an epilogue.
      const half = Math.floor(m / 8) * 4
      const rows = (from: number, count: number): number =>
        call(
          'multiply',
          a + from * aRow,
          aRow,
          aColumn,
          packed,
          c + from * n * bytes,
          count,
          k,
          n,
          packed + packedBytes(step),
        )
      rows(0, half)
      rows(half, m - half)
    }
  }
}

/** Whatever the route, the part of the workspace after the panels. */
function workBytesOf(step: MatmulStep): number {
  const wide = { ...step, m: 100, n: 1000, k: 1000, inLanes: false }
  return matmulWorkspace(wide) - packedBytes(wide)
}

/** Every route that these strides allow. */
function routesOf(step: MatmulStep): MatmulRoute[] {
  if (step.inLanes) return [...new Set([matmulRoute(step), 'matvecStrided' as const])]
  const beside = step.b.column === 1 || step.n <= 1
  const rows = step.n !== 1 || step.m <= 1 ? (['rows'] as const) : []
  const asTheyLie = beside ? (['direct', ...rows] as const) : []
  return [...new Set([matmulRoute(step), ...asTheyLie, 'packed' as const])]
}

function check(p: Product): void {
  const { dtype, m, k, n, inLanes } = p
  const [a, b] = [numbers(dtype, m * k, p.seed, p.special), numbers(dtype, k * n, p.seed + 1, p.special)]
  const [aStrides, bStrides] = [stridesOf(p.a, m, k), stridesOf(p.b, k, n)]
  const matrices = ([row, column]: readonly number[]): Matrices => ({
    buffer: 0,
    offset: 0,
    batch: 0,
    row: row!,
    column: column!,
  })
  const c = { buffer: 0, dtype, shape: [1, m, n], offset: 0, strides: [m * n, n, 1] }
  const sides = { a: matrices(aStrides), b: matrices(bStrides) }
  const step: MatmulStep = { kind: 'matmul', dtype, inLanes, batch: 1, m, k, n, ...sides, c }
  const want = expected(p, a, b)
  for (const route of routesOf(step)) {
    bench.clear()
    const [aAt, bAt] = [bench.place(spread(a, aStrides, m, k)), bench.place(spread(b, bStrides, k, n))]
    const at = bench.room(m * n * bytesPerElement[dtype])
    multiply(step, route, aAt, bAt, at)
    expect([route, ...bench.read(dtype, at, m * n)]).toEqual([route, ...want])
    expect(bench.damage()).toEqual([])
  }
}

test('products of all sizes and layouts, by every route, have the bits of the interpreter', () => {
  fc.assert(fc.property(product, check), { numRuns: 2000 })
})

test('sums over several blocks, and several blocks of rows', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    for (const [m, k, n] of [
      [130, 515, 21],
      [5, 600, 9],
      [131, 256, 33],
      [300, 3, 5],
    ] as const) {
      for (const transposed of [false, true]) {
        const side = { ...plain, transposed }
        check({ dtype, inLanes: false, m, k, n, a: side, b: side, seed: m, special: false })
      }
    }
  }
})
