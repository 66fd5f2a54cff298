import { dot, lengthOf } from '../src/array/index.ts'
import { acos, pi } from '../src/math/index.ts'
import { gaussianMatrix, normal, sphere, type Stream } from '../src/random/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction, QuantilePrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { normalMedianCap } from './normal-caps.ts'

/*
 * The noises of a network at initialisation are linearly separable, whatever the labels.
 *
 * Zhang, Yu, Lu & He, "Adversarial noises are linearly separable for (nearly) random neural networks" (AISTATS 2023,
 * arXiv:2206.04316), Theorem 3.1: for f(x) = aᵀrelu(Wx) at initialisation, v = -Wᵀa satisfies ⟨v, y r⟩ > 0 for all n one-step noises
 * r = -(1 - sigmoid(yf)) y∇f(x), with probability at least 1 - 3Cn(e^(-c₁d) + e^(-c₂m)).
 *
 *     W, a    N(0, 1/d), N(0, 1/m)        d, m    inputs, width (equal here)
 *     x       uniform, ‖x‖ = √d           ⟨v, y r⟩ > 0 ⟺ ⟨Wᵀa, ∇f(x)⟩ > 0: labels drop out
 *
 * The companions in `noise-angles` say how far from orthogonal. Measured are all of 200 fresh points at once at d = m = 200, and the
 * failure rate of one point, which decays exponentially in d = m. An even activation has gradients that are odd in x, so that
 * nothing separates them: the control.
 */

interface SeparableCell extends Cell {
  readonly size: number
  readonly activation: 'relu' | 'abs'
  readonly points: number
}

type SeparableMeasurement = Readonly<Record<'all' | 'fails' | 'cosine' | 'between' | 'signs', number>>

const claimWeight = 1 / 64

function cell(size: number, points: number, block: number): SeparableCell {
  const [id, label] = [`d=${size}`, `d = m = ${size}`]
  return { id, label, sizes: { d: size, m: size }, block, size, points, activation: 'relu' }
}

/** What one network and some points show: see the claims of this file and of `noise-angles`. */
export function separableExperiment(
  { size, activation, points }: SeparableCell,
  source: Stream,
): SeparableMeasurement {
  const w = gaussianMatrix(source.child('weights'), size, size).data as Float64Array
  const a = normal(source.child('output'), size).map((z) => z / Math.sqrt(size))
  const row = (j: number): Float64Array => w.subarray(j * size, (j + 1) * size)
  const v = new Float64Array(size)
  for (let j = 0; j < size; j++) for (let i = 0; i < size; i++) v[i]! += a[j]! * w[j * size + i]!
  const gradientAt = (x: Float64Array): Float64Array => {
    const g = new Float64Array(size)
    for (let j = 0; j < size; j++) {
      const z = dot(row(j), x)
      const slope = activation === 'abs' ? Math.sign(z) : z > 0 ? 1 : 0
      if (slope !== 0) for (let i = 0; i < size; i++) g[i]! += slope * a[j]! * w[j * size + i]!
    }
    return g
  }
  const gradients = Array.from({ length: points }, (_, k) =>
    gradientAt(sphere(source.child('point', k), size, Math.sqrt(size))),
  )
  const products = gradients.map((g) => dot(v, g))
  const [first, second] = [gradients[0]!, gradients[1] ?? gradients[0]!]
  const agree = first.filter((g, i) => Math.sign(g) === Math.sign(v[i]!)).length
  return {
    all: products.every((product) => product > 0) ? 1 : 0,
    fails: products[0]! > 0 ? 0 : 1,
    cosine: products[0]! / (lengthOf(v) * lengthOf(first)),
    between: dot(first, second) / (lengthOf(first) * lengthOf(second)),
    signs: agree / size,
  }
}

/** Failure rates of one point measured once with numpy, 10⁶ networks a size. */
const rates = { 5: 0.117, 10: 0.0328, 20: 0.004 } as const

function rate(
  size: 5 | 10 | 20,
  margin: number,
  weight: number,
): ProbabilityPrediction<SeparableCell, SeparableMeasurement> {
  const target = rates[size]
  return {
    ...{
      kind: 'probability',
      id: `fails/${size}`,
      budget: 'quick',
      weight,
      target,
      margin,
      cells: [`d=${size}`],
    },
    says: `d = m = ${size}: one noise is on the wrong side with probability ${target}`,
    needs: ['slope'],
    marginReason: 'the target is known to three digits; the margin is the departure worth reporting',
    cap: probabilityCap({ target, margin, alpha: levelOf(claimWeight, weight), block: 500 }),
    of: ({ fails }) => fails,
  }
}

const hypotheses = [
  { id: 'slope', says: 'E σ′(G) > 0', holds: ({ activation }: SeparableCell) => activation === 'relu' },
]

