import { lengthOf, tensor } from '../src/array/index.ts'
import {
  activations,
  gaussianMoments,
  sampleStepLaw,
  twoLayer,
  type ActivationName,
} from '../src/nets/index.ts'
import { valueAndGrad } from '../src/ops/index.ts'
import type { Stream } from '../src/random/index.ts'
import { lawCap, levelOf } from './caps.ts'
import type { Cell, Claim, LawPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * The joint law of f(x), ‖∇f‖ and f(x′), by Gaussian conditioning.
 *
 * The proofs of Montanari & Wu (arXiv:2203.17209) condition the weights on f and ∇f at x. Carried out exactly, for any width m ≥ 1
 * and dimension d ≥ 2 (see `sampleStepLaw`), with g_j = ⟨w_j, x⟩, b_j = a_jσ′(g_j), S = ‖b‖²/m, R = ⟨x, ∇f⟩, Γ ~ χ²_{d-1}/d and
 * ξ = (I - bbᵀ/‖b‖²)Z,
 *
 *     ‖∇f‖² = R²/d + SΓ,      ⟨w_j, x′⟩ = g_j(1 - sR/d) - s(b_jΓ/√m + √(SΓ/d) ξ_j).            (★)
 *
 * A trial draws a network with all its weights, or with deferred ones, and independently a sample of (★); the two laws are
 * compared. With (★) at another width the comparison must fail: the control.
 */

interface JointCell extends Cell {
  readonly inputs: number
  readonly width: number
  readonly activation: ActivationName
  readonly weights: 'dense' | 'deferred'
  /** The width of (★). */
  readonly starWidth: number
  /** s = 1.5 √q/p */
  readonly step: number
}

type JointMeasurement = Readonly<
  Record<'value' | 'gradient' | 'stepped' | 'starValue' | 'starGradient' | 'starStepped', number>
>

const claimWeight = 1 / 64

function cell(
  activation: ActivationName,
  inputs: number,
  width: number,
  weights: JointCell['weights'],
): JointCell {
  const { q, p } = gaussianMoments(activations[activation])
  const id = `${activation}/${weights}`
  const label = `${activation}, d = ${inputs}, m = ${width}, ${weights}`
  return {
    id,
    label,
    sizes: { d: inputs, m: width },
    block: 500,
    inputs,
    width,
    activation,
    weights,
    starWidth: width,
    step: (1.5 * Math.sqrt(q)) / p,
  }
}

function experiment(cell: JointCell, source: Stream): JointMeasurement {
  const { inputs, width, weights, starWidth, step } = cell
  const activation = activations[cell.activation]
  const net = twoLayer({ inputs, width, activation, weights }, source.child('network'))
  const x = tensor(new Float64Array(inputs).fill(1))
  const { value, gradient } = valueAndGrad(net)(x)
  const s = Math.sign(value.item()) * step
  const moved = tensor(Float64Array.from(gradient.data, (g) => 1 - s * g))
  const options = { inputs, width: starWidth, activation, steps: [step] }
  const star = sampleStepLaw(options, source.child('star'))
  return {
    value: value.item(),
    gradient: lengthOf(Float64Array.from(gradient.data)),
    stepped: net(moved).item(),
    starValue: star.value,
    starGradient: star.gradientNorm,
    starStepped: star.stepped[0]!,
  }
}

function law(
  id: string,
  cell: string,
  of: 'value' | 'gradient' | 'stepped',
  against: 'starValue' | 'starGradient' | 'starStepped',
  weight: number,
): LawPrediction<JointCell, JointMeasurement> {
  const margin = 0.1
  return {
    ...{ kind: 'law', id, budget: 'quick', weight, margin, cells: [cell] },
    says: `${cell}: the law of ${of === 'value' ? 'f(x)' : of === 'gradient' ? '‖∇f‖' : 'f(x′)'} is that of (★)`,
    needs: ['own'],
    marginReason: 'exact; the margin is the largest gap of distribution functions not worth reporting',
    cap: lawCap({ margin, alpha: levelOf(claimWeight, weight), block: 500 }),
    of: (measured) => measured[of],
    against: { sample: (measured) => measured[against] },
  }
}

export const jointLaw: Claim<JointCell, JointMeasurement> = {
  id: 'joint-law',
  title:
    'Value, gradient and the value after a step have the joint law that Gaussian conditioning gives, at any size',
  source: {
    kind: 'derived',
    where: 'the conditioning in Montanari & Wu 2023, carried out exactly',
    url: 'https://arxiv.org/abs/2203.17209',
  },
  statement: {
    text: 'For a random two-layer network and a gradient step, (f(x), ‖∇f(x)‖, f(x′)) has the law of (★) for every width and dimension, whether weights are drawn in full or along the directions asked about.',
    formula: '⟨w_j, x′⟩ = g_j(1 - sR/d) - s(b_jΓ/√m + √(SΓ/d) ξ_j)',
  },
  symbols: { d: 'inputs', m: 'width', s: 'step', '(★)': 'sampleStepLaw' },
  shows: {
    can: 'that the laws agree at d = 6, m = 9 for tanh and d = 5, m = 4 for softplus, dense and deferred',
    cannot: 'the joint law in all directions: its marginals are compared',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'own',
      says: '(★) is evaluated at the network’s width',
      holds: ({ width, starWidth }) => width === starWidth,
    },
  ],
  cells: [cell('tanh', 6, 9, 'dense'), cell('softplus', 5, 4, 'deferred')],
  experiment,
  predictions: [
    law('gradient/dense', 'tanh/dense', 'gradient', 'starGradient', 0.2),
    law('stepped/dense', 'tanh/dense', 'stepped', 'starStepped', 0.2),
    law('value/deferred', 'softplus/deferred', 'value', 'starValue', 0.2),
    law('stepped/deferred', 'softplus/deferred', 'stepped', 'starStepped', 0.2),
  ],
  controls: [
    {
      ...{
        id: 'other-width',
        breaks: 'own',
        predicts: 'gradient/dense',
        value: 0.39,
        weight: 0.2,
        cap: 10000,
      },
      says: 'networks of 64 inputs and units against (★) with a single unit, whose gradient fluctuates more',
      alter: (cell) => ({ ...cell, sizes: { d: 64, m: 64 }, inputs: 64, width: 64, starWidth: 1 }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'joint-law',
      title: 'f(x′) of small networks after a step of 1.5 sigma',
      caption: 'Every dot is one network; its law is compared with that of (★).',
      ...{ of: 'stepped', label: 'f(x′)', size: 'd', scales: ['linear', 'linear'], predictions: [] },
    }),
  ],
}
