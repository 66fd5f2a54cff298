import { expect, test } from 'vitest'
import * as ops from '../../src/ops/index.ts'
import { allocate, sizeOf, Tensor } from '../../src/array/index.ts'
import type { Operation } from '../../src/tape/index.ts'

const operations = Object.values(ops).flatMap((f) =>
  typeof f === 'function' && 'operation' in f ? [f.operation as Operation<unknown>] : [],
)

test('there are operations to check', () => {
  expect(operations.length).toBeGreaterThan(35)
})

test.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s: value, both modes, second order, in f64 and f32',
  (_, operation) => {
    const results = ops.checkOperation(operation)
    expect(results.length).toBeGreaterThan(0)
    for (const { case: sample, dtype, report } of results) {
      const failed = report.checks.filter(({ status }) => status !== 'passed')
      expect({ dtype, shapes: sample.shapes, failed }).toMatchObject({ failed: [] })
    }
  },
)

test.each(
  operations.flatMap((operation) => (operation.refuses ?? []).map((sample) => [operation, sample] as const)),
)('refuses bad shapes by name (%#)', (operation, { shapes, params }) => {
  const xs = shapes.map((shape) => new Tensor(allocate('f64', sizeOf(shape)), shape, 'f64'))
  expect(() => ops.apply(operation, xs, params)).toThrow(new RegExp(`^${operation.name}: expected .*, got `))
})
