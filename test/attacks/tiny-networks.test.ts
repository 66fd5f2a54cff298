import { beforeAll, expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import { attack, strongest, type AttackName, type AttackResult } from '../../src/attacks/index.ts'
import { exactRadius, type Network } from '../../src/certify/index.ts'
import { initialise, mlp, networkModel } from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'

/** Networks with a known exact distance: 3 inputs, 8 hidden ReLU units, no biases. */
const nets = Array.from({ length: 200 }, (_, seed) => {
  const architecture = mlp({ input: 3, widths: [8], outputs: 1, bias: false })
  const parameters = initialise(architecture, {}, stream(seed, 'tiny'))
  const network: Network = { architecture, parameters }
  const x = new Tensor(normal(stream(seed, 'point'), 3), [1, 3], 'f64')
  return { network, x }
})
const cases: { network: Network; x: Tensor; exact: number; label: number }[] = []

beforeAll(() => {
  for (const { network, x } of nets) {
    const point = new Tensor(x.data as Float64Array, [3], 'f64')
    const label = Math.sign(networkModel(network.architecture, network.parameters)(point).item())
    const model = networkModel(network.architecture, network.parameters)
    const signs = Array.from({ length: 200 }, (_, k) =>
      Math.sign(model(tensor(normal(stream(k, 'probe'), 3))).item()),
    )
    // Where f only touches 0 nothing flips, though there is a nearest zero.
    if (label === 0 || !signs.includes(-label)) continue
    const exact = exactRadius(network, point, label)
    if (exact < Infinity) cases.push({ network, x, exact, label })
  }
  expect(cases.length).toBeGreaterThan(120)
})

const ratios = async (
  run: (model: ReturnType<typeof networkModel>, x: Tensor, seed: number) => Promise<readonly AttackResult[]>,
): Promise<number[]> => {
  const found: number[] = []
  for (const [seed, { network, x, exact }] of cases.entries()) {
    const [result] = await run(networkModel(network.architecture, network.parameters), x, seed)
    found.push(result!.found ? result!.norm / exact : Infinity)
  }
  return found.sort((a, b) => a - b)
}
const median = (list: number[]): number => list[list.length >> 1]!

test.each<AttackName>(['fab', 'ddn', 'apgd-minimal', 'fmn', 'super-deepfool', 'deepfool', 'carlini-wagner'])(
  '%s: median within 1.02 of the exact distance, never below it',
  async (name) => {
    const found = await ratios((model, x, seed) =>
      attack(name, model, x, undefined, { seed, restarts: name === 'fab' ? 2 : 1 }),
    )
    expect(found[0]).toBeGreaterThan(1 - 1e-9)
    if (['fab', 'ddn', 'apgd-minimal'].includes(name)) expect(median(found)).toBeLessThan(1.02)
    else expect(median(found)).toBeLessThan(1.1)
  },
)

test('strongest: median within 1.005, 97 of 100 within 1.05, and its norm is the least of its members', async () => {
  const found = await ratios(async (model, x, seed) => {
    const results = await strongest(model, x, undefined, { seed })
    const [{ norm, norms, witness }] = results as [(typeof results)[0]]
    expect(norm).toBe(Math.min(...Object.values(norms)))
    expect(norms[witness!]).toBe(norm)
    return results
  })
  expect(found[0]).toBeGreaterThan(1 - 1e-9)
  expect(median(found)).toBeLessThan(1.005)
  expect(found[Math.floor(0.97 * found.length)]).toBeLessThan(1.05)
  expect(found.at(-1)).toBeLessThan(2)
})
