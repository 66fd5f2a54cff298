import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tensor } from '../../../src/array/index.ts'
import { readSafetensors, writeSafetensors } from '../../../src/data/index.ts'
import {
  forward,
  initialise,
  lenet,
  mlp,
  parseArchitecture,
  readCheckpoint,
  readModel,
  readOnnx,
  residualNetwork,
  train,
  vgg,
  writeCheckpoint,
  writeModel,
} from '../../../src/nets/index.ts'
import { stream } from '../../../src/random/index.ts'

const golden = (name: string): Uint8Array => readFileSync(`test/nets/golden/${name}`)
const expected = (name: string): { shape: number[]; inputs: number[]; logits: number[][] } =>
  JSON.parse(new TextDecoder().decode(golden(`${name}.json`)))

function difference(
  model: Parameters<typeof forward>[0],
  parameters: Parameters<typeof forward>[1],
  name: string,
) {
  const { shape, inputs, logits } = expected(name)
  const y = forward(model, parameters, new Tensor(Float32Array.from(inputs), shape, 'f32'))
  return Math.max(...logits.flat().map((z, i) => Math.abs(z - y.data[i]!)))
}

test('a network from PyTorch, with its architecture as JSON, gives PyTorch’s logits', () => {
  const architecture = mlp({ input: 6, widths: [8, 5], outputs: 3 })
  const layers = architecture.layers.map((layer, i) =>
    i === 3 ? ({ kind: 'activation', activation: 'tanh' } as const) : layer,
  )
  const read = readModel(golden('mlp.safetensors'), JSON.stringify({ ...architecture, layers }))
  expect(difference(read.architecture, read.parameters, 'mlp')).toBeLessThan(1e-5)
  expect(difference(architecture, read.parameters, 'mlp')).toBeGreaterThan(1e-3)
})

test.each(['mlp', 'conv'])('ONNX: %s gives PyTorch’s logits', (name) => {
  const { architecture, parameters } = readOnnx(golden(`${name}.onnx`))
  expect(difference(architecture, parameters, name)).toBeLessThan(1e-5)
})

test('ONNX: the first node that is not supported is named', () => {
  expect(() => readOnnx(golden('cumsum.onnx'))).toThrow(/readOnnx: expected Gemm.*got CumSum/)
})

test.each([
  mlp({ input: [1, 4, 4], widths: [5], outputs: 2, scaling: 'mup' }),
  lenet({ input: [1, 28, 28], classes: 10 }),
  vgg({ input: [3, 8, 8], classes: 4, channels: 3 }),
  residualNetwork({ input: [1, 8, 8], classes: 4, channels: 3 }),
])('$name: written and read, the same network', (architecture) => {
  const parameters = initialise(architecture, { dtype: 'f32', biasVariance: 1 }, stream(1))
  const read = readModel(writeModel({ architecture, parameters, metadata: { 'trained on': 'nothing' } }))
  expect(read.architecture).toEqual(architecture)
  expect(read.metadata).toEqual({ format: 'pt', 'trained on': 'nothing' })
  expect(Object.keys(read.parameters)).toEqual(Object.keys(parameters))
  for (const [name, x] of Object.entries(parameters)) expect(read.parameters[name]!.data).toEqual(x.data)
})

test('a checkpoint written and read continues with the same bits', async () => {
  const inputs = new Tensor(
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    [12, 2],
    'f32',
  )
  const data = {
    inputs,
    labels: new Tensor(
      Int32Array.from({ length: 12 }, (_, i) => i % 2),
      [12],
      'i32',
    ),
  }
  const options = {
    architecture: mlp({ input: 2, widths: [4], outputs: 2 }),
    ...{ data, seed: 5, batchSize: 5, epochs: 4, optimiser: { kind: 'adam' } as const },
  }
  const stop = new AbortController()
  const half = await train({
    ...options,
    signal: stop.signal,
    onStep: ({ step }) => step === 6 && stop.abort(),
  })
  expect([half.status, half.steps]).toEqual(['interrupted', 7])
  const rest = await train({ ...options, checkpoint: readCheckpoint(writeCheckpoint(half.checkpoint)) })
  const whole = await train(options)
  expect(rest.parameters).toEqual(whole.parameters)
  expect(rest.checkpoint.state).toEqual(whole.checkpoint.state)
  expect(rest.steps).toBe(12)
})

test('what does not fit is refused by name', () => {
  const architecture = mlp({ input: 2, widths: [3], outputs: 2 })
  const parameters = initialise(architecture, {}, stream(1))
  const bytes = writeModel({ architecture, parameters })
  const { tensors, metadata } = readSafetensors(bytes)
  const altered = (change: object, texts: object = {}): Uint8Array =>
    writeSafetensors({ ...tensors, ...change } as typeof tensors, { ...metadata, ...texts })
  expect(() => readModel(altered({}, { 'glassjaw.schema': '2' }))).toThrow(/expected schema 1, got 2/)
  expect(() => readModel(altered({ 'fc3.weight': tensors['fc1.weight'] }))).toThrow(/got fc3.weight/)
  expect(() => readModel(altered({ 'fc1.weight': tensors['fc2.weight'] }))).toThrow(
    /fc1.weight of shape \[3,2\]/,
  )
  expect(() => readModel(writeSafetensors(tensors))).toThrow(/expected an architecture in the file/)
  const nan = new Tensor(new Float64Array(6).fill(NaN), [3, 2], 'f64')
  expect(() => readModel(altered({ 'fc1.weight': nan }))).toThrow(/finite numbers in fc1.weight/)
  expect(() => readCheckpoint(bytes)).toThrow(/expected step and recipe/)
})

test('architectures in JSON: mutated ones give an architecture or a RangeError', () => {
  const json = JSON.stringify(residualNetwork({ input: [1, 8, 8], classes: 4, channels: 3 }))
  expect(parseArchitecture(json)).toEqual(residualNetwork({ input: [1, 8, 8], classes: 4, channels: 3 }))
  fc.assert(
    fc.property(fc.nat(json.length - 1), fc.string({ maxLength: 3 }), fc.nat(4), (at, text, drop) => {
      try {
        parseArchitecture(json.slice(0, at) + text + json.slice(at + drop))
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }),
    { numRuns: 2000 },
  )
})
