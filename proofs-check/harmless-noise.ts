import { tensor } from '../src/array/index.ts'
import { acos, erf, pi } from '../src/math/index.ts'
import { activations, outputWeights, sampleStepLaw } from '../src/nets/index.ts'
import { normal, type Stream } from '../src/random/index.ts'
import { arcCosine } from '../src/spectra/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * Random noise of the length of an adversarial step does not flip a random network.
 *
 * The other half of Bubeck et al. (arXiv:2104.03863) and Montanari & Wu (arXiv:2203.17209): steps of length of order 1, against
 * ‖x‖ = √d, flip along the gradient and along no direction chosen without looking. Derived here: f(x) and f(x + δ) of a wide ReLU
 * network are jointly Gaussian with correlation κ₁(cos θ), tan θ = ‖δ‖/√d, so that
 *
 *     P(sign f(x + δ) ≠ sign f(x)) = acos κ₁(cos θ) / π,      κ₁(ρ) = (√(1-ρ²) + ρ(π - acos ρ))/π
 *
 * for δ of length ℓ across x. A trial draws the preactivations at both points, exactly for the width; f is unbiased and f64.
 */

interface NoiseCell extends Cell {
  readonly inputs: number
  readonly width: number
  readonly length: number
  readonly direction: 'random' | 'gradient'
}

type NoiseMeasurement = Readonly<Record<'flips' | 'change', number>>

const claimWeight = 1 / 64
const width = 1024

/** acos κ₁(cos θ)/π */
export function flipShare(inputs: number, length: number): number {
  const cosine = 1 / Math.sqrt(1 + (length * length) / inputs)
  return acos(arcCosine(cosine)[1]) / pi
}

function cell(inputs: number, length: number): NoiseCell {
  const [id, label] = [`d=${inputs}/${length}`, `d = ${inputs}, length ${length}`]
  return {
    id,
    label,
    sizes: { d: inputs, m: width, l: length },
    block: 500,
    inputs,
    width,
    length,
    direction: 'random',
  }
}

function experiment({ inputs, width, length, direction }: NoiseCell, source: Stream): NoiseMeasurement {
  const { relu } = activations
  if (direction === 'gradient') {
    // A step of that length against the gradient, ‖∇f‖ ≈ √p = √½.
    const steps = [length / Math.sqrt(0.5)]
    const { value, stepped } = sampleStepLaw({ inputs, width, activation: relu, steps }, source)
    return { flips: value * stepped[0]! < 0 ? 1 : 0, change: stepped[0]! - value }
  }
  const at = normal(source.child('point'), width)
  const across = normal(source.child('noise'), width)
  const a = outputWeights('rademacher', source.child('output'), width).data
  const f = (z: Float64Array): number =>
    Array.from(relu.apply(tensor(z)).data).reduce((sum, h, j) => sum + a[j]! * h, 0) / Math.sqrt(width)
  const [before, after] = [f(at), f(at.map((z, j) => z + (length / Math.sqrt(inputs)) * across[j]!))]
  return { flips: before * after < 0 ? 1 : 0, change: after - before }
}

function share(
  inputs: number,
  length: number,
  margin: number,
  weight: number,
): ProbabilityPrediction<NoiseCell, NoiseMeasurement> {
  const target = flipShare(inputs, length)
  return {
    ...{ kind: 'probability', id: `share/${inputs}/${length}`, budget: 'quick', weight, target, margin },
    says: `d = ${inputs}: random noise of length ${length} flips with probability acos(κ₁)/π`,
    cells: [`d=${inputs}/${length}`],
    needs: ['random'],
    marginReason: 'for width 1024 the correction is of order 1/m; the rest is the departure worth reporting',
    cap: probabilityCap({ target, margin, truth: target, alpha: levelOf(claimWeight, weight), block: 500 }),
    of: ({ flips }) => flips,
  }
}

export const harmlessNoise: Claim<NoiseCell, NoiseMeasurement> = {
  id: 'harmless-noise',
  title: 'Random noise as long as an adversarial step flips a random network with probability of order 1/√d',
  source: {
    kind: 'derived',
    where: 'the counterpart of Theorem 1 of Bubeck et al. 2021, by the arc-cosine kernel of Cho & Saul 2009',
    url: 'https://arxiv.org/abs/2104.03863',
  },
  statement: {
    text: 'For a wide ReLU network and noise of length ℓ across x, ‖x‖ = √d, the sign changes with probability acos κ₁(cos θ)/π, tan θ = ℓ/√d, which is about ℓ/(π√d).',
    formula: 'P = acos κ₁(cos θ) / π ≈ ℓ/(π√d)',
  },
  symbols: { d: 'inputs', m: 'width', ℓ: 'length', 'κ₁': 'flipShare' },
  shows: {
    can: 'the probability at d = 100 and 400 for noise of length 3, at which gradient steps flip nearly always',
    cannot: 'anything about noise that depends on the network',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'random',
      says: 'the direction does not depend on the network',
      holds: ({ direction }) => direction === 'random',
    },
  ],
  cells: [cell(100, 3), cell(400, 3)],
  experiment,
  predictions: [share(100, 3, 0.015, 0.4), share(400, 3, 0.01, 0.4)],
  controls: [
    {
      ...{
        id: 'gradient',
        breaks: 'random',
        predicts: 'share/400/3',
        value: erf(3 / Math.sqrt(2)),
        weight: 0.2,
        cap: 4000,
      },
      says: 'a step of the same length against the gradient',
      alter: (cell) => ({ ...cell, direction: 'gradient' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'harmless-noise',
      title: 'Probability that random noise of length 3 flips the sign',
      caption:
        'Estimates with their intervals; steps of that length against the gradient flip nearly always.',
      ...{ of: 'flips', label: 'probability', size: 'd', predictions: ['share/100/3', 'share/400/3'] },
      theory: { label: 'acos κ₁/π', at: (d) => flipShare(d, 3) },
    }),
  ],
}
