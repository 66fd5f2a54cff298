import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { Tensor } from '../../../src/array/index.ts'
import { gaussianMixture, xor } from '../../../src/data/index.ts'
import {
  evaluate,
  initialise,
  losses,
  mlp,
  rateAt,
  targetsFor,
  train,
  type Optimiser,
  type TrainOptions,
} from '../../../src/nets/index.ts'
import { normal, stream } from '../../../src/random/index.ts'
import { setExecutor } from '../../../src/run/index.ts'

afterEach(() => setExecutor('compile'))

const golden = JSON.parse(readFileSync('test/nets/golden/optimisers.json', 'utf8')) as Record<string, never>
const small = mlp({ input: 2, widths: [8], outputs: 2 })
const toys: TrainOptions = { architecture: small, data: xor({ count: 60, seed: 1 }), seed: 3, batchSize: 16 }

test.each<[string, Optimiser, number]>([
  ['sgd', { kind: 'sgd', momentum: 0 }, 0.1],
  ['momentum', { kind: 'sgd', momentum: 0.8, weightDecay: 0.01 }, 0.1],
  ['nesterov', { kind: 'sgd', momentum: 0.8, nesterov: true }, 0.1],
  ['adam', { kind: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.02 }, 0.05],
])('six steps of %s are PyTorch’s', async (name, optimiser, rate) => {
  const { x, y, weight, bias } = golden as unknown as Record<string, number[]>
  const { status, parameters } = await train({
    architecture: mlp({ input: 4, widths: [], outputs: 3 }),
    parameters: {
      'fc1.weight': new Tensor(Float64Array.from(weight!), [3, 4], 'f64'),
      'fc1.bias': new Tensor(Float64Array.from(bias!), [3], 'f64'),
    },
    data: {
      inputs: new Tensor(Float64Array.from(x!), [10, 4], 'f64'),
      labels: new Tensor(Int32Array.from(y!), [10], 'i32'),
    },
    ...{ optimiser, schedule: { kind: 'constant', rate }, batchSize: 10, epochs: 6, seed: 1 },
  })
  expect(status).toBe('finished')
  const torch = (golden as unknown as Record<string, Record<string, number[]>>)[name]!
  for (const [key, values] of Object.entries(torch))
    values.forEach((value, i) => expect(parameters[`fc1.${key}`]!.data[i]).toBeCloseTo(value, 12))
})

test.each([
  ['xor', xor({ count: 200, seed: 1, noise: 0.1 })],
  ['two Gaussians', gaussianMixture({ count: 200, seed: 1, noise: 0.1 })],
])('%s: the loss falls below 0.001', async (_, data) => {
  const schedule = { kind: 'cosine', rate: 0.03 } as const
  const { losses, parameters, status } = await train({
    ...{ architecture: mlp({ input: 2, widths: [16], outputs: 2 }), data, seed: 1, epochs: 150 },
    ...{ optimiser: { kind: 'adam' }, schedule, batchSize: 50 },
  })
  expect(status).toBe('finished')
  expect(losses[0]).toBeGreaterThan(0.1)
  expect(Math.max(...losses.slice(-4))).toBeLessThan(1e-3)
  expect(evaluate(mlp({ input: 2, widths: [16], outputs: 2 }), parameters, data).accuracy).toBe(1)
})

test.each(['squared', 'logistic'] as const)(
  'the %s loss separates two Gaussians by one output',
  async (loss) => {
    const architecture = mlp({ input: 2, widths: [8], outputs: 1 })
    const data = gaussianMixture({ count: 100, seed: 1, noise: 0.2 })
    const { parameters } = await train({ architecture, data, seed: 1, loss, epochs: 30, batchSize: 20 })
    expect(evaluate(architecture, parameters, data).accuracy).toBe(1)
  },
)

