import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as ops from '../../src/ops/index.ts'
import { tensor, type Tensor } from '../../src/index.ts'
import type { Operation } from '../../src/tape/index.ts'

const slopeAt = (f: (x: Tensor) => Tensor, x: number): number => ops.grad(f)(tensor(x)).item()

/** The value of the derivative at the kink, for every operation that has one: what each convention must give. */
const conventions: [name: string, slope: number, value: number][] = [
  ['abs', slopeAt(ops.abs, 0), 0],
  ['relu', slopeAt(ops.relu, 0), 0],
  ['leakyRelu', slopeAt(ops.leakyRelu, 0), 0.1],
  ['heaviside', slopeAt(ops.heaviside, 0), 0],
  ['sign', slopeAt(ops.sign, 0), 0],
  ['floor', slopeAt(ops.floor, 1), 0],
  ['minimum', slopeAt((x) => ops.minimum(x, 2), 2), 0.5],
  ['maximum', slopeAt((x) => ops.maximum(x, 2), 2), 0.5],
  ['less', slopeAt((x) => ops.less(x, 2), 2), 0],
  ['lessOrEqual', slopeAt((x) => ops.lessOrEqual(x, 2), 2), 0],
  ['equal', slopeAt((x) => ops.equal(x, 2), 2), 0],
  ['select', slopeAt((x) => ops.select(x, ops.mul(x, 5), ops.mul(x, 3)), 0), 3],
  ['clamp', slopeAt((x) => ops.clamp(x, -1, 2), 2), 0.5],
  ['pow', slopeAt((x) => ops.pow(x, tensor(0)), 0), 0],
  ['elu', slopeAt(ops.grad(ops.elu as (x: Tensor) => Tensor), 0), 1],
  ['hardTanh', slopeAt(ops.hardTanh, 1), 0],
  ['max', ops.grad((x: Tensor) => ops.max(x))(tensor([1, 1, 0])).data[0]!, 0.5],
]

test.each(conventions)('%s at its kink', (_, slope, value) => {
  expect(slope).toBe(value)
})

const kinked = Object.values(ops).flatMap((f) => {
  const operation =
    typeof f === 'function' && 'operation' in f ? (f.operation as Operation<unknown>) : undefined
  return operation?.kinks ? [operation] : []
})

test('every operation with a kink is among them, and in the table of the README', () => {
  expect(kinked.map(({ name }) => name).sort()).toEqual(conventions.map(([name]) => name).sort())
  // The formatter pads the columns of tables.
  const readme = readFileSync('README.md', 'utf8').replace(/ +/g, ' ')
  for (const { name, formula, kinks } of kinked)
    expect(readme).toContain(`| \`${name}\` | ${formula} | ${kinks} |`)
})
