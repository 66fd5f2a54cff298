import { activations, sampleStepLaw, type ActivationName } from '../src/nets/index.ts'
import type { Stream } from '../src/random/index.ts'
import { levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim, SlopePrediction } from './claim.ts'
import { scalingFigure } from './figures.ts'

/*
 * Why one step is enough: networks are nearly linear at the scale of the step.
 *
 * Montanari & Wu (arXiv:2203.17209) and Bartlett, Bubeck & Cherapanamjeri (arXiv:2106.12611): f(x - s∇f) = f(x) - s‖∇f‖² up to a remainder
 * that vanishes. Its rate, derived here for widths far above d: by the curvature ½s²∇fᵀH∇f of smooth activations it is of order 1/d,
 * by the kinks of relu that the step crosses of order d^(-1/2).
 *
 * A trial draws (f(x), ‖∇f‖, f(x′)) from their exact law at m = 16d. The two exponents exchanged are the controls.
 */

interface LinearityCell extends Cell {
  readonly inputs: number
  readonly activation: ActivationName
}

type LinearityMeasurement = Readonly<Record<'remainder', number>>

const claimWeight = 1 / 64
const sizes = [16, 64, 256]

function cell(activation: ActivationName, inputs: number): LinearityCell {
  const m = 16 * inputs
  const label = `${activation}, d = ${inputs}, m = ${m}`
  return { id: `${activation}/${inputs}`, label, sizes: { d: inputs, m }, block: 20, inputs, activation }
}

function experiment({ inputs, activation }: LinearityCell, source: Stream): LinearityMeasurement {
  const step = Math.sqrt(2)
  const options = { inputs, width: 16 * inputs, activation: activations[activation], steps: [step] }
  const { value, gradientNorm, stepped } = sampleStepLaw(options, source)
  const linear = value - Math.sign(value) * step * gradientNorm * gradientNorm
  return { remainder: Math.abs(stepped[0]! - linear) }
}

function rate(
  activation: 'tanh' | 'relu',
  target: number,
  margin: number,
  weight: number,
): SlopePrediction<LinearityCell, LinearityMeasurement> {
  const plan = {
    sizes,
    blocks: [20, 20, 20],
    level: 0.6,
    margin,
    bias: 0.06,
    alpha: levelOf(claimWeight, weight),
  }
  return {
    ...{ kind: 'slope', id: activation, budget: 'quick', weight, target, margin, level: 0.6 },
    says: `${activation}: the remainder falls like d^${target}`,
    cells: sizes.map((d) => `${activation}/${d}`) as [string, ...string[]],
    needs: [activation === 'tanh' ? 'smooth' : 'kinked'],
    marginReason:
      'corrections of relative order d^(-1/2) change the exponent by up to 0.06 over these sizes; the rest is the departure worth reporting',
    cap: slopeCap(plan),
    of: ({ remainder }) => remainder,
  }
}

export const localLinearity: Claim<LinearityCell, LinearityMeasurement> = {
  id: 'local-linearity',
  title:
    'The remainder of a gradient step vanishes like 1/d for smooth activations, like d^(-1/2) for kinked ones',
  source: {
    kind: 'derived',
    where: 'rates of the local linearity in Montanari & Wu 2023 and Bartlett, Bubeck & Cherapanamjeri 2021',
    url: 'https://arxiv.org/abs/2106.12611',
  },
  statement: {
    text: 'For steps of order one the remainder f(x′) - f(x) + s‖∇f‖² of wide networks is of order 1/d when σ is smooth, and of order d^(-1/2) when it has a kink.',
    formula: 'f(x - s∇f) - f(x) + s‖∇f‖² = O(1/d), O(d^(-1/2))',
  },
  symbols: { d: 'inputs', s: '√2', m: '16d' },
  shows: {
    can: 'both exponents from d = 16 to 256 for tanh and relu',
    cannot: 'other relations of width and dimension',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'smooth', says: 'a smooth activation', holds: ({ activation }) => activation === 'tanh' },
    { id: 'kinked', says: 'an activation with a kink', holds: ({ activation }) => activation === 'relu' },
  ],
  cells: (['tanh', 'relu'] as const).flatMap((name) => sizes.map((d) => cell(name, d))) as [
    LinearityCell,
    ...LinearityCell[],
  ],
  experiment,
  predictions: [rate('tanh', -1, 0.16, 0.3), rate('relu', -0.5, 0.16, 0.3)],
  controls: [
    {
      ...{ id: 'kink', breaks: 'smooth', predicts: 'tanh', value: -0.5, weight: 0.2, cap: 6000 },
      says: 'relu in place of tanh: the slower rate',
      alter: (cell) => ({ ...cell, activation: 'relu' }),
    },
    {
      ...{ id: 'no-kink', breaks: 'kinked', predicts: 'relu', value: -1, weight: 0.2, cap: 6000 },
      says: 'tanh in place of relu: the faster rate',
      alter: (cell) => ({ ...cell, activation: 'tanh' }),
    },
  ],
  figures: (result) => [
    scalingFigure(result, {
      id: 'remainder',
      title: 'Remainder of a gradient step, tanh',
      caption: 'Every dot is one network; relu is the control.',
      ...{ of: 'remainder', label: 'remainder', size: 'd', predictions: ['tanh'], quantile: '0.6-quantile' },
      theory: (d) => 0.4 / d,
    }),
  ],
}
