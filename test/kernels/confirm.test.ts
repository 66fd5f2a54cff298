import { expect, test } from 'vitest'
import { Tensor, tensor } from '../../src/array/index.ts'
import { cast, matmul, reshape, sub } from '../../src/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { confirmSigns, onDevice } from '../../kernels/index.ts'

test('signs that f32 cannot decide are counted', () => {
  // In f32 the two are equal; in f64 the second sample lies on the other side.
  const margins = (x: Tensor): Tensor => sub(x, 1)
  const points = tensor([1.5, 1 - 1e-12, 1, 1])
  const found = tensor([0.5, 0, 0, NaN])
  const { statuses, counts, margins: again } = confirmSigns(margins, points, found)
  expect(statuses).toEqual(['confirmed', 'disagrees', 'disagrees', 'unresolved'])
  expect(counts).toEqual({ confirmed: 1, disagrees: 2, unresolved: 1 })
  expect(again.dtype).toBe('f64')
})

test('other than one f64 number a sample is refused', () => {
  const x = tensor([1, 2])
  expect(() => confirmSigns((y) => cast(y, 'f32'), x, x)).toThrow(
    new RangeError('confirmSigns: expected 2 margins in f64, got 2 in f32'),
  )
  expect(() => confirmSigns(() => tensor([1]), x, x)).toThrow('expected 2 margins in f64, got 1 in f64')
})

test('the flips of five hundred random linear models, found in f32, hold in f64 or are counted', async () => {
  const s = stream(1, 'models')
  const [n, d] = [500, 20]
  const w = tensor(normal(s, n * d), [n, 1, d])
  const x = tensor(normal(s, n * d), [n, d, 1])
  const margins = (y: Tensor): Tensor => reshape(matmul(w, y), [n])
  // To the boundary and a little beyond, by as much as f32 can just see, or not.
  const beyond = Array.from({ length: n }, (_, i) => 1 + 10 ** -(i % 10))
  const values = margins(x).data
  const squares = matmul(w, reshape(w, [n, d, 1])).data
  const moved = new Tensor(
    Float32Array.from(x.data, (v, k) => {
      const i = Math.floor(k / d)
      return v - (beyond[i]! * values[i]! * w.data[k]!) / squares[i]!
    }),
    [n, d, 1],
    'f32',
  )
  const onGpu = await onDevice(margins, { mode: 'webasm' })
  const { value } = await onGpu(cast(moved, 'f64'))
  const { counts, statuses } = confirmSigns(margins, moved, value)
  expect(counts.confirmed + counts.disagrees + counts.unresolved).toBe(n)
  // Steps far beyond the boundary are beyond doubt; those within rounding are not.
  statuses.forEach((status, i) => i % 10 < 4 && expect(status).toBe('confirmed'))
  expect(counts.confirmed).toBeGreaterThan(300)
  expect(counts.disagrees).toBeGreaterThan(0)
  await onGpu.destroy()
})
