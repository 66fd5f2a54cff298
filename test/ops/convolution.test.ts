import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checkGrad,
  conv2d,
  grad,
  record,
  square,
  stack,
  slice,
  sum,
  tensor,
  vmap,
  type Tensor,
} from '../../src/index.ts'
import { build, indicesOf, numbered, read } from './indices.ts'

test('equals the loop, for all strides, paddings and groups, in whole numbers', () => {
  const axis = fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 3 }), fc.nat(2), fc.integer({ min: 1, max: 3 }))
  const fits = ([size, window, padding]: number[]): boolean => window! <= size! + 2 * padding!
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.nat(2),
      fc.nat(2),
      fc.integer({ min: 1, max: 3 }),
      axis.filter(fits),
      axis.filter(fits),
      (n, inputs, outputs, groups, [h, kh, ph, sh], [w, kw, pw, sw]) => {
        const x = numbered([n, inputs * groups, h, w])
        const weights = numbered([outputs * groups, inputs, kh, kw], 5)
        const y = conv2d(x, weights, { stride: [sh, sw], padding: [ph, pw], groups })
        const counts = [Math.floor((h + 2 * ph - kh) / sh) + 1, Math.floor((w + 2 * pw - kw) / sw) + 1]
        const expected = build([n, outputs * groups, ...counts], ([b, o, i, j]) => {
          const group = Math.floor(o! / outputs)
          return indicesOf([inputs, kh, kw])
            .map(([c, k, l]) => {
              const at = [b!, group * inputs + c!, i! * sh + k! - ph, j! * sw + l! - pw]
              return read(weights, [o!, c!, k!, l!]) * read(x, at)
            })
            .reduce((a, b) => a + b, 0)
        })
        expect(y.shape).toEqual(expected.shape)
        expect(y.toArray()).toEqual(expected.toArray())
      },
    ),
    { numRuns: 200 },
  )
})

test.each([
  ['plain', { stride: 1, padding: 0 }, 2],
  ['stride and padding', { stride: [2, 1], padding: [1, [0, 1]] }, 2],
  ['groups', { padding: 1, groups: 2 }, 4],
] as const)('%s: derivatives by both arguments, second order, batch', (_, options, channels) => {
  const x = build([2, channels, 3, 4], ([n, c, i, j]) => Math.sin(7 * n! + 3 * c! + 2 * i! + j!))
  const weights = build([2, 2, 2, 2], ([o, c, k, l]) => Math.cos(5 * o! + 3 * c! + 2 * k! + l!))
  const f = (x: Tensor, w: Tensor): Tensor => square(conv2d(x, w, options))
  expect(checkGrad(f, x, weights).checks.filter(({ status }) => status !== 'passed')).toEqual([])
})

test('per-sample gradients of the weights are those of each image', () => {
  const images = numbered([3, 1, 2, 4, 4])
  for (const groups of [1, 2]) {
    const w = numbered([2, 2 / groups, 3, 3], 9)
    const loss = (w: Tensor, x: Tensor): Tensor => sum(square(conv2d(x, w, { padding: 1, groups })))
    const all = vmap(grad(loss), [null, 0])(w, images)
    const each = stack([0, 1, 2].map((i) => grad(loss)(w, slice(images, [i]))))
    expect(all.toArray()).toEqual(each.toArray())
  }
})

test('without groups it is a matrix product over windows and nothing else that moves', () => {
  const tape = record(
    (x: Tensor, w: Tensor) => conv2d(x, w, { padding: 1 }),
    numbered([2, 3, 4, 4]),
    numbered([5, 3, 3, 3]),
  )
  expect(tape.instructions.map(({ operation }) => operation.name)).toEqual([
    'unfold',
    'reshape',
    'reshape',
    'matmul',
    'reshape',
  ])
})

const x = numbered([1, 4, 3, 3])
test.each<[string, () => unknown, RegExp]>([
  [
    'an image without a batch',
    () => conv2d(tensor([[1]]), x),
    /^conv2d: expected x \[n,c,h,w\] and weights \[o,c\/groups,kh,kw\], got \[1,1\] and \[1,4,3,3\]$/,
  ],
  [
    'channels that differ',
    () => conv2d(x, numbered([2, 3, 1, 1])),
    /^conv2d: expected 4 input channels = .*, got 1 groups and weights \[2,3,1,1\]$/,
  ],
  [
    'groups that do not divide',
    () => conv2d(x, numbered([3, 2, 1, 1]), { groups: 2 }),
    /^conv2d: expected 4/,
  ],
  [
    'a kernel too large',
    () => conv2d(x, numbered([1, 4, 4, 1])),
    /^unfold: expected windows that fit into 3/,
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})
