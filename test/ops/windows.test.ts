import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkGrad, fold, mul, square, sum, tensor, unfold, type Tensor } from '../../src/index.ts'
import { build, indicesOf, numbered, read } from './indices.ts'

/** One spatial axis on which at least one window fits. */
const axis = fc
  .record({
    size: fc.nat(6),
    window: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    before: fc.nat(2),
    after: fc.nat(2),
    dilation: fc.integer({ min: 1, max: 2 }),
  })
  .map((a) => ({ ...a, reach: (a.window - 1) * a.dilation + 1 }))
  .filter((a) => a.reach <= a.before + a.size + a.after)

const problem = fc.record({
  lead: fc.array(fc.nat(2), { maxLength: 2 }),
  axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
})

test('unfold and fold equal loops, over one to three spatial axes', () => {
  fc.assert(
    fc.property(problem, ({ lead, axes }) => {
      const size = axes.map((a) => a.size)
      const window = axes.map((a) => a.window)
      const counts = axes.map((a) => Math.floor((a.before + a.size + a.after - a.reach) / a.stride) + 1)
      const options = {
        stride: axes.map((a) => a.stride),
        padding: axes.map((a) => [a.before, a.after] as const),
        dilation: axes.map((a) => a.dilation),
      }
      /** Where in x an element of a window lies. */
      const source = (index: number[]): number[] => [
        ...index.slice(0, lead.length),
        ...axes.map(({ stride, dilation, before }, d) => {
          const [k, i] = [index[lead.length + d]!, index[lead.length + axes.length + d]!]
          return i * stride + k * dilation - before
        }),
      ]
      const x = numbered([...lead, ...size])
      const windows = unfold(x, window, options)
      const expected = build([...lead, ...window, ...counts], (index) => read(x, source(index)))
      expect(windows.shape).toEqual(expected.shape)
      expect([...windows.data]).toEqual([...expected.data])

      const y = numbered(windows.shape, 3)
      const sums = new Map<string, number>()
      for (const index of indicesOf(y.shape)) {
        const key = String(source(index))
        sums.set(key, (sums.get(key) ?? 0) + read(y, index))
      }
      const folded = fold(y, size, window, options)
      expect(folded.shape).toEqual(x.shape)
      expect([...folded.data]).toEqual(indicesOf(x.shape).map((index) => sums.get(String(index)) ?? 0))
      // Adjoint to each other, exactly in whole numbers.
      expect(sum(mul(windows, y)).item()).toBe(sum(mul(x, folded)).item())
    }),
    { numRuns: 300 },
  )
})

test('windows lie behind the axes of the window', () => {
  const x = tensor([1, 2, 3, 4])
  expect(unfold(x, [3]).toArray()).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
  ])
  expect(unfold(x, [2], { stride: 3, padding: 1 }).toArray()).toEqual([
    [0, 3],
    [1, 4],
  ])
  expect(fold(unfold(x, [3]), [4], [3]).toArray()).toEqual([1, 4, 6, 4])
})

test('additions run with the position in the window ascending', () => {
  // Element 2 of the result lies in three windows: at position 0 of window 2, 1 of window 1, 2 of window 0.
  const terms = [1, 1e16, -1e16]
  const y = build([3, 3], ([k, i]) => (k! + i! === 2 ? terms[k!]! : 0))
  expect(fold(y, [5], [3]).data[2]).toBe(1 + 1e16 - 1e16)
  expect(-1e16 + 1e16 + 1).not.toBe(1 + 1e16 - 1e16)
})

test('a window that covers everything adds to zero, so that the sign of zero is that of a sum', () => {
  expect(Object.is(fold(tensor([[-0]]), [1], [1]).item(), 0)).toBe(true)
})

test('derivatives of both through something curved', () => {
  const x = build([2, 4, 3], ([c, i, j]) => Math.sin(5 * c! + 2 * i! + j!))
  const options = { stride: [2, 1], padding: [[1, 0], 1], dilation: [1, 2] } as const
  const f = (y: Tensor): Tensor => square(unfold(y, [2, 2], options))
  const g = (y: Tensor): Tensor => square(fold(square(unfold(y, [2, 2], options)), [4, 3], [2, 2], options))
  for (const h of [f, g])
    expect(checkGrad(h, x).checks.filter(({ status }) => status !== 'passed')).toEqual([])
})

const x = numbered([2, 3])
test.each<[string, () => unknown, RegExp]>([
  [
    'a window that does not fit',
    () => unfold(x, [2], { dilation: 3 }),
    /^unfold: expected windows that fit into 3 elements along spatial axis 0, got windows that reach over 4$/,
  ],
  ['a window of too many axes', () => unfold(x, [1, 1, 1]), /^unfold: expected a window of 1 to 2 axes/],
  ['an empty window', () => unfold(x, [0]), /^unfold: expected a window of 1 positive integers, got \[0\]$/],
  ['no stride', () => unfold(x, [1], { stride: 0 }), /^unfold: expected a stride of 1 positive .*, got 0$/],
  [
    'negative padding',
    () => unfold(x, [1], { padding: -1 }),
    /^unfold: expected nonnegative widths for 1 axes, got \[-1\]$/,
  ],
  [
    'windows of another tensor',
    () => fold(x, [5], [2]),
    /^fold: expected a shape that ends in \[2,4\], got \[2,3\]$/,
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message)
})
