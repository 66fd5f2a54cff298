import { expect, test } from 'vitest'
import { Tensor, tensor } from '../../src/array/index.ts'
import {
  add,
  cast,
  clamp,
  concatenate,
  elementwise,
  grad,
  host,
  matmul,
  mul,
  scalar,
  scatterAdd,
  sum,
  take,
  tanh,
} from '../../src/index.ts'
import { modes, onDevice } from '../../kernels/index.ts'
import { gpuFor } from '../../kernels/gpu.ts'
import { countLive } from '../../kernels/live.ts'

const slope = grad((x: Tensor) => sum(tanh(x)))
const close = (x: Tensor, expected: readonly number[]): void =>
  expected.forEach((value, i) => expect(x.data[i]).toBeCloseTo(value, 6))

test('the result says what ran, and why no GPU did', async () => {
  const f = await onDevice(slope)
  const { value, ran } = await f(tensor([0, 1]))
  close(value, [1, 0.41997434])
  expect(ran).toEqual({
    executor: 'kernels',
    mode: 'webasm',
    precision: 'f32',
    fallback: 'no GPU: there is no WebGPU here, there is no WebGL 2 here',
    kernels: 1,
    here: [],
  })
  expect(value.dtype).toBe('f64')
  await f.destroy()
})

test('trees, several shapes and a second call; what is closed over is a constant', async () => {
  const w = tensor([
    [1, 2],
    [3, 4],
  ])
  const f = await onDevice(({ x, b }: { x: Tensor; b: Tensor }) => [matmul(w, x), add(x, b)], { mode: 'cpu' })
  for (let k = 0; k < 2; k++) {
    const { value } = await f({ x: tensor([[1], [k]]), b: tensor(k) })
    expect(value.map((y) => y.toArray())).toEqual([
      [[1 + 2 * k], [3 + 4 * k]],
      [[1 + k], [2 * k]],
    ])
    const { value: wide } = await f({
      x: tensor([
        [1, 0, 1],
        [0, 1, k],
      ]),
      b: tensor(k),
    })
    expect(wide[0]!.toArray()).toEqual([
      [1, 2, 1 + 2 * k],
      [3, 4, 3 + 4 * k],
    ])
  }
  await f.destroy()
})

const doubled = host({ name: 'doubled', type: ([x]) => x!, call: ([x]) => x!.storage().map((v) => 2 * v) })

test('what a device cannot do runs here, in between', async () => {
  const f = await onDevice(
    (x: Tensor) => mul(3, take(doubled(tanh(x)), cast(clamp(mul(x, 2), 0, 2), 'i32'))),
    { mode: 'webasm' },
  )
  const { value, ran } = await f(tensor([0.2, 0.6, 5]))
  close(
    value,
    [Math.tanh(0.2), Math.tanh(0.6), Math.tanh(5)].map((v) => 6 * v),
  )
  expect(ran.here).toEqual(['doubled', 'gather'])
  expect(ran.kernels).toBeGreaterThan(1)
  await f.destroy()
})

test('results that are arguments, constants or empty', async () => {
  const c = tensor([7, 8])
  const f = await onDevice((x: Tensor, y: Tensor) => [x, c, y, x], { mode: 'webasm' })
  const x = tensor([1, 2])
  const { value } = await f(x, tensor(new Float64Array(0), [0, 3]))
  expect(value.map((y) => y.toArray())).toEqual([[1, 2], [7, 8], [], [1, 2]])
  expect(value[0]!.storage()).not.toBe(x.storage())
})

test('more arrays than a kernel may see are joined in several', async () => {
  const f = await onDevice((...xs: Tensor[]) => concatenate(xs), { mode: 'webasm' })
  const parts = Array.from({ length: 23 }, (_, i) => tensor([i, -i]))
  expect((await f(...parts)).value.toArray()).toEqual(parts.flatMap((x) => [...x.data]))
  await f.destroy()
})

test('an operation of too many operands is refused', async () => {
  const sumOfSeven = elementwise('sumOfSeven', 'a + … + g', (a, b, c, d, e, f, g) =>
    [b, c, d, e, f, g].reduce((sum, x) => scalar.add(sum!, x!), a)!,
  )
  const f = await onDevice((...xs: Tensor[]) => (sumOfSeven as (...list: Tensor[]) => Tensor)(...xs), {
    mode: 'cpu',
  })
  const xs = Array.from({ length: 7 }, (_, i) => tensor([i, 1]))
  await expect(f(...xs)).rejects.toThrow('kernels: expected operations of at most 6 operands, got 7')
})