export const separableNoises: Claim<SeparableCell, SeparableMeasurement> = {
  id: 'separable-noises',
  title: 'v = -Wᵀa separates the one-step noises of a random network, whatever the labels',
  source: {
    kind: 'stated',
    where: 'Theorem 3.1 of Zhang, Yu, Lu & He 2023',
    url: 'https://arxiv.org/abs/2206.04316',
  },
  statement: {
    text: 'At initialisation the vector -Wᵀa classifies the adversarial noises of all points right, for any labels; the probability that it fails at a point decays exponentially in d = m.',
    formula: '⟨Wᵀa, ∇f(x)⟩ > 0',
  },
  symbols: { d: 'size', m: 'size', v: '-v', n: 'points' },
  shows: {
    can: 'all of 200 fresh points at once at d = m = 200, and the failure rate at d = m = 5, 10 and 20',
    cannot: 'the constants of the theorem, which are not given',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses,
  cells: [cell(5, 1, 500), cell(10, 1, 500), cell(20, 1, 500), cell(200, 200, 5)],
  experiment: separableExperiment,
  predictions: [
    {
      ...{
        kind: 'probability',
        id: 'all',
        budget: 'quick',
        weight: 0.3,
        target: 1,
        margin: 0.2,
        side: 'atLeast',
      },
      says: 'd = m = 200: all of 200 points are on the right side',
      cells: ['d=200'],
      needs: ['slope'],
      marginReason:
        'by the decay e^(-d/5) fewer than one network in 10¹⁴ fails; the margin is what 60 trials can tell',
      cap: probabilityCap({
        ...{ target: 1, margin: 0.2, truth: 0.9999, block: 5, side: 'atLeast' },
        alpha: levelOf(claimWeight, 0.3),
      }),
      of: ({ all }) => all,
    },
    rate(5, 0.02, 0.15),
    rate(10, 0.01, 0.15),
    rate(20, 0.004, 0.2),
  ],
  controls: [
    {
      ...{ id: 'even', breaks: 'slope', predicts: 'fails/10', value: 0.5, weight: 0.2, cap: 4000 },
      says: '|z| in place of relu: gradients are odd in x, and half of them on either side',
      alter: (cell) => ({ ...cell, activation: 'abs' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'noise-failures',
      title: 'Probability that v misses the noise of a point, by d = m',
      caption: 'Estimates with their intervals; the line is e^(-d/5)/3.',
      ...{ of: 'fails', label: 'probability', size: 'd', scales: ['linear', 'linear'] },
      predictions: ['fails/5', 'fails/10', 'fails/20'],
    }),
  ],
}

/*
 * How the noises of a network at initialisation lie, derived beside the theorem: with G standard normal,
 *
 *     cos(∇f(x), Wᵀa) → 1/√2,    cos(∇f(x), ∇f(x′)) → 1 - θ(x, x′)/π,    coordinates of equal sign → 1 - acos(1/√2)/π = 3/4.
 */
function angle(
  id: 'cosine' | 'between' | 'signs',
  target: number,
  deviation: number,
  margin: number,
  says: string,
  weight: number,
): QuantilePrediction<SeparableCell, SeparableMeasurement> {
  return {
    ...{ kind: 'quantile', id, budget: 'quick', weight, target, margin, level: 0.5, cells: ['d=200'], says },
    needs: ['slope'],
    marginReason:
      'corrections are of order 1/√d at a single network and 1/d in the median; the rest is the departure worth reporting',
    cap: normalMedianCap({
      deviation,
      bias: margin / 5,
      margin,
      alpha: levelOf(claimWeight, weight),
      block: 5,
    }),
    of: (measured) => measured[id],
  }
}

export const noiseAngles: Claim<SeparableCell, SeparableMeasurement> = {
  id: 'noise-angles',
  title: 'Noises at initialisation make an angle of 45° with v, and of 60° with each other',
  source: {
    kind: 'derived',
    where: 'beside Theorem 3.1 of Zhang, Yu, Lu & He 2023',
    url: 'https://arxiv.org/abs/2206.04316',
  },
  statement: {
    text: 'For wide ReLU networks the gradient at x has cosine 1/√2 with Wᵀa, 1 - θ/π with the gradient at a point at angle θ, and agrees in sign with Wᵀa in three of four coordinates.',
    formula: 'cos(∇f, Wᵀa) → 1/√2,  cos(∇f(x), ∇f(x′)) → 1 - θ/π,  3/4',
  },
  symbols: { d: 'size', m: 'size', θ: 'π/2 for independent points' },
  shows: { can: 'the three numbers at d = m = 200', cannot: 'the limits' },
  weight: claimWeight,
  expected: 'supported',
  hypotheses,
  cells: [cell(200, 2, 5)],
  experiment: separableExperiment,
  predictions: [
    angle('cosine', 1 / Math.sqrt(2), 0.05, 0.03, 'cosine of ∇f(x) and Wᵀa', 0.25),
    angle('between', 0.5, 0.07, 0.04, 'cosine of gradients at independent points', 0.25),
    angle(
      'signs',
      1 - acos(1 / Math.sqrt(2)) / pi,
      0.035,
      0.025,
      'coordinates where ∇f(x) and Wᵀa have one sign',
      0.25,
    ),
  ],
  controls: [
    {
      ...{ id: 'even', breaks: 'slope', predicts: 'cosine', value: 0, weight: 0.25, cap: 1000 },
      says: '|z| in place of relu: no preferred side',
      alter: (cell) => ({ ...cell, activation: 'abs' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'noise-cosines',
      title: 'Cosine of the gradient and Wᵀa',
      caption: 'Every dot is one network; the line is 1/√2.',
      ...{ of: 'cosine', label: 'cosine', size: 'd', predictions: ['cosine'] },
      theory: { label: '1/√2', at: () => 1 / Math.sqrt(2) },
    }),
  ],
}
