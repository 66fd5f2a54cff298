import { expect, test } from 'vitest'
import { elementwise, scalar, tensor } from '../../src/index.ts'
import { activation, activations, gaussianMoments, type Activation } from '../../src/nets/index.ts'
import { erf, exp } from '../../src/math/index.ts'
import { stream, uniform } from '../../src/random/index.ts'

const list = Object.entries(activations)

// sin(ωx): q = (1 - e^(-2ω²))/2, p = ω²(1 + e^(-2ω²))/2; erf: q = (2/π) asin(2/3), p = 4/(π√5); Heₙ by Parseval;
// 1-homogeneous: q = p.
const closed: [keyof typeof activations, q: number, p: number, mean: number][] = [
  ['identity', 1, 1, 0],
  ['relu', 1 / 2, 1 / 2, 1 / Math.sqrt(2 * Math.PI)],
  ['leakyRelu', 0.505, 0.505, 0.9 / Math.sqrt(2 * Math.PI)],
  ['abs', 1, 1, Math.sqrt(2 / Math.PI)],
  ['sin', (1 - Math.exp(-2)) / 2, (1 + Math.exp(-2)) / 2, 0],
  ['cos', (1 + Math.exp(-2)) / 2, (1 - Math.exp(-2)) / 2, Math.exp(-0.5)],
  ['erf', (2 / Math.PI) * Math.asin(2 / 3), 4 / (Math.PI * Math.sqrt(5)), 0],
  ['hermite2', 1, 2, 0],
  ['heaviside', 1 / 2, 0, 1 / 2],
]

test.each(closed)('moments of %s equal their closed forms', (name, q, p, mean) => {
  const moments = gaussianMoments(activations[name])
  expect(moments.q).toBeCloseTo(q, 12)
  expect(moments.p).toBeCloseTo(p, 12)
  expect(moments.mean).toBeCloseTo(mean, 12)
})

test.each(list)(
  "%s: Stein's identity E Gσ(G) = E σ'(G) holds for the quadrature and the slope",
  (name, { apply, slope, kinks }) => {
    if (name === 'heaviside') return // its jump is no part of σ'
    const product: Activation = {
      ...activations.identity,
      kinks,
      apply: (x) => tensor([...apply(x).data].map((y, i) => y * x.data[i]!)),
    }
    const derivative: Activation = { ...activations.identity, kinks, apply: slope }
    expect(gaussianMoments(product).mean).toBeCloseTo(gaussianMoments(derivative).mean, 12)
  },
)

test.each(list)(
  '%s: the declared Lipschitz constant bounds every slope, and is no looser than 0.1%',
  (_, a) => {
    const xs = tensor(uniform(stream(3, 'lipschitz'), 20_000).map((u) => 20 * u - 10))
    const steepest = Math.max(...a.slope(xs).data)
    if (a.lipschitz === Infinity) return
    expect(steepest).toBeLessThanOrEqual(a.lipschitz)
    expect(steepest).toBeGreaterThan(0.999 * a.lipschitz)
  },
)

test("a user's own activation", () => {
  const bump = activation(
    elementwise('bump', 'exp(-x²/2)', (x) => scalar.exp(scalar.mul(-0.5, scalar.mul(x, x)))),
    { lipschitz: exp(-0.5) },
  )
  // E exp(-G²) = 1/√3 and E G² exp(-G²) = 3^(-3/2)
  const { q, p } = gaussianMoments(bump)
  expect(q).toBeCloseTo(1 / Math.sqrt(3), 12)
  expect(p).toBeCloseTo(3 ** -1.5, 12)
  expect(() => activation(erf as never, { lipschitz: 1 })).toThrow(TypeError)
})
