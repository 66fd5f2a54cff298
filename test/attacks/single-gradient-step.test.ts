import fc from 'fast-check'
import { expect, test } from 'vitest'
import { add, dot, matmul, mul, sin, square, sub, sum, tanh, tensor, type Tensor } from '../../src/index.ts'
import { singleGradientStep } from '../../src/attacks/index.ts'
import { activations, twoLayer, type Model } from '../../src/nets/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const euclidean = (x: Iterable<number>): number => Math.sqrt([...x].reduce((s, y) => s + y * y, 0))
const coordinate = fc.double({ min: -10, max: 10, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-6)
const pair = fc
  .integer({ min: 1, max: 20 })
  .chain((n) =>
    fc.tuple(
      fc.array(coordinate, { minLength: n, maxLength: n }),
      fc.array(coordinate, { minLength: n, maxLength: n }),
    ),
  )

test('on a linear function the step is the exact distance |w·x|/‖w‖, to rounding', async () => {
  await fc.assert(
    fc.asyncProperty(pair, async ([w, x]) => {
      const product = w.reduce((s, y, i) => s + y * x[i]!, 0)
      const terms = w.reduce((s, y, i) => s + Math.abs(y * x[i]!), 0)
      fc.pre(Math.abs(product) > 1e-6 * terms)
      const result = await singleGradientStep((y) => dot(tensor(w), y), tensor(x))
      const exact = Math.abs(product) / euclidean(w)
      expect(result.status).toBe('found')
      expect(Math.abs(result.norm - exact)).toBeLessThan(1e-12 * (exact + euclidean(x)))
      expect(result.queries.forward).toBeLessThanOrEqual(14)
    }),
  )
})

test('found means: the sign flips when recomputed, the norm is that of the perturbation, x′ = x + perturbation', async () => {
  for (const name of ['relu', 'abs', 'tanh', 'sin', 'hermite2'] as const) {
    for (let i = 0; i < 20; i++) {
      const net = twoLayer({ inputs: 64, width: 96, activation: activations[name] }, stream(1, name, i))
      const x = tensor(normal(stream(2, name, i), 64))
      const result = await singleGradientStep(net, x)
      if (!result.found) continue
      expect(result.verified).toBe(true)
      expect(Math.sign(net(result.adversarial).item())).toBe(-Math.sign(result.value))
      expect(result.norm).toBeCloseTo(euclidean(sub(result.adversarial, x).data), 12)
      expect(add(x, result.perturbation).toArray()).toEqual(result.adversarial.toArray())
      expect(result.margin).toBeLessThan(0)
      // A hair before the crossing the sign has not flipped: nothing smaller nearby.
      const shorter = add(x, mul(result.perturbation, 1 - 2 * result.precision - 1e-9))
      expect(Math.sign(net(shorter).item())).toBe(Math.sign(result.value))
      expect(result.precision).toBeLessThan(1e-6)
    }
  }
})

test('at most twelve evaluations along the ray, counted independently', async () => {
  for (let i = 0; i < 50; i++) {
    const net = twoLayer({ inputs: 32, width: 48, activation: activations.abs }, stream(3, i))
    let calls = 0
    const counting: Model = (x) => {
      calls++
      return net(x)
    }
    const { queries } = await singleGradientStep(counting, tensor(normal(stream(4, i), 32)))
    expect(queries.forward).toBe(calls)
    expect(calls).toBeLessThanOrEqual(14)
  }
})

test('f and -f, and every power-of-two scale of x, give the same attack to the bit', async () => {
  for (let i = 0; i < 20; i++) {
    const w = tensor(normal(stream(5, i), 6 * 4), [6, 4])
    const x = tensor(normal(stream(6, i), 4))
    const f = (scale: number, sign: number) => (y: Tensor) =>
      mul(sum(tanh(matmul(mul(w, 1 / scale), y))), sign)
    const base = await singleGradientStep(f(1, 1), x)
    const mirrored = await singleGradientStep(f(1, -1), x)
    expect(mirrored.perturbation.toArray()).toEqual(base.perturbation.toArray())
    for (const scale of [2 ** -20, 2 ** 20]) {
      const scaled = await singleGradientStep(f(scale, 1), mul(x, scale))
      expect(scaled.perturbation.toArray()).toEqual(mul(base.perturbation, scale).toArray())
    }
  }
})

test('what cannot be attacked says why and stays where it is', async () => {
  const x = tensor([1, 2])
  const stay = { found: false, verified: false, norm: 0, step: 0, adversarial: x }
  expect(await singleGradientStep(() => tensor(0), x)).toMatchObject({ ...stay, status: 'already' })
  expect(await singleGradientStep((y) => sum(y), x, { label: -1 })).toMatchObject({
    ...stay,
    status: 'already',
  })
  expect(await singleGradientStep(() => tensor(1), x)).toMatchObject({ ...stay, status: 'zero-gradient' })
  expect(await singleGradientStep((y) => mul(sum(y), NaN), x)).toMatchObject({
    ...stay,
    status: 'unresolved',
  })
  expect(await singleGradientStep((y) => add(sum(square(y)), 1), x)).toMatchObject({
    ...stay,
    status: 'not-found',
  })
})

test('a function that bends away is followed, one that oscillates is crossed once', async () => {
  const bent = await singleGradientStep((y) => sub(10, sum(square(y))), tensor([0.1, 0]))
  expect(bent.status).toBe('found')
  expect(bent.norm).toBeCloseTo(Math.sqrt(10) - 0.1, 8)
  const wave = await singleGradientStep((y) => sum(sin(y)), tensor([1]))
  expect(wave.status).toBe('found')
  expect(wave.norm).toBeCloseTo(1, 8)
})
