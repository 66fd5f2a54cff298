import { expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import { bracket, exactRadius } from '../../src/certify/index.ts'
import { activations, initialise, mlp, residualNetwork, twoLayer } from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { marginAt, outputsAt, tiny } from './tiny.ts'

test('tiny networks are solved: both ends agree with the exact radius', async () => {
  let exact = 0
  for (let seed = 0; seed < 6; seed++) {
    const { network, x, label } = tiny(seed, 3, [6], { outputs: seed % 2 === 0 ? 1 : 3 })
    const found = await bracket(network, x, { seed })
    const distance = exactRadius(network, x, label)
    expect(found.lower).toBeLessThanOrEqual(found.upper)
    expect(found.lower).toBeLessThanOrEqual(distance)
    expect(found.upper).toBeGreaterThanOrEqual(distance * (1 - 1e-9))
    if (found.status === 'exact') exact++
    if (!found.adversarial) continue
    expect(marginAt(network, found.adversarial.data as Float64Array, label)).toBeLessThan(0)
  }
  expect(exact).toBeGreaterThanOrEqual(4)
})

test.each(['l1', 'l2', 'linf'] as const)('%s: the lower end never exceeds the upper one', async (norm) => {
  for (let seed = 0; seed < 3; seed++) {
    const activation = (['relu', 'tanh', 'softplus'] as const)[seed]!
    const { network, x } = tiny(seed, 6, [20], { activation })
    const found = await bracket(network, x, { norm, seed, attacks: 'fab' })
    expect(['bracketed', 'exact', 'unresolved']).toContain(found.status)
    expect(found.lower).toBeGreaterThan(0)
    expect(found.upper).toBeGreaterThanOrEqual(found.lower)
    for (const bound of Object.values(found.methods.bounds))
      expect(bound).toBeLessThanOrEqual(found.upper * (1 + 1e-9))
    expect(found.methods.bounds[found.methods.lower]).toBeGreaterThanOrEqual(found.lower)
  }
})

test('a network whose values are not numbers is unresolved, or its parameters are refused by name', async () => {
  const architecture = mlp({ input: 2, widths: [2], outputs: 1, bias: false })
  const second = { 'fc2.weight': tensor([[1, 1]]) }
  const x = tensor([1, 1])
  // Parameters that are finite, but whose products are not.
  const large = {
    'fc1.weight': tensor([1e200, 1e200, 1e200, -1e200], [2, 2]),
    'fc2.weight': tensor([[1e200, -1e200]]),
  }
  const found = await bracket({ architecture, parameters: large }, x)
  expect(found).toMatchObject({ status: 'unresolved', lower: 0, upper: Infinity })
  const poisoned = { 'fc1.weight': tensor([NaN, 1, 1, 1], [2, 2]), ...second }
  await expect(bracket({ architecture, parameters: poisoned }, x)).rejects.toThrow(/finite.*fc1\.weight/)
})

test('a constant network has no adversarial point, and a certificate without end', async () => {
  const architecture = mlp({ input: 2, widths: [3], outputs: 1 })
  const parameters = {
    ...initialise(architecture, {}, stream(1, 'constant')),
    ...{ 'fc2.weight': tensor([[0, 0, 0]]), 'fc2.bias': tensor([1]) },
  }
  const found = await bracket({ architecture, parameters }, tensor([1, 2]))
  expect(found.upper).toBe(Infinity)
  expect(found.lower).toBe(Infinity)
  expect(found.adversarial).toBeUndefined()
})

test('a misclassified point has distance 0, exactly', async () => {
  const { network, x, label } = tiny(3, 4, [6])
  const found = await bracket(network, x, { label: -label })
  expect(found).toMatchObject({ lower: 0, upper: 0, ratio: 1, status: 'exact' })
})

test('logits of a convolutional network are bracketed', async () => {
  const architecture = residualNetwork({ input: [1, 6, 6], classes: 3, channels: 2, blocks: 1 })
  const network = { architecture, parameters: initialise(architecture, {}, stream(5, 'residual')) }
  const x = new Tensor(normal(stream(5, 'image'), 36), [1, 6, 6], 'f64')
  const found = await bracket(network, x, { attacks: 'fab' })
  expect(found.status).toBe('bracketed')
  expect(outputsAt(network, found.adversarial!.data as Float64Array)).toHaveLength(3)
})

test('random two-layer ReLU networks: the median ratio is at most 1.8 at d = m = 64', async () => {
  const ratios: number[] = []
  for (let seed = 0; seed < 11; seed++) {
    const net = twoLayer({ inputs: 64, width: 64, activation: activations.relu }, stream(seed, 'net'))
    const x = new Tensor(normal(stream(seed, 'x'), 64), [64], 'f64')
    const { ratio } = await bracket(net, x, { seed, attacks: 'fab' })
    ratios.push(ratio)
  }
  expect(ratios.sort((a, b) => a - b)[5]).toBeLessThanOrEqual(1.8)
})
