import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { Tensor } from '../../../src/array/index.ts'
import { gaussianMixture, xor } from '../../../src/data/index.ts'
import {
  evaluate,
  initialise,
  mlp,
  rateAt,
  train,
  type Optimiser,
  type TrainOptions,
} from '../../../src/nets/index.ts'
import { stream } from '../../../src/random/index.ts'
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
  const checkpoint = (await train({ ...toys, epochs: 1 })).checkpoint
  await expect(refuse({ checkpoint, epochs: 1, seed: 9 })).rejects.toThrow(/checkpoint with seed 9, got 3/)
  const wrong = initialise(small, {}, stream(1))
  await expect(refuse({ parameters: wrong })).rejects.toThrow()
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
