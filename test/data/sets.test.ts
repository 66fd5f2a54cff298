import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Tensor } from '../../src/array/index.ts'
import {
  checkDataset,
  describe as facts,
  gaussianMixture,
  glyphs,
  range,
  readFolder,
  rings,
  split,
  spheres,
  subset,
  writeNpy,
  writeNpz,
  writeSafetensors,
  xor,
  type Dataset,
} from '../../src/data/index.ts'
import { stream } from '../../src/random/index.ts'

test.each<[string, (count: number, seed: number) => Dataset]>([
  ['glyphs', (count, seed) => glyphs({ count, seed })],
  ['gaussian mixture', (count, seed) => gaussianMixture({ count, seed, inputs: 5 })],
  ['spheres', (count, seed) => spheres({ count, seed, inputs: 5 })],
  ['xor', (count, seed) => xor({ count, seed, inputs: 3 })],
  ['rings', (count, seed) => rings({ count, seed })],
])('%s: the first samples are the same whatever the count, others with another seed', (_, make) => {
  const [few, many] = [make(20, 1), make(50, 1)]
  checkDataset(many)
  expect(range(many, 0, 20)).toEqual({ ...few })
  expect(make(20, 2).inputs.data).not.toEqual(few.inputs.data)
  const ones = Array.from(make(2000, 3).labels.data).reduce(
    (sum: number, label: number) => sum + (label === 1 ? 1 : 0),
    0,
  )
  // Binomial with 2000 trials: eight standard deviations.
  const p = 1 / many.classes
  expect(Math.abs(ones - 2000 * p)).toBeLessThan(8 * Math.sqrt(2000 * p * (1 - p)))
})

test('glyphs: pixels in [0, 1], ink that differs between classes, no image twice', () => {
  const { inputs, labels } = glyphs({ count: 500, seed: 1 })
  expect(inputs.shape).toEqual([500, 1, 28, 28])
  const range01 = inputs.data as Float32Array
  expect(range01.reduce((low, v) => Math.min(low, v), 1)).toBe(0)
  expect(range01.reduce((high, v) => Math.max(high, v), 0)).toBe(1)
  const ink = new Float64Array(10)
  const counts = new Float64Array(10)
  for (let i = 0; i < 500; i++) {
    const label = labels.data[i]!
    counts[label]!++
    for (let j = 0; j < 784; j++) ink[label]! += inputs.data[i * 784 + j]!
  }
  expect(ink[8]! / counts[8]!).toBeGreaterThan(1.3 * (ink[1]! / counts[1]!))
  const first = new Set(Array.from({ length: 500 }, (_, i) => range01.slice(i * 784, (i + 1) * 784).join()))
  expect(first.size).toBe(500)
})

test('geometry: spheres of their radii, xor by its signs, rings around the origin', () => {
  const norm = (set: Dataset, i: number): number => {
    const d = set.inputs.shape[1]!
    return Math.hypot(...Array.from(set.inputs.data).slice(i * d, (i + 1) * d))
  }
  const ball = spheres({ count: 50, seed: 1, inputs: 7 })
  const ring = rings({ count: 50, seed: 1, noise: 0 })
  const cross = xor({ count: 50, seed: 1, noise: 0 })
  for (let i = 0; i < 50; i++) {
    expect(norm(ball, i)).toBeCloseTo(ball.labels.data[i] === 1 ? 1.3 : 1, 5)
    expect(norm(ring, i)).toBeCloseTo(ring.labels.data[i] === 1 ? 2 : 1, 5)
    expect(cross.inputs.data[2 * i]! * cross.inputs.data[2 * i + 1]!).toBe(
      cross.labels.data[i] === 1 ? 1 : -1,
    )
  }
})

const file = (name: string, bytes: Uint8Array) => ({ name, bytes: () => bytes })
const idx = (shape: number[], values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, n >> 8, n & 255]), ...values])
const mnist = [
  file('train-images-idx3-ubyte.gz', new Uint8Array(gzipSync(idx([2, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4])))),
  file('train-labels-idx1-ubyte.gz', new Uint8Array(gzipSync(idx([2], [7, 0])))),
  file('t10k-images-idx3-ubyte', idx([1, 2, 2], [5, 6, 7, 8])),
  file('t10k-labels-idx1-ubyte', idx([1], [3])),
]

test('a directory of MNIST files, packed or not', async () => {
  const { train, test } = await readFolder('mnist', mnist)
  expect(train.inputs.shape).toEqual([2, 1, 2, 2])
  expect(Array.from(train.inputs.data).slice(0, 4)).toEqual([0, 0.2, 0.4, 1].map(Math.fround))
  expect([train.classes, Array.from(train.labels.data)]).toEqual([8, [7, 0]])
  expect(test.classes).toBe(8)
  expect(Array.from(test.labels.data)).toEqual([3])
  await expect(readFolder('mnist', mnist.slice(0, 1))).rejects.toThrow(/the file train-labels-idx1-ubyte/)
})

