import { dot, lengthOf, roundoff, tensor } from '../src/array/index.ts'
import { eigh, lstsq } from '../src/linalg/index.ts'
import { rademacher, sphere, type Stream } from '../src/random/index.ts'
import { levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim, SlopePrediction } from './claim.ts'
import { scalingFigure } from './figures.ts'
import { gram, randomFeatures, rowsOf, spherePoints } from './random-features.ts'
import { inputGradient } from './two-layer-training.ts'

/*
 * A near-duplicate makes an eigenvalue vanish, adversarial or not.
 *
 * El Harzli & Cuenca Grau, "Adversarial attacks as near-zero eigenvalues in the empirical kernel of neural
 * networks" (2024, 2025), Theorem 3.1 as published reviews give it: as ε → 0, a point at distance ε from a
 * natural one is adversarial if and only if ∫ λ⁻² dμ(λ) diverges near zero, μ the distribution of Mercer's
 * eigenvalues of the sample with that point. What is judged is derived here, for a point next to one x* of
 * the sample.
 *
 *     φ(x)   features, K the Gram matrix of n + 1 points      λ    eigenvalues of K/(n + 1)
 *     x′     x* + εv, ‖v‖ = 1                                 v    against the gradient of the interpolant, or random
 *     I      the mean of λ⁻², the integral over all of them
 *
 *     λ_min(K) ≤ ½‖φ(x′) - φ(x*)‖²,        I ≥ 4(n + 1)/‖φ(x′) - φ(x*)‖⁴,
 *
 * by the vector that is 1/√2 at x′ and -1/√2 at x*. So λ_min ∝ ε² and I ∝ ε⁻⁴ in every direction: the
 * integral diverges for harmless near-duplicates too, and "only if" fails where x* is in the sample. With x*
 * outside it nothing diverges.
 *
 * A run shows both exponents, for both kinds of direction, and that the bounds hold on every instance.
 */

interface DuplicateCell extends Cell {
  readonly epsilon: number
  readonly direction: 'adversarial' | 'random'
  /** Where x* is. */
  readonly centre: 'inside' | 'outside'
}

type DuplicateMeasurement = Readonly<Record<'smallest' | 'integral' | 'excess' | 'deficit', number>>

const [points, inputs, width] = [15, 10, 60]
const distances = [
  ['1e-5', 1e-5],
  ['1e-3.5', Math.sqrt(1e-7)],
  ['1e-2', 1e-2],
] as const
const block = 50

function cell(direction: DuplicateCell['direction'], name: string, epsilon: number): DuplicateCell {
  return {
    ...{
      id: `${direction}/${name}`,
      label: `${direction} direction, ε = ${name}`,
      sizes: { ε: epsilon, n: points, d: inputs },
      block,
    },
    ...{ epsilon, direction, centre: 'inside' },
  }
}

function experiment({ epsilon, direction, centre }: DuplicateCell, source: Stream): DuplicateMeasurement {
  const sample = spherePoints(source.child('points'), points + 1, inputs)
  const features = randomFeatures(source.child('weights'), inputs, width)
  // The last point drawn is outside of the sample, x* or not.
  const natural = sample[centre === 'inside' ? 0 : points]!
  const within = features.of(sample.slice(0, points))
  let v: Float64Array = sphere(source.child('direction'), inputs)
  if (direction === 'adversarial') {
    const labels = rademacher(source.child('labels'), points)
    const gradient = inputGradient([features.weights, lstsq(within, tensor(labels)).x], natural)
    const length = lengthOf(gradient)
    v = gradient.map((g) => (-labels[0]! * g) / length)
  }
  const near = natural.map((x, i) => x + epsilon * v[i]!)
  const all = features.of([...sample.slice(0, points), near, natural])
  const values = eigh(gram(rowsOf(all, 0, points + 1)), { vectors: false }).values.data
  const [here, there] = [points, points + 1].map((i) => Float64Array.from(rowsOf(all, i, i + 1).data))
  const apart = here!.map((x, i) => x - there![i]!)
  const squared = dot(apart, apart)
  const unit = points * roundoff('f64') * values[points]!
  let integral = 0
  for (const value of values) integral += (points + 1) / (value * value)
  return {
    ...{ smallest: values[0]! / (points + 1), integral },
    excess: (values[0]! - squared / 2) / unit,
    // 1/√((n + 1)/I) is at most ½‖·‖² too, where rounding can be told from it.
    deficit: (Math.sqrt((points + 1) / integral) - squared / 2) / unit,
  }
}

type Slope = SlopePrediction<DuplicateCell, DuplicateMeasurement>
const claimWeight = 1 / 64