test.each([1, 5, 8, 13])('interrupted after step %i and resumed: the bits of a whole run', async (stop) => {
  for (const optimiser of [{ kind: 'sgd', nesterov: true }, { kind: 'adam' }] as const) {
    const options = { ...toys, optimiser, epochs: 5, schedule: { kind: 'cosine', rate: 0.01 } } as const
    const whole = await train(options)
    const halt = new AbortController()
    const first = await train({
      ...options,
      signal: halt.signal,
      onStep: ({ step }) => step === stop && halt.abort(),
    })
    expect(first.status).toBe('interrupted')
    const second = await train({ ...options, checkpoint: first.checkpoint })
    expect(second.parameters).toEqual(whole.parameters)
    expect([...first.losses, ...second.losses]).toEqual(whole.losses)
    expect(second.steps).toBe(20)
  }
})

test('interpreted and compiled, the same bits; another seed, others', async () => {
  const compiled = await train({ ...toys, epochs: 2 })
  setExecutor('interpret')
  const interpreted = await train({ ...toys, epochs: 2 })
  expect(interpreted.parameters).toEqual(compiled.parameters)
  expect((await train({ ...toys, epochs: 2, seed: 4 })).losses).not.toEqual(compiled.losses)
})

test('a rate far too large diverges at a named step, with the last finite parameters', async () => {
  const schedule = { kind: 'constant', rate: 1e30 } as const
  const { status, steps, losses, parameters } = await train({
    ...toys,
    loss: 'squared',
    schedule,
    epochs: 50,
  })
  expect(status).toBe('diverged')
  expect(losses).toHaveLength(steps + 1)
  for (const { data } of Object.values(parameters)) expect(data.every(Number.isFinite)).toBe(true)
})

test('a step to parameters that f32 does not hold is not taken', async () => {
  const schedule = { kind: 'constant', rate: 3e38 } as const
  const start = initialise(small, { dtype: 'f32', variance: 1e6 }, stream(1))
  const run = {
    ...toys,
    schedule,
    epochs: 5,
    parameters: start,
    optimiser: { kind: 'sgd', momentum: 0 },
  } as const
  const { status, steps, parameters, losses } = await train(run)
  expect(status).toBe('diverged')
  expect(losses.slice(0, steps + 1).every(Number.isFinite)).toBe(true)
  for (const { data } of Object.values(parameters)) expect(data.every(Number.isFinite)).toBe(true)
})

test('training stops once every sample is classified right', async () => {
  const data = gaussianMixture({ count: 60, seed: 1, noise: 0.1 })
  const { status, steps } = await train({ ...toys, data, epochs: 100, stopAtInterpolation: true })
  expect(status).toBe('interpolated')
  expect(steps).toBeLessThan(400)
})