test('infinities and NaN come through', async () => {
  const f = await onDevice((x: Tensor) => mul(x, tensor([1, Infinity, NaN, -Infinity])), { mode: 'webasm' })
  expect((await f(tensor([NaN, 2, 1, 3]))).value.toArray()).toEqual([NaN, Infinity, NaN, -Infinity])
  await f.destroy()
})

test('what is wrong is said by name', async () => {
  await expect(onDevice(3 as never)).rejects.toThrow(
    new TypeError('onDevice: expected a function, got number'),
  )
  await expect(onDevice(slope, { mode: 'gpu' as never })).rejects.toThrow(
    new RangeError('onDevice: expected mode auto or webgpu or webgl2 or webasm or cpu, got gpu'),
  )
  await expect(onDevice(slope, { mode: 'webgpu' })).rejects.toThrow(
    'onDevice: expected mode webgpu to work, got: there is no WebGPU here',
  )
  const pick = await onDevice((x: Tensor, i: Tensor) => take(x, i), { mode: 'webasm' })
  await expect(pick(tensor([1, 2]), tensor([2], [1], 'i32'))).rejects.toThrow(
    new RangeError('take: expected indices in [0,2), got 2'),
  )
  expect((await pick(tensor([1, 2]), tensor([1], [1], 'i32'))).value.toArray()).toEqual([2])
  const shift = await onDevice((i: Tensor) => cast(cast(i, 'f64'), 'i32'), { mode: 'webasm' })
  await expect(shift(tensor([2 ** 25], [1], 'i32'))).rejects.toThrow(
    new RangeError('kernels: expected whole numbers up to 16777216, got 33554432'),
  )
  const large = await onDevice((x: Tensor) => tanh(x), { mode: 'cpu' })
  await expect(large(new Tensor(new Float32Array(2 ** 24), [2 ** 24], 'f32'))).rejects.toThrow(
    new RangeError('kernels: expected arrays of less than 16777216 elements, got 16777216'),
  )
  expect(modes).toHaveLength(4)
})

test('pipelines that were not used for long make room, and come back', { timeout: 60_000 }, async () => {
  const functions = await Promise.all(
    Array.from({ length: 100 }, (_, k) => onDevice((x: Tensor) => mul(k, x), { mode: 'webasm' })),
  )
  for (let round = 0; round < 2; round++) {
    for (let k = 0; k < 100; k++)
      expect((await functions[k]!(tensor([1, 2]))).value.toArray()).toEqual([k, 2 * k])
    expect(countLive()).toBeLessThanOrEqual(64)
  }
  // All at once: none of them goes while it is at work.
  const together = await Promise.all(functions.map((f) => f(tensor([3]))))
  expect(together.map(({ value }) => value.data[0])).toEqual(functions.map((_, k) => 3 * k))
  await Promise.all(functions.map((f) => f.destroy()))
  expect(countLive()).toBe(0)
  const { kernels, pipelines } = (await gpuFor('webasm')) as unknown as Record<string, unknown[]>
  expect([kernels!.length, pipelines!.length]).toEqual([0, 0])
})

test('calls at the same time do not mix', async () => {
  const f = await onDevice((x: Tensor) => mul(x, x), { mode: 'webasm' })
  const found = await Promise.all(Array.from({ length: 20 }, (_, k) => f(tensor([k]))))
  expect(found.map(({ value }) => value.data[0])).toEqual(Array.from({ length: 20 }, (_, k) => k * k))
  await f.destroy()
})

test('selections of nothing, and sums over it', async () => {
  const f = await onDevice((x: Tensor, i: Tensor, u: Tensor) => [take(x, i), scatterAdd(u, i, 2)], {
    mode: 'webasm',
  })
  const nothing = tensor(new Int32Array(0), [0], 'i32')
  const { value } = await f(
    tensor([
      [1, 2],
      [3, 4],
    ]),
    nothing,
    tensor(new Float64Array(0), [0, 3]),
  )
  expect(value.map((y) => y.shape)).toEqual([
    [0, 2],
    [2, 3],
  ])
  expect([...value[1]!.data]).toEqual([0, 0, 0, 0, 0, 0])
})