function exponent(
  what: 'smallest' | 'integral',
  direction: DuplicateCell['direction'],
  budget: 'quick' | 'standard',
  margin: number,
  weight: number,
): Slope {
  const cells = distances.map(([name]) => `${direction}/${name}`) as [string, ...string[]]
  const sizes = distances.map(([, epsilon]) => epsilon)
  const blocks = distances.map(() => block)
  return {
    ...{ kind: 'slope', budget, weight, cells, level: 0.5, needs: ['inside'], margin },
    id: `${what}/${direction}${budget === 'standard' ? '/sharp' : ''}`,
    family: `${what}/${direction}`,
    says: `${what === 'smallest' ? 'smallest eigenvalue ∝ ε²' : 'integral of λ⁻² ∝ ε⁻⁴'}, v ${direction}`,
    target: what === 'smallest' ? 2 : -4,
    marginReason:
      'features are linear in ε but for units whose kink lies within it, a share of order ε that moves the exponent by less than 0.005; the rest is the departure worth reporting',
    cap: slopeCap({ sizes, blocks, level: 0.5, margin, bias: 0.005, alpha: levelOf(claimWeight, weight) }),
    of: (measured) => measured[what],
  }
}

function bound(what: 'excess' | 'deficit', says: string) {
  return {
    ...{ kind: 'every' as const, id: what, says, budget: 'quick' as const, weight: 0.08, needs: ['inside'] },
    cells: ['adversarial/1e-2', 'random/1e-2'] as [string, ...string[]],
    margin: 20,
    marginReason: 'in units of n·u·‖K‖, u = 2^(-53): eigenvalues err by a modest multiple of it',
    cap: 500,
    of: (measured: DuplicateMeasurement) => measured[what],
  }
}

export const nearDuplicate: Claim<DuplicateCell, DuplicateMeasurement> = {
  id: 'near-duplicate',
  title:
    'Next to a point of the sample the integral of λ⁻² diverges like ε⁻⁴ in every direction, adversarial or random',
  source: {
    kind: 'derived',
    where:
      'against the “only if” of Theorem 3.1 of El Harzli & Cuenca Grau, Adversarial attacks as near-zero eigenvalues, as its reviews give it',
    url: 'https://openreview.net/forum?id=r5d8zkYizS',
  },
  statement: {
    text: 'With a point at distance ε of a sample point added, the smallest eigenvalue of the Gram matrix is at most half the squared distance of the two features, hence of order ε², and the mean of λ⁻² over Mercer’s eigenvalues of order ε⁻⁴, in adversarial and in random directions alike.',
    formula: 'λ_min(K) ≤ ½‖φ(x′) - φ(x*)‖²,  (1/M) Σ λ⁻² ≥ 4(n + 1)/‖φ(x′) - φ(x*)‖⁴',
  },
  symbols: { λ_min: 'smallest', I: 'integral', ε: 'epsilon', v: 'direction', 'x*': 'natural', M: 'n + 1' },
  shows: {
    can: 'the exponents 2 and -4 for ε from 10⁻⁵ to 10⁻², random ReLU features, both kinds of directions, and the bounds',
    cannot: 'anything about points whose neighbours are not in the sample, or about trained features',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'inside', says: 'x* belongs to the sample', holds: ({ centre }) => centre === 'inside' },
  ],
  cells: (['adversarial', 'random'] as const).flatMap((direction) =>
    distances.map(([name, epsilon]) => cell(direction, name, epsilon)),
  ) as [DuplicateCell, ...DuplicateCell[]],
  experiment,
  predictions: [
    exponent('smallest', 'adversarial', 'quick', 0.1, 0.14),
    exponent('smallest', 'random', 'quick', 0.1, 0.14),
    exponent('integral', 'adversarial', 'quick', 0.2, 0.14),
    exponent('integral', 'random', 'quick', 0.2, 0.14),
    exponent('smallest', 'adversarial', 'standard', 0.05, 0.05),
    exponent('smallest', 'random', 'standard', 0.05, 0.05),
    bound('excess', 'λ_min(K) ≤ ½‖φ(x′) - φ(x*)‖²'),
    bound('deficit', 'I ≥ 4(n + 1)/‖φ(x′) - φ(x*)‖⁴'),
  ],
  controls: [
    {
      ...{ id: 'outside', breaks: 'inside', predicts: 'smallest/random', value: 0, weight: 0.06, cap: 4500 },
      says: 'x* is a fresh point: the smallest eigenvalue tends to a positive constant',
      alter: (cell) => ({ ...cell, centre: 'outside' }),
    },
    {
      ...{
        id: 'outside-integral',
        breaks: 'inside',
        predicts: 'integral/adversarial',
        value: 0,
        weight: 0.06,
        cap: 4500,
      },
      says: 'x* is a fresh point: the integral stays bounded',
      alter: (cell) => ({ ...cell, centre: 'outside' }),
    },
    {
      ...{ id: 'outside-bound', breaks: 'inside', predicts: 'excess', value: 1e9, weight: 0.06, cap: 300 },
      says: 'x* is a fresh point: the bound fails',
      alter: (cell) => ({ ...cell, centre: 'outside' }),
    },
  ],
  figures: (result) => [
    scalingFigure(result, {
      id: 'near-duplicate-eigenvalue',
      title: 'Smallest eigenvalue with a near-duplicate in the sample',
      caption: 'Mercer’s eigenvalues of random ReLU features, 16 points. Every dot is one network.',
      ...{ of: 'smallest', label: 'smallest eigenvalue', size: 'ε', quantile: 'median ∝ ε²' },
      predictions: ['smallest/adversarial', 'smallest/random'],
      theory: (epsilon) => 0.0012 * epsilon * epsilon,
    }),
  ],
}