test('an adversary sees every batch once and may replace its inputs', async () => {
  const steps: number[] = []
  const plain = await train({ ...toys, epochs: 2 })
  const still = await train({
    ...{ ...toys, epochs: 2 },
    adversary: ({ inputs, step }) => {
      steps.push(step)
      return inputs
    },
  })
  expect(still.parameters).toEqual(plain.parameters)
  expect(steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  const moved = await train({
    ...{ ...toys, epochs: 2 },
    adversary: ({ inputs }) => new Tensor(new Float32Array(inputs.size), inputs.shape, 'f32'),
  })
  expect(moved.losses).not.toEqual(plain.losses)
})

test('rates of schedules at their ends and cuts', () => {
  const cosine = { kind: 'cosine', rate: 2, warmup: 3 } as const
  expect([0, 1, 2, 3].map((s) => rateAt(cosine, s, 13))).toEqual([0.5, 1, 1.5, 2])
  expect(rateAt(cosine, 8, 13)).toBeCloseTo(1, 12)
  expect(rateAt(cosine, 13, 13)).toBeCloseTo(0, 12)
  const step = { kind: 'step', rate: 1, every: 4, factor: 0.5 } as const
  expect([0, 3, 4, 7, 8].map((s) => rateAt(step, s, 12))).toEqual([1, 1, 0.5, 0.5, 0.25])
})

test('options that make no training are refused', async () => {
  const refuse = (change: Partial<TrainOptions>): Promise<unknown> => train({ ...toys, ...change })
  await expect(refuse({ optimiser: { kind: 'rmsprop' as 'sgd' } })).rejects.toThrow(/optimiser sgd or adam/)
  await expect(refuse({ optimiser: { kind: 'sgd', momentum: 1 } })).rejects.toThrow(/momentum in \[0, 1\)/)
  await expect(refuse({ schedule: { kind: 'constant', rate: NaN } })).rejects.toThrow(
    /positive learning rate/,
  )
  await expect(refuse({ batchSize: 0 })).rejects.toThrow(/batchSize of at least 1/)
  await expect(refuse({ loss: 'hinge' as 'squared' })).rejects.toThrow(/expected loss cross-entropy/)
  const { data } = toys
  const nan = new Tensor(new Float32Array(120).fill(NaN), [60, 2], 'f32')
  await expect(refuse({ data: { ...data, inputs: nan } })).rejects.toThrow(/finite inputs/)
  const wrong = initialise(small, {}, stream(1))
  await expect(refuse({ parameters: wrong })).rejects.toThrow(
    'train: expected fc1.weight in f32 like the inputs',
  )
})

test('labels and losses that do not fit are refused', async () => {
  const refuse = (labels: Tensor, change: Partial<TrainOptions> = {}): Promise<unknown> =>
    train({ ...toys, data: { inputs: toys.data.inputs, labels }, ...change })
  const { labels } = toys.data
  const one = mlp({ input: 2, widths: [3], outputs: 1 })
  const f32 = (...shape: number[]): Tensor =>
    new Tensor(new Float32Array(shape.reduce((size, n) => size * n, 1)), shape, 'f32')
  await expect(refuse(labels, { loss: 'logistic' })).rejects.toThrow(
    /one output for the logistic loss, got 2/,
  )
  await expect(refuse(labels, { architecture: one })).rejects.toThrow(/at least 2 outputs for cross-entropy/)
  const last = new Tensor(
    Int32Array.from({ length: 60 }, (_, i) => (i === 59 ? 2 : 0)),
    [60],
    'i32',
  )
  await expect(refuse(last)).rejects.toThrow('train: expected labels from 0 to 1, got 2 at 59')
  const squared = { loss: 'squared', architecture: one } as const
  await expect(refuse(f32(60), squared)).rejects.toThrow(
    /f32 targets \[n,1\] or i32 labels \[n\], got f32\[60\]/,
  )
  await expect(refuse(f32(60, 2), { loss: 'squared', stopAtInterpolation: true })).rejects.toThrow(
    /i32 labels/,
  )
  const nan = new Tensor(new Float32Array(60).fill(NaN), [60, 1], 'f32')
  await expect(refuse(nan, squared)).rejects.toThrow(/finite targets, got NaN at 0/)
})

test('a checkpoint that is not of this run is refused by name', async () => {
  const run = { ...toys, epochs: 1 }
  const { checkpoint } = await train(run)
  const refuse = (change: object, more: Partial<TrainOptions> = {}): Promise<unknown> =>
    train({ ...run, checkpoint: { ...checkpoint, ...change }, ...more })
  await expect(refuse({}, { seed: 9 })).rejects.toThrow(/checkpoint with seed 9, got 3/)
  await expect(refuse({}, { batchSize: 20 })).rejects.toThrow(/checkpoint with batchSize 20, got 16/)
  await expect(refuse({}, { adversary: ({ inputs }) => inputs })).rejects.toThrow(
    /with adversary true, got false/,
  )
  await expect(refuse({ schema: 2 })).rejects.toThrow(/schema 1, got 2/)
  await expect(refuse({ step: 5 })).rejects.toThrow(/within 4 steps, got 5/)
  await expect(refuse({ state: {} })).rejects.toThrow(/a state with velocity, got nothing/)
  const { velocity } = checkpoint.state
  await expect(refuse({ state: { velocity: { 'fc1.weight': velocity!['fc1.weight'] } } })).rejects.toThrow(
    /fc1\.bias/,
  )
  const other = initialise(mlp({ input: 2, widths: [9], outputs: 2 }), { dtype: 'f32' }, stream(1))
  await expect(refuse({ parameters: other })).rejects.toThrow(/fc1\.weight of shape \[8,2\], got \[9,2\]/)
})

test.each(['cross-entropy', 'squared', 'logistic'] as const)('%s: values by loops over numbers', (loss) => {
  const outputs = loss === 'logistic' ? 1 : 3
  const y = normal(stream(1, 'y'), 4 * outputs)
  const labels = Int32Array.from(loss === 'logistic' ? [0, 1, 1, 0] : [2, 0, 1, 1])
  let expected = 0
  labels.forEach((label, i) => {
    const row = Array.from(y.subarray(i * outputs, (i + 1) * outputs))
    if (loss === 'logistic') expected += Math.log1p(Math.exp(label === 1 ? -row[0]! : row[0]!)) / 4
    else if (loss === 'squared')
      expected += row.reduce((s, f, k) => s + (f - Number(k === label)) ** 2, 0) / 8
    else expected += (Math.log(row.reduce((s, f) => s + Math.exp(f), 0)) - row[label]!) / 4
  })
  const targets = targetsFor(loss, new Tensor(labels, [4], 'i32'), outputs, 'f64')
  expect(losses[loss](new Tensor(y, [4, outputs], 'f64'), targets).item()).toBeCloseTo(expected, 14)
  // A network without layers that matter: the identity, evaluated in two batches.
  const eye = Float64Array.from({ length: outputs ** 2 }, (_, i) => Number(i % (outputs + 1) === 0))
  const data = { inputs: new Tensor(y, [4, outputs], 'f64'), labels: new Tensor(labels, [4], 'i32') }
  const identity = mlp({ input: outputs, widths: [], outputs, bias: false })
  const weights = { 'fc1.weight': new Tensor(eye, [outputs, outputs], 'f64') }
  expect(evaluate(identity, weights, data, { loss, batchSize: 3 }).loss).toBeCloseTo(expected, 14)
})

test('samples whose outputs are NaN are never right', () => {
  const data = xor({ count: 20, seed: 2 })
  const parameters = initialise(small, { dtype: 'f32', variance: 1e38 }, stream(1))
  const far = new Tensor(new Float32Array(40).fill(1e38), [20, 2], 'f32')
  const { accuracy, predictions, confusion, loss } = evaluate(small, parameters, { ...data, inputs: far })
  expect([accuracy, ...new Set(predictions), ...confusion.flat()]).toEqual([0, -1, 0, 0, 0, 0])
  expect(loss).toBe(NaN)
  const none = { inputs: new Tensor(new Float32Array(0), [0, 2], 'f32'), labels: new Tensor(new Int32Array(0), [0], 'i32') } // prettier-ignore
  expect(() => evaluate(small, parameters, none)).toThrow(/n ≥ 1/)
})

test('the confusion table counts every sample in its row', async () => {
  const data = xor({ count: 50, seed: 2 })
  const { confusion, accuracy, predictions } = evaluate(
    small,
    initialise(small, { dtype: 'f32' }, stream(1)),
    data,
  )
  expect(confusion.flat().reduce((sum, n) => sum + n, 0)).toBe(50)
  expect((confusion[0]![0]! + confusion[1]![1]!) / 50).toBe(accuracy)
  expect(Array.from(predictions).filter((k) => k === 1)).toHaveLength(confusion[0]![1]! + confusion[1]![1]!)
})
