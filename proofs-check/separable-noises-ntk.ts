import { dot, tensor } from '../src/array/index.ts'
import { gaussianMatrix, normal, rademacher, sphere, type Stream } from '../src/random/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { descended, distance, inputGradient, stacked, type Weights } from './two-layer-training.ts'

/*
 * The noises of a network that was trained a little are separable by what it began with.
 *
 * Zhang, Yu, Lu & He, "Adversarial noises are linearly separable for (nearly) random neural networks" (AISTATS 2023,
 * arXiv:2206.04316), Theorem 3.6: for a network trained by gradient descent within ‖ΔW‖₂ ≤ 1/√m and ‖Δa‖ ≤ 1/√m of its
 * initialisation, v = -W₀ᵀa₀ satisfies ⟨v, y r⟩ > 0 for the one-step noises r = -(1 - sigmoid(yf)) y ∇f(x).
 *
 *     W, a    N(0, 1/d), N(0, 1/m)        d, m    inputs, width (equal here)
 *     x       uniform, ‖x‖ = √d           y       labels, fair coins
 *     v       -W₀ᵀa₀, of the start        ⟨v, y r⟩ > 0 ⟺ ⟨W₀ᵀa₀, ∇f(x)⟩ > 0: labels and loss drop out
 *
 * A trial trains on 10 points until one of the radii is reached, and asks for 100 fresh points at once. ‖ΔW‖ is measured
 * by Frobenius' norm, which is not smaller.
 *
 * A run shows this at two sizes, for radii that training on 10 points soon exceeds. Far from the start v says nothing:
 * the control.
 */

interface NtkNoiseCell extends Cell {
  readonly size: number
  /** Stop at the radii of the theorem, or go on for 150 large steps, on 2d points. */
  readonly training: 'near' | 'far'
}

type NtkNoiseMeasurement = Readonly<Record<'all' | 'share' | 'movedW' | 'movedA', number>>

const testPoints = 100
const claimWeight = 1 / 64

function cell(size: number, block: number): NtkNoiseCell {
  return {
    id: `d=${size}`,
    label: `d = m = ${size}`,
    sizes: { d: size, m: size },
    block,
    size,
    training: 'near',
  }
}

function experiment({ size, training }: NtkNoiseCell, source: Stream): NtkNoiseMeasurement {
  const start: Weights = [
    gaussianMatrix(source.child('weights'), size, size),
    tensor(normal(source.child('output'), size).map((z) => z / Math.sqrt(size))),
  ]
  const points = (name: string, n: number): Float64Array[] =>
    Array.from({ length: n }, (_, i) => sphere(source.child(name, i), size, Math.sqrt(size)))
  const trainPoints = training === 'near' ? 10 : 2 * size
  const x = stacked(points('train', trainPoints))
  const y = tensor(rademacher(source.child('labels'), trainPoints))
  const radius = 1 / Math.sqrt(size)
  let weights = start
  const [rate, steps] = training === 'near' ? [0.01, 100] : [5, 150]
  for (let step = 0; step < steps; step++) {
    const next = descended(weights, x, y, rate)
    const outside = next.some((part, i) => distance(part, start[i]!) > radius)
    if (training === 'near' && outside) break
    weights = next
  }
  const v = new Float64Array(size)
  const [w, a] = start
  for (let j = 0; j < size; j++) for (let i = 0; i < size; i++) v[i]! += a.data[j]! * w.data[j * size + i]!
  const right = points('test', testPoints).filter((point) => dot(v, inputGradient(weights, point)) > 0).length
  const [movedW, movedA] = weights.map((part, i) => distance(part, start[i]!) / radius) as [number, number]
  return { all: right === testPoints ? 1 : 0, share: right / testPoints, movedW, movedA }
}

function separates(
  id: string,
  size: number,
  budget: 'quick' | 'standard',
  margin: number,
  weight: number,
): ProbabilityPrediction<NtkNoiseCell, NtkNoiseMeasurement> {
  const alpha = levelOf(claimWeight, weight)
  return {
    ...{ kind: 'probability', id, budget, weight, cells: [`d=${size}`], target: 1, margin, side: 'atLeast' },
    says: `d = m = ${size}: the initial v separates the noises of 100 fresh points`,
    needs: ['near'],
    marginReason: `by the exponential decay of the failure rate at initialisation a point fails with probability below e^(-${size}/5); the rest is the departure worth reporting`,
    cap: probabilityCap({ target: 1, margin, truth: 1 - margin / 50, alpha, block: 20, side: 'atLeast' }),
    of: ({ all }) => all,
  }
}

export const separableNoisesNtk: Claim<NtkNoiseCell, NtkNoiseMeasurement> = {
  id: 'separable-noises-ntk',
  title: 'Near its initialisation a trained network has noises that the initial weights separate',
  source: {
    kind: 'stated',
    where: 'Theorem 3.6 of Zhang, Yu, Lu & He 2023, at its radii',
    url: 'https://arxiv.org/abs/2206.04316',
  },
  statement: {
    text: 'For networks trained by gradient descent within ‖ΔW‖ ≤ 1/√m and ‖Δa‖ ≤ 1/√m, the vector v = -W₀ᵀa₀ of the initial weights separates the adversarial noises of fresh points.',
    formula: '⟨W₀ᵀa₀, ∇f(x)⟩ > 0',
  },
  symbols: { m: 'size', d: 'size', v: '-v', '‖ΔW‖√m': 'movedW', '‖Δa‖√m': 'movedA' },
  shows: {
    can: 'that v separates 100 fresh noises at once within the stated radii, at d = m = 100 and 200',
    cannot: 'anything beyond the radii, or for deeper networks',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'near',
      says: '‖ΔW‖√m ≤ 1 and ‖Δa‖√m ≤ 1',
      holds: (_, { movedW, movedA }) => movedW <= 1 && movedA <= 1,
    },
  ],
  cells: [cell(100, 20), cell(200, 20)],
  experiment,
  predictions: [
    separates('separates/100', 100, 'quick', 0.1, 0.5),
    separates('separates/200', 200, 'standard', 0.05, 0.3),
  ],
  controls: [
    {
      ...{ id: 'far', breaks: 'near', predicts: 'separates/100', value: 0, weight: 0.2, cap: 400 },
      says: 'long training on many points at a large rate, at d = m = 50: v no longer separates',
      alter: (cell) => ({ ...cell, size: 50, training: 'far' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'separated-share',
      title: 'Share of fresh noises on the right side of the initial v',
      caption: 'Within the radii of the theorem, and far from the start. Every dot is one network.',
      ...{ of: 'share', label: 'share', size: 'd', predictions: ['separates/100', 'separates/200'] },
    }),
  ],
}