test('NPZ with channels last, CSV with a label column, CIFAR batches', async () => {
  const x = new Tensor(
    Int32Array.from({ length: 12 }, (_, i) => i),
    [1, 2, 2, 3],
    'i32',
  )
  const y = new Tensor(Int32Array.of(1), [1, 1], 'i32')
  const archive = file('set.npz', writeNpz({ x_train: x, y_train: y, x_test: x, y_test: y }))
  const { train } = await readFolder('set', [archive])
  expect(train.inputs.shape).toEqual([1, 3, 2, 2])
  expect(Array.from(train.inputs.data).slice(0, 4)).toEqual([0, 3, 6, 9].map((v) => Math.fround(v / 255)))
  const csv = file('train.csv', new TextEncoder().encode('a,label,b\n1.5,2,3\n'))
  const table = await readFolder('table', [csv, { ...csv, name: 'test.csv' }])
  expect([Array.from(table.train.inputs.data), Array.from(table.train.labels.data)]).toEqual([[1.5, 3], [2]])
  const cifar = ['data_batch_1.bin', 'data_batch_2.bin', 'test_batch.bin'].map((name) =>
    file(name, new Uint8Array(3073)),
  )
  expect((await readFolder('cifar', cifar)).train.inputs.shape).toEqual([2, 3, 32, 32])
  await expect(readFolder('none', [file('a.txt', new Uint8Array())])).rejects.toThrow(/got a.txt/)
})

test('subset and split: samples with their labels, each in one part at most', () => {
  const set = gaussianMixture({ count: 40, seed: 1, inputs: 3 })
  const sample = (part: Dataset, i: number): number[] => [
    ...Array.from(part.inputs.data).slice(3 * i, 3 * i + 3),
    part.labels.data[i]!,
  ]
  const chosen = subset(set, [7, 0, 7])
  expect([0, 1, 2].map((i) => sample(chosen, i))).toEqual([7, 0, 7].map((i) => sample(set, i)))
  const all = (parts: readonly Dataset[]): string[] =>
    parts.flatMap((part) => Array.from({ length: part.labels.size }, (_, i) => sample(part, i).join()))
  const whole = all([set])
  const parts = split(set, [25, 15], stream(3))
  expect(parts.map(({ inputs }) => inputs.shape)).toEqual([
    [25, 3],
    [15, 3],
  ])
  expect(all(parts).sort()).toEqual(whole.slice().sort())
  expect(all(parts)).not.toEqual(whole)
  expect(all(split(set, [25], stream(3)))).toEqual(all(parts).slice(0, 25))
  expect(() => subset(set, [40])).toThrow(/indices from 0 to 39, got 40 at 0/)
  expect(() => subset(set, [NaN])).toThrow(/got NaN/)
  expect(() => split(set, [30, 11], stream(3))).toThrow(/positive counts of 40 samples together, got 30, 11/)
  expect(() => split(set, [0], stream(3))).toThrow(/positive counts/)
})

test('data that make no set are refused', () => {
  const set = glyphs({ count: 3, seed: 1 })
  expect(() => checkDataset({ ...set, classes: 1 })).toThrow(/labels from 0 to 0/)
  const nan = new Tensor(new Float32Array(3).fill(NaN), [3, 1], 'f32')
  expect(() => checkDataset({ ...set, inputs: nan })).toThrow(/finite inputs, got NaN at 0/)
  expect(() => range(set, 1, 4)).toThrow(/range within 0 to 3/)
  expect(() => glyphs({ count: 0, seed: 1 })).toThrow(/count of at least 1/)
  expect(() => xor({ count: 1, seed: 1, inputs: 1 })).toThrow(/at least 2 inputs/)
})

test('facts of a file, by format', async () => {
  const x = new Tensor(Float64Array.of(1, -2), [2], 'f64')
  expect(await facts(file('x.npy', writeNpy(x)))).toEqual(['NPY', 'tensor: f64 [2], from -2 to 1'])
  expect(await facts(file('m.safetensors', writeSafetensors({ x }, { a: 'b' })))).toEqual([
    ...['safetensors', 'metadata a: b', 'x: f64 [2], from -2 to 1'],
  ])
  expect(await facts(mnist[1]!)).toEqual(['IDX (gzip)', 'tensor: i32 [2], from 0 to 7'])
  await expect(facts(file('x.npy', new Uint8Array(3)))).rejects.toThrow(/readNpy/)
})
