import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Tensor } from '../../../src/array/index.ts'
import { forward, readOnnx } from '../../../src/nets/index.ts'

const folder = new URL('golden/', import.meta.url)
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.onnx`, folder)))
const golden: Record<string, { shape: number[]; inputs: number[]; logits: number[][] }> = JSON.parse(
  readFileSync(new URL('logits.json', folder), 'utf8'),
).models

test.each(Object.entries(golden))('%s gives PyTorch’s logits', (name, { shape, inputs, logits }) => {
  const { architecture, parameters } = readOnnx(bytesOf(name))
  const y = forward(architecture, parameters, new Tensor(Float32Array.from(inputs), shape, 'f32'))
  expect(y.shape).toEqual([logits.length, logits[0]!.length])
  const gaps = logits.flat().map((z, i) => Math.abs(z - y.data[i]!))
  expect(Math.max(...gaps)).toBeLessThan(1e-5)
})
