import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesPerElement, Tensor, type Data, type DType } from '../../../../src/array/index.ts'
import { evaluate } from '../../../../src/run/interpreter.ts'
import type { MoveKernel } from '../../../../src/tape/index.ts'
import { Bench, numbers, seed } from './bench.ts'

const bench = new Bench()
const dtype: fc.Arbitrary<DType> = fc.constantFrom('f32', 'f64', 'i32')
const total = (list: readonly number[]): number => list.reduce((n, m) => n * m, 1)

interface Side {
  readonly strides: readonly number[]
  /** Elements of the buffer. */
  readonly size: number
}

/** Axes in any order in memory, apart from each other, and on the reading side also repeated or overlapping. */
function side(shape: readonly number[], order: readonly number[], gap: number, overlap: number): Side {
  const strides = shape.map(() => 0)
  let next = 1
  for (const axis of order) {
    strides[axis] = next
    next *= Math.max(1, shape[axis]!)
    next += gap
  }
  const flat = strides.map((stride) => (overlap === 1 ? 0 : overlap === 2 ? Math.ceil(stride / 2) : stride))
  const last = flat.reduce((at, stride, axis) => at + stride * (shape[axis]! - 1), 0)
  return { strides: flat, size: total(shape) === 0 ? 0 : last + 1 }
}

const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 })
const rowMajor = fc.constant([3, 2, 1, 0])
const axis = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(1, 1, 8, 9, 16, 24, 33))

test('copies and additions over four axes', () => {
  fc.assert(
    fc.property(
      dtype,
      fc.boolean(),
      fc.tuple(axis, axis, axis, axis).filter((shape) => total(shape) < 20_000),
      fc.oneof(rowMajor, order),
      fc.oneof(rowMajor, order),
      fc.constantFrom(0, 0, 1, 3),
      fc.constantFrom(0, 0, 0, 1, 2),
      seed,
      (type, add, shape, readOrder, writeOrder, gap, overlap, seed) => {
        const from = side(shape, readOrder, gap, overlap)
        const to = side(shape, writeOrder, gap, 0)
        const source = numbers(type, from.size, seed, true)
        const piece = { input: 0, shape, from: { offset: 0, ...from }, to: { offset: 0, ...to } }
        const kernel: MoveKernel = { kind: 'move', pieces: [piece], add: true }
        const input = new Tensor(source, [from.size], type)
        const moved = evaluate(add ? kernel : { ...kernel, add: false }, [input], {
          dtype: type,
          shape: [to.size],
        })
        bench.clear()
        const bytes = bytesPerElement[type]
        const fromAt = bench.place(source)
        const toAt = bench.place(numbers(type, to.size, 0).fill(0))
        const name = add ? (`add_${type}` as const) : (`copy_${bytes as 4 | 8}` as const)
        const strides = [...from.strides, ...to.strides].map((stride) => stride * bytes)
        bench.call(name, fromAt, toAt, ...shape, ...strides)
        expect(bench.read(type, toAt, to.size)).toEqual(moved.storage())
        expect(bench.damage()).toEqual([])
      },
    ),
    { numRuns: 2000 },
  )
})

test('additions fall on each other in row-major order', () => {
  const [shape, strides] = [
    [3, 5, 2, 7],
    [1, 0, 2, 1],
  ]
  for (const type of ['f32', 'f64', 'i32'] as const) {
    const source = numbers(type, total(shape), 5)
    const from = { offset: 0, strides: [70, 14, 7, 1] }
    const kernel: MoveKernel = {
      kind: 'move',
      pieces: [{ input: 0, shape, from, to: { offset: 0, strides } }],
      add: true,
    }
    const want = evaluate(kernel, [new Tensor(source, [source.length], type)], { dtype: type, shape: [11] })
    bench.clear()
    const bytes = bytesPerElement[type]
    const [fromAt, toAt] = [bench.place(source), bench.place(numbers(type, 11, 0).fill(0))]
    bench.call(
      `add_${type}`,
      fromAt,
      toAt,
      ...shape,
      ...[...from.strides, ...strides].map((stride) => stride * bytes),
    )
    expect(bench.read(type, toAt, 11)).toEqual(want.storage())
  }
})

const small = fc.integer({ min: 0, max: 4 })

test('selections and their adjoints, and indices out of range', () => {
  fc.assert(
    fc.property(
      dtype,
      fc.boolean(),
      small,
      small,
      fc.integer({ min: 1, max: 9 }),
      small,
      fc.oneof(small, fc.constantFrom(8, 15, 16, 17, 40)),
      seed,
      fc.option(fc.constantFrom(-1, -2147483648, 9, 2147483647), { freq: 5 }),
      (type, scatter, batches, outer, n, picked, inner, seed, wrong) => {
        const indices = Int32Array.from(
          numbers('f64', batches * picked, seed),
          (x) => Math.floor(Math.abs(x)) % n,
        )
        const bad = seed % Math.max(1, indices.length)
        if (wrong !== null && bad < indices.length) indices[bad] = wrong
        const refused = [...indices].findIndex((index) => index < 0 || index >= n)
        const whole = [batches, outer, n, inner]
        const part = [batches, outer, picked, inner]
        const [inShape, outShape] = scatter ? [part, whole] : [whole, part]
        const x = numbers(type, total(inShape), seed + 1, true)
        bench.clear()
        const at = bench.place(x)
        const list = bench.place(indices)
        const zeros: Data = numbers(type, total(outShape), 0).fill(0)
        const out = bench.place(zeros)
        const bytes = bytesPerElement[type]
        const name = scatter ? (`scatter_${type}` as const) : (`take_${bytes as 4 | 8}` as const)
        expect(bench.call(name, at, list, out, batches, outer, n, picked, inner)).toBe(refused + 1)
        const kernel = { kind: 'gather', axis: 2, batch: 1, scatter } as const
        const inputs = [new Tensor(x, inShape, type), new Tensor(indices, [batches, picked], 'i32')]
        const want =
          refused < 0 ? evaluate(kernel, inputs, { dtype: type, shape: outShape }).storage() : zeros
        expect(bench.read(type, out, total(outShape))).toEqual(want)
        expect(bench.damage()).toEqual([])
      },
    ),
    { numRuns: 1000 },
  )
})
