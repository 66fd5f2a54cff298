import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatenate, jvp, split, stack, tensor, unstack, vjp, vmap, type Tensor } from '../../src/index.ts'
import { numbered, shapes } from './indices.ts'

test('concatenate and split undo each other, as do stack and unstack', () => {
  fc.assert(
    fc.property(
      shapes({ min: 1, max: 3 }),
      fc.nat(2),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
      (shape, choice, sizes) => {
        const axis = choice % shape.length
        const parts = sizes.map((size, i) => numbered(shape.with(axis, size), 7 * i))
        const whole = concatenate(parts, axis)
        expect(whole.shape).toEqual(
          shape.with(
            axis,
            sizes.reduce((a, b) => a + b),
          ),
        )
        expect(split(whole, sizes, axis).map((part) => part.toArray())).toEqual(
          parts.map((part) => part.toArray()),
        )
        const list = sizes.map((_, i) => numbered(shape, 5 * i))
        const piled = stack(list, axis - shape.length)
        expect(piled.shape).toEqual(shape.toSpliced(axis + 1, 0, sizes.length))
        expect(unstack(piled, axis + 1).map((part) => part.toArray())).toEqual(
          list.map((part) => part.toArray()),
        )
      },
    ),
  )
})

test('parts follow each other in order', () => {
  const [a, b] = [tensor([[1, 2]]), tensor([[3], [4]])]
  expect(concatenate([tensor([1]), tensor([]), tensor([2, 3])]).toArray()).toEqual([1, 2, 3])
  expect(concatenate([a, a, tensor([[5, 6]])]).toArray()).toEqual([
    [1, 2],
    [1, 2],
    [5, 6],
  ])
  expect(concatenate([b, b], -1).toArray()).toEqual([
    [3, 3],
    [4, 4],
  ])
  expect(stack([tensor(1), tensor(2)]).toArray()).toEqual([1, 2])
  expect(stack([tensor([1, 2]), tensor([3, 4])], 1).toArray()).toEqual([
    [1, 3],
    [2, 4],
  ])
})

test('one tensor joined to itself receives both shares; a shared part is repeated for every instance', () => {
  const x = tensor([1, 2])
  expect(
    vjp((y: Tensor) => concatenate([y, y]), x)
      .pullback(tensor([1, 2, 30, 40]))
      .toArray(),
  ).toEqual([31, 42])
  expect(jvp((y: Tensor) => stack([y, x, y]), x, tensor([5, 6])).tangent.toArray()).toEqual([
    [5, 6],
    [0, 0],
    [5, 6],
  ])
  expect(vmap((y: Tensor) => concatenate([y, x]))(tensor([[7], [8]])).toArray()).toEqual([
    [7, 1, 2],
    [8, 1, 2],
  ])
})

test.each<[string, () => unknown, RegExp]>([
  ['nothing to join', () => concatenate([]), /^concatenate: expected at least one tensor, got none$/],
  ['nothing to stack', () => stack([]), /^stack: expected at least one tensor, got none$/],
  [
    'shapes that differ',
    () => stack([tensor([1]), tensor([1, 2])]),
    /^stack: expected tensors of one shape, got \[1\] and \[2\]$/,
  ],
  [
    'other axes that differ',
    () => concatenate([tensor([[1, 2]]), tensor([[1]])]),
    /^concatenate: expected shapes that differ along axis 0 alone, got \[1,2\] and \[1,1\]$/,
  ],
  [
    'dtypes that differ',
    () => concatenate([tensor([1]), tensor([1], [1], 'f32')]),
    /^concatenate: expected tensors of one dtype, got f64 and f32\nhint: cast/,
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})
