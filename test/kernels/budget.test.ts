import { expect, test } from 'vitest'
import { Tensor, tensor } from '../../src/array/index.ts'
import {
  cast,
  exp,
  fold,
  host,
  interpret,
  less,
  matmul,
  mul,
  record,
  relu,
  sub,
  sum,
} from '../../src/index.ts'
import type { Tape } from '../../src/tape/index.ts'
import { budgetOf } from '../../kernels/index.ts'
import { compare, numbers } from './agreement.ts'
import { tapes } from './tapes.ts'

const UNIT = 2 ** -24
const boundsOf = (f: (x: Tensor) => Tensor, x: Tensor): number[] => [
  ...budgetOf(record(f, x), [x])[0]!.error.data,
]

test('a product of matrices: (k + 2) units of |A||B|, and what the arguments bring', () => {
  const a = tensor([[0.5, 0.25, -2]])
  const b = tensor([[1], [3], [0.125]])
  const [{ error, value }] = budgetOf(
    record((x, y) => matmul(x, y), a, b),
    [a, b],
  ) as [{ error: Tensor; value: Tensor }]
  expect(value.toArray()).toEqual([[1]])
  expect(error.data[0]).toBeCloseTo(5 * UNIT * 1.5, 12)
})

test('arguments count as rounded once, and errors grow through steep functions', () => {
  const third = Math.abs(1 / 3 - Math.fround(1 / 3))
  expect(boundsOf((x) => x, tensor([0.5, 1 / 3]))).toEqual([0, third])
  const [error] = boundsOf((x) => exp(mul(30, x)), tensor([1 / 3])) as [number]
  expect(error).toBeGreaterThan(30 * third * Math.exp(10))
  expect(error).toBeLessThan(300 * third * Math.exp(10))
})

test('a comparison that could go either way counts as if it did', () => {
  const x = tensor([1 / 3, 2 / 3])
  expect(boundsOf((y) => less(mul(2, y), 2 / 3), x)).toEqual([0, 0])
  expect(boundsOf((y) => less(sub(y, 1 / 3 + 1e-9), 0), x)).toEqual([1, 0])
  expect(boundsOf((y) => relu(sub(y, 1)), x).every((e) => e === 0)).toBe(true)
})

test('beyond the range of f32 nothing is known', () => {
  expect(boundsOf((y) => mul(y, y), tensor([1e30, 1e10]))[0]).toBe(Infinity)
  expect(boundsOf((y) => mul(y, y), tensor([1e-30]))[0]).toBeGreaterThanOrEqual(1e-60)
})

test('calls of host functions are refused', () => {
  const same = host({ name: 'same', type: ([x]) => x!, call: ([x]) => x!.storage() })
  const x = tensor([1])
  expect(() => budgetOf(record(same, x), [x])).toThrow(
    'budgetOf: expected kernels, got a call of the host function same',
  )
})

/** The tape in f32, run by the interpreter: an f32 device that rounds every step correctly. */
function inSingle({ tape, args }: { tape: Tape; args: readonly Tensor[] }): Tensor[] {
  const single = (x: Tensor): Tensor => (x.dtype === 'i32' ? x : cast(x, 'f32'))
  const types = tape.types.map((type) => (type.dtype === 'i32' ? type : { ...type, dtype: 'f32' as const }))
  const constants = new Map([...tape.constants].map(([value, x]) => [value, single(x)]))
  return interpret({ ...tape, types, constants }, args.map(single)).map((y) =>
    y.dtype === 'i32' ? y : cast(y, 'f64'),
  )
}

test.each(tapes)('$name in f32, step by step, stays within its bounds', (sample) => {
  compare(sample.name, inSingle(sample), sample.tape, sample.args)
})

test('bounds are not so wide that an error would hide: half the bits of f32 are seen missing', () => {
  const x = numbers([6, 9], 1)
  const tape = record((y) => sum(mul(y, y), 1), x)
  const exact = interpret(tape, [x])
  const coarse = exact.map(
    (y) =>
      new Tensor(
        y.storage().map((v) => v * (1 + 2 ** -19)),
        y.shape,
        y.dtype,
      ),
  )
  expect(() => compare('squares', coarse, tape, [x])).toThrow(/^squares 0\[0\]: expected /)
  expect(compare('squares', exact, tape, [x]).worst).toBe(0)
})

test('more numbers that others are added to than a call can have arguments', () => {
  const x = numbers([2, 150_000], 1)
  const [bounded] = budgetOf(
    record((y) => fold(y, [150_001], [2]), x),
    [x],
  )
  const [first, second] = bounded!.error.data as Float64Array
  expect(bounded!.error.size).toBe(150_001)
  expect(second).toBeGreaterThan(first!)
})
