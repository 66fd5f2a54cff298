import { dot, lengthOf, tensor } from '../src/array/index.ts'
import { lstsq } from '../src/linalg/index.ts'
import { gaussianMatrix, normal, sphere, type Stream } from '../src/random/index.ts'
import { exp } from '../src/math/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { descended, inputGradient, outputs, stacked, type Weights } from './two-layer-training.ts'

/*
 * Adversarial noises are easier to classify than the inputs they belong to.
 *
 * Zhang, Yu, Lu & He, "Adversarial noises are linearly separable for (nearly) random neural networks" (AISTATS 2023,
 * arXiv:2206.04316), section 4: linear models fit the noises of trained networks, on fresh inputs too, and hardly fit the
 * inputs themselves.
 *
 *     x     uniform on the sphere of radius √d           r     noise, -(1 - sigmoid(yf)) y ∇f(x)
 *     y     the sign of x₁x₂ (xor), or of x₁             accuracy of the least-squares classifier, on fresh points
 *
 * A reading: their networks and images are large; here a two-layer ReLU network is trained on xor labels, which no linear
 * model knows anything of. Noises are taken at unit length and raw; the sign and direction are the same, but least squares
 * weighs them differently.
 *
 * A run shows the order for labels that are hard for a linear model. Where they are easy, inputs are separable too, and
 * the noises have nothing to win: the control.
 */

interface NoiseDataCell extends Cell {
  readonly inputs: number
  readonly labels: 'xor' | 'linear'
}

type NoiseDataMeasurement = Readonly<
  Record<'unit' | 'raw' | 'data' | 'gainUnit' | 'gainRaw' | 'trained', number>
>

const [samples, width, steps, rate] = [200, 64, 150, 0.5]
const claimWeight = 1 / 64

/** Share of fresh rows that the least-squares classifier of the others gets right. */
function linearAccuracy(rows: readonly Float64Array[], labels: readonly number[], n: number): number {
  const { x } = lstsq(stacked(rows.slice(0, n)), tensor(labels.slice(0, n)))
  const weights = Float64Array.from(x.data)
  const right = rows.slice(n).filter((row, i) => dot(weights, row) * labels[n + i]! > 0)
  return right.length / (rows.length - n)
}

function experiment({ inputs, labels }: NoiseDataCell, source: Stream): NoiseDataMeasurement {
  const points = Array.from({ length: 2 * samples }, (_, i) =>
    sphere(source.child('point', i), inputs, Math.sqrt(inputs)),
  )
  const y = points.map((x) => Math.sign(labels === 'xor' ? x[0]! * x[1]! : x[0]!))
  let weights: Weights = [
    gaussianMatrix(source.child('weights'), width, inputs),
    tensor(normal(source.child('output'), width).map((z) => z / Math.sqrt(width))),
  ]
  const [x, targets] = [stacked(points.slice(0, samples)), tensor(y.slice(0, samples))]
  for (let step = 0; step < steps; step++) weights = descended(weights, x, targets, rate)
  const f = outputs(weights, stacked(points)).data
  const unit: Float64Array[] = []
  const raw: Float64Array[] = []
  points.forEach((point, i) => {
    const gradient = inputGradient(weights, point)
    // 1/(1 + exp(yf)), where 1 - sigmoid(yf) would be rounded to 0.
    const loss = 1 / (1 + exp(y[i]! * f[i]!))
    const length = lengthOf(gradient)
    unit.push(gradient.map((g) => (-y[i]! * g) / length))
    raw.push(gradient.map((g) => -y[i]! * loss * g))
  })
  const [onUnit, onRaw, data] = [unit, raw, points].map((rows) => linearAccuracy(rows, y, samples)) as [
    number,
    number,
    number,
  ]
  const right = y.slice(0, samples).filter((label, i) => label * f[i]! > 0).length
  return {
    ...{ unit: onUnit, raw: onRaw, data, trained: right / samples },
    ...{ gainUnit: onUnit >= data + 0.2 ? 1 : 0, gainRaw: onRaw >= data + 0.2 ? 1 : 0 },
  }
}

function easier(
  id: 'unit' | 'raw',
  budget: 'quick' | 'standard',
  margin: number,
  weight: number,
): ProbabilityPrediction<NoiseDataCell, NoiseDataMeasurement> {
  const alpha = levelOf(claimWeight, weight)
  return {
    ...{ kind: 'probability', id, budget, weight, cells: ['xor/10'], target: 1, margin, side: 'atLeast' },
    says: `noises ${id === 'unit' ? 'at unit length' : 'as they are'} are classified better than inputs by 0.2`,
    needs: ['hard'],
    marginReason:
      'inputs are at chance, 0.5 ± 0.04, and noises near 1 on the pilot (seeds 0 to 99), where no trial missed; the margin is the departure worth reporting',
    cap: probabilityCap({ target: 1, margin, truth: 1 - margin / 20, alpha, block: 10, side: 'atLeast' }),
    of: (measured) => measured[id === 'unit' ? 'gainUnit' : 'gainRaw'],
  }
}

function cell(labels: NoiseDataCell['labels']): NoiseDataCell {
  return {
    id: `${labels}/10`,
    label: `${labels}, d = 10`,
    sizes: { d: 10, m: width },
    block: 10,
    inputs: 10,
    labels,
  }
}

export const noisesEasierThanData: Claim<NoiseDataCell, NoiseDataMeasurement> = {
  id: 'noises-easier-than-data',
  title:
    'A linear model classifies the noises of a trained network better than the inputs, when labels are hard',
  source: {
    kind: 'reading',
    where: 'section 4 of Zhang, Yu, Lu & He 2023, with xor labels in place of images',
    url: 'https://arxiv.org/abs/2206.04316',
  },
  statement: {
    text: 'For a two-layer network trained on labels that no linear model knows, the least-squares classifier of its noises, tested on the noises of fresh inputs, is better than that of the inputs by at least 0.2.',
    formula: 'accuracy(r) ≥ accuracy(x) + 0.2',
  },
  symbols: { r: 'unit, raw', x: 'data', d: 'inputs' },
  shows: {
    can: 'the order for xor labels in 10 dimensions, for noises at unit length and raw',
    cannot: 'the accuracies of large networks on images',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'hard', says: 'labels that are hard for a linear model', holds: ({ labels }) => labels === 'xor' },
  ],
  cells: [cell('xor')],
  experiment,
  predictions: [easier('unit', 'quick', 0.15, 0.4), easier('raw', 'quick', 0.15, 0.4)],
  controls: [
    {
      ...{ id: 'linear', breaks: 'hard', predicts: 'unit', value: 0, weight: 0.2, cap: 400 },
      says: 'labels given by the sign of x₁: inputs are nearly separable themselves',
      alter: () => cell('linear'),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'noise-accuracy',
      title: 'Accuracy of a linear model on noises of fresh inputs, at unit length',
      caption: 'Every dot is one trained network; the line is chance, where the inputs are.',
      ...{ of: 'unit', label: 'accuracy', size: 'd', predictions: [] },
      theory: { label: 'chance', at: () => 0.5 },
    }),
  ],
}
