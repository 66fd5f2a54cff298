import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Tensor } from '../../src/array/index.ts'
import { readNpy, readNpz, writeNpy, writeNpz } from '../../src/data/index.ts'
import {
  activations,
  forward,
  initialise,
  lenet,
  mlp,
  residualNetwork,
  vgg,
  writeModel,
  type ActivationName,
  type Architecture,
} from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const script = fileURLToPath(new URL('torch_model.py', import.meta.url))
const python = process.env['PYTHON'] ?? '/usr/bin/python3'
const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-torch-'))
const at = (name: string): string => path.join(folder, name)

const block = residualNetwork({ input: [2, 8, 8], classes: 3, channels: 4, activation: 'tanh' })
const networks: readonly Architecture[] = [
  ...(Object.keys(activations) as ActivationName[]).map((activation) =>
    mlp({ input: 6, widths: [7, 5], outputs: 3, activation, scaling: 'mup', name: activation }),
  ),
  mlp({ input: [2, 3, 3], widths: [4], outputs: 2, bias: false, scaling: 'ntk', name: 'images' }),
  lenet({ input: [1, 28, 28], classes: 10 }),
  vgg({ input: [3, 8, 8], classes: 4, channels: 3 }),
  block,
]
const cases = networks.flatMap((network) =>
  (['f64', 'f32'] as const).map((dtype) => ({ name: `${network.name}-${dtype}`, network, dtype })),
)
const expected = new Map<string, Tensor>()

/** Standard normal numbers in both precisions. */
function batch(shape: readonly number[], dtype: 'f64' | 'f32'): Tensor {
  const values = normal(
    stream(2, 'batch'),
    shape.reduce((size, n) => size * n, 1),
  )
  return new Tensor(dtype === 'f64' ? values : Float32Array.from(values), shape, dtype)
}

const samples = { matrix: batch([3, 4, 5], 'f64'), single: batch([7], 'f32') }

beforeAll(() => {
  for (const { name, network, dtype } of cases) {
    const parameters = initialise(network, { dtype, biasVariance: 1 }, stream(1, name))
    const x = batch([3, ...network.input], dtype)
    expected.set(name, forward(network, parameters, x))
    writeFileSync(at(`${name}.safetensors`), writeModel({ architecture: network, parameters }))
    writeFileSync(at(`${name}.x.npy`), writeNpy(x))
  }
  writeFileSync(at('samples.npz'), writeNpz(samples))
  const { status, stderr } = spawnSync(python, [script, 'check', folder], { encoding: 'utf8' })
  expect(status, `${python} with numpy and torch: ${stderr}`).toBe(0)
})

afterAll(() => rmSync(folder, { recursive: true }))

test.each(cases)('$name: PyTorch computes the same from our file', ({ name, dtype }) => {
  const ours = expected.get(name)!
  const theirs = readNpy(new Uint8Array(readFileSync(at(`${name}.y.npy`))))
  expect([theirs.dtype, theirs.shape]).toEqual([dtype, ours.shape])
  const scale = Math.max(...Array.from(ours.data, Math.abs))
  const gap = Math.max(...Array.from(ours.data, (y, i) => Math.abs(y - theirs.data[i]!)))
  expect(gap / scale).toBeLessThan(dtype === 'f64' ? 1e-13 : 1e-5)
})

test.each(['stored', 'deflated'])('NumPy’s own %s archives hold what we wrote', async (name) => {
  const read = await readNpz(new Uint8Array(readFileSync(at(`${name}.npz`))))
  for (const [key, { data, shape, dtype }] of Object.entries(samples)) {
    for (const kind of ['', '-fortran', '-big'])
      expect(read[key + kind]).toEqual(new Tensor(data as Float64Array, shape, dtype))
    expect(Array.from(read[`${key}-long`]!.data)).toEqual(Array.from(data, (x) => Math.trunc(x) + 0))
    const gaps = Array.from(data, (x, i) => Math.abs(read[`${key}-half`]!.data[i]! - x) / Math.abs(x))
    // Half precision rounds to 11 bits.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 ** -11)
  }
})
