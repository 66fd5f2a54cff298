import { dot, lengthOf, tensor } from '../src/array/index.ts'
import { attackOne, type Oracle } from '../src/attacks/index.ts'
import { betaInc } from '../src/math/index.ts'
import { gaussianMatrix, normal, sphere, type Stream } from '../src/random/index.ts'
import { levelOf, meanCap, probabilityCap } from './caps.ts'
import type { Cell, Claim, MeanPrediction, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { inputGradient, type Weights } from './two-layer-training.ts'

/*
 * Adversarial points are rare in volume and yet near every point.
 *
 * El Harzli & Cuenca Grau, "Adversarial attacks as near-zero eigenvalues in the empirical kernel of neural
 * networks" (2024, 2025): adversarial examples are exceedingly rare, although there are some next to nearly
 * every test case (of measure zero as their distance tends to 0, Theorem 4.1 by its reviews). For a Lipschitz
 * function no point is adversarial within its margin over the constant, so that the limit is empty; what is
 * judged is a rate, derived here.
 *
 *     x     uniform, ‖x‖ = √d                       f     random two-layer ReLU network, a of N(0, 1/m)
 *     r*    distance of the point that DeepFool finds        u     uniform direction, ‖u‖ = 1
 *
 * For an affine f a point x + c r* u is on the other side if and only if ⟨u, v⟩ > 1/c with v the unit vector
 * to the boundary, and ⟨u, v⟩² has a Beta(½, (d - 1)/2) law:
 *
 *     P(sign f(x + c r* u) ≠ sign f(x)) = ½ P(Beta(½, (d - 1)/2) > 1/c²),
 *
 * zero for c ≤ 1, 10⁻⁵ for c = 2 and d = 64, one third for c = 2 and d = 2. By the law of one gradient step
 * (the claim single-gradient-step) r* is at most about 3√(q/p) = 3 in 99.7% of all networks, where ‖x‖ = √d.
 *
 * A run shows both for random networks: flips are found next to the point, and random points at twice their
 * distance are hardly ever flips. Rare is a statement about many dimensions: in two it is false.
 */

interface RarityCell extends Cell {
  readonly inputs: number
  readonly width: number
  /** u uniform on the sphere, or in the plane of the gradient and one random vector. */
  readonly directions: 'sphere' | 'plane'
}

type RarityMeasurement = Readonly<Record<'near' | 'radius' | 'flips2' | 'share5' | 'share10', number>>

const claimWeight = 1 / 64
const repeats = 20

function cell(size: number, block: number): RarityCell {
  const shape = { inputs: size, width: size, directions: 'sphere' } as const
  return { id: `d=${size}`, label: `d = m = ${size}`, sizes: { d: size, m: size }, block, ...shape }
}

/** The share of the sphere of radius c times the distance to the boundary where an affine function flips. */
export function affineShare(inputs: number, c: number): number {
  return c <= 1 ? 0 : (1 - betaInc(0.5, (inputs - 1) / 2, 1 / (c * c))) / 2
}

function value([w, a]: Weights, x: Float64Array): number {
  const d = x.length
  const [rows, output] = [w.storage() as Float64Array, a.storage() as Float64Array]
  let sum = 0
  for (let j = 0; j < output.length; j++) {
    let z = 0
    for (let i = 0; i < d; i++) z += rows[j * d + i]! * x[i]!
    if (z > 0) sum += output[j]! * z
  }
  return sum
}

function oracleOf(weights: Weights): Oracle {
  const at = (x: Float64Array): Float64Array => Float64Array.of(value(weights, x))
  return {
    value: at,
    gradient: (x, chosen) => {
      const found = at(x)
      const [factor] = chosen(found) as unknown as [number]
      return { value: found, gradient: inputGradient(weights, x).map((g) => g * factor) }
    },
  }
}

/** x + ty. */
function along(x: Float64Array, t: number, y: Float64Array): Float64Array {
  return x.map((v, i) => v + t * y[i]!)
}

/** A unit vector in the plane of two vectors, uniform among its directions. */
function inPlane(source: Stream, first: Float64Array, second: Float64Array): Float64Array {
  const one = first.map((v) => v / lengthOf(first))
  const rest = along(second, -dot(one, second), one)
  const [c, s] = sphere(source, 2) as unknown as [number, number]
  return along(
    one.map((v) => c * v),
    s / lengthOf(rest),
    rest,
  )
}

function experiment({ inputs, width, directions }: RarityCell, source: Stream): RarityMeasurement {
  const weights: Weights = [
    gaussianMatrix(source.child('weights'), width, inputs),
    tensor(normal(source.child('output'), width).map((z) => z / Math.sqrt(width))),
  ]
  const x = sphere(source.child('point'), inputs, Math.sqrt(inputs))
  const options = { norm: 'l2', domain: { kind: 'all' } } as const
  const found = attackOne('deepfool', oracleOf(weights), x, undefined, options, source.child('attack'))
  const sign = Math.sign(value(weights, x))
  const other = normal(source.child('plane'), inputs)
  /** Whether x + c r* u flips; where no boundary was found, nothing does. */
  const flips = (c: number, i: number): boolean => {
    if (!found.found) return false
    const own = source.child(`direction ${c}`, i)
    const u = directions === 'sphere' ? sphere(own, inputs) : inPlane(own, inputGradient(weights, x), other)
    return value(weights, along(x, c * found.norm, u)) * sign < 0
  }
  const share = (c: number): number => {
    let count = 0
    for (let i = 0; i < repeats; i++) if (flips(c, i)) count++
    return count / repeats
  }
  return {
    near: found.found && found.norm <= 3 ? 1 : 0,
    radius: found.found ? found.norm : NaN,
    flips2: flips(2, 0) ? 1 : 0,
    share5: share(5),
    share10: share(10),
  }
}

type Probability = ProbabilityPrediction<RarityCell, RarityMeasurement>
type Mean = MeanPrediction<RarityCell, RarityMeasurement>

function rare(
  id: string,
  size: number,
  budget: 'quick' | 'standard',
  margin: number,
  weight: number,
): Probability {
  const plan = { target: 0, margin, truth: margin / 100, side: 'atMost', block: 50 } as const
  return {
    ...{ kind: 'probability', id, budget, weight, cells: [`d=${size}`], needs: ['high', 'isotropic'] },
    ...{ target: 0, margin, side: 'atMost' },
    says: `d = ${size}: a random point at twice the distance of the adversarial one is hardly ever a flip`,
    marginReason:
      'an affine function flips a share of 10⁻⁵ of that sphere; the rest is the departure worth reporting',
    cap: probabilityCap({ ...plan, alpha: levelOf(claimWeight, weight) }),
    of: ({ flips2 }) => flips2,
  }
}

function share(c: 5 | 10, size: number, budget: 'quick' | 'standard', margin: number, weight: number): Mean {
  const target = affineShare(size, c)
  const bias = margin / 2
  const plan = { low: 0, high: 1, target, margin, truth: target - bias, variance: 0.02, block: 50 }
  const { trials, bet } = meanCap({ ...plan, alpha: levelOf(claimWeight, weight) })
  return {
    ...{
      kind: 'mean',
      id: `share${c}/${size}`,
      budget,
      weight,
      cells: [`d=${size}`],
      needs: ['high', 'isotropic'],
    },
    ...{ target, margin, range: [0, 1], cap: trials, bet },
    says: `d = ${size}: share of flips at ${c} times that distance`,
    marginReason:
      'at c r* of the order of √d the network is not affine any more: on a pilot of 1,000 other networks a tenth less at c = 5, a seventh at c = 10; half the margin is for that, the rest for what is worth reporting',
    of: (measured) => measured[c === 5 ? 'share5' : 'share10'],
  }
}

export const rarity: Claim<RarityCell, RarityMeasurement> = {
  id: 'rarity',
  title:
    'Adversarial points lie near every point, and random points twice as far away are hardly ever adversarial',
  source: {
    kind: 'derived',
    where:
      'a rate for the rarity of adversarial examples in El Harzli & Cuenca Grau, Adversarial attacks as near-zero eigenvalues',
    url: 'https://openreview.net/forum?id=r5d8zkYizS',
  },
  statement: {
    text: 'With r* the distance to the adversarial point that DeepFool finds, a uniform point at distance c r* flips the sign with the probability of an affine function, ½P(Beta(½, (d - 1)/2) > 1/c²), which is below 0.01 for c = 2 and d ≥ 64, while r* is of relative order 1/√d.',
    formula: 'P(sign f(x + c r* u) ≠ sign f(x)) ≈ ½ P(Beta(½, (d - 1)/2) > 1/c²)',
  },
  symbols: { 'r*': 'radius', d: 'inputs', m: 'width', c: '2, 5 and 10', u: 'a direction' },
  shows: {
    can: 'for random two-layer ReLU networks with 64 and 128 inputs: flips near the point, and their share of spheres around it at 2, 5 and 10 times that distance',
    cannot: 'that adversarial points have measure zero, or how rare they are around trained networks',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'high', says: 'd ≥ 64', holds: ({ inputs }) => inputs >= 64 },
    { id: 'isotropic', says: 'u uniform on the sphere', holds: ({ directions }) => directions === 'sphere' },
  ],
  cells: [cell(64, 50), cell(128, 20)],
  experiment,
  predictions: [
    rare('rare', 64, 'quick', 0.01, 0.2),
    {
      ...{ kind: 'probability', id: 'near', budget: 'quick', weight: 0.2, cells: ['d=64'], needs: ['high'] },
      ...{ target: 1, margin: 0.03, side: 'atLeast' },
      says: 'd = 64: the adversarial point lies within 3√(q/p)',
      marginReason: 'the limit is erf(3/√2) = 0.9973; the rest is the departure worth reporting',
      cap: probabilityCap({
        ...{ target: 1, margin: 0.03, truth: 0.995, side: 'atLeast', block: 50 },
        alpha: levelOf(claimWeight, 0.2),
      }),
      of: ({ near }) => near,
    },
    share(5, 64, 'quick', 0.04, 0.15),
    share(10, 64, 'standard', 0.06, 0.1),
    rare('rare-large', 128, 'standard', 0.01, 0.15),
  ],
  controls: [
    {
      ...{ id: 'plane', breaks: 'high', predicts: 'rare', value: 0.2, weight: 0.1, cap: 1000 },
      says: 'two inputs: a fifth of the circle, a third for an affine function',
      alter: (cell) => ({ ...cell, sizes: { d: 2, m: 128 }, inputs: 2, width: 128 }),
    },
    {
      ...{ id: 'in-plane', breaks: 'isotropic', predicts: 'share5/64', value: 0.43, weight: 0.1, cap: 1000 },
      says: 'directions in a plane that holds the gradient: 0.436 for an affine function',
      alter: (cell) => ({ ...cell, directions: 'plane' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'rarity-share',
      title: 'Share of flips at five times the distance of the adversarial point',
      caption: 'Twenty random directions for every network; the line is an affine function’s share.',
      ...{ of: 'share5', label: 'share of flips', size: 'd', predictions: ['share5/64'] },
      theory: { label: '½ P(Beta(½, (d - 1)/2) > 1/25)', at: (d) => affineShare(d, 5) },
    }),
  ],
}
