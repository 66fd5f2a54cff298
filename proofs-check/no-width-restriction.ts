import { activations, gaussianMoments, sampleStepLaw } from '../src/nets/index.ts'
import { pow } from '../src/math/index.ts'
import type { Stream } from '../src/random/index.ts'
import { levelOf, limitCap, probabilityCap, slopeCap } from './caps.ts'
import type { Cell, Claim, LimitPrediction, ProbabilityPrediction, SlopePrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * The width does not matter.
 *
 * Montanari & Wu, "Adversarial examples in random neural networks with general activations" (arXiv:2203.17209): Bubeck et al.
 * needed the width to be sub-exponential in the dimension, and overparametrised; no such relation is needed. Two readings:
 *
 *     fixed d, m = 64 … 10⁶      a 3-sigma step flips with probability erf(3/√2), whatever m
 *     m = √d, d, d^(5/4)         s_d = 1.5(√q/p)d^(1/8): flips tend to 1, although s_d‖∇f‖/‖x‖ tends to 0
 *
 * A trial draws (f(x), ‖∇f‖, f(x′)) from their exact law for tanh networks (see `sampleStepLaw`), so that any width costs O(m).
 * min(d, m) → ∞ is needed: a single unit is the control.
 */

interface WidthCell extends Cell {
  readonly inputs: number
  readonly width: number
  /** The step in units of √q/p. */
  readonly step: number
}

type WidthMeasurement = Readonly<Record<'flips' | 'relative', number>>

const claimWeight = 1 / 64
const { q, p } = gaussianMoments(activations.tanh)
const unit = Math.sqrt(q) / p

function cell(id: string, inputs: number, width: number, step: number, block: number): WidthCell {
  return {
    id,
    label: `d = ${inputs}, m = ${width}`,
    sizes: { m: width, d: inputs },
    block,
    inputs,
    width,
    step,
  }
}

function experiment({ inputs, width, step }: WidthCell, source: Stream): WidthMeasurement {
  const law = sampleStepLaw({ inputs, width, activation: activations.tanh, steps: [step * unit] }, source)
  return {
    flips: law.value * law.stepped[0]! < 0 ? 1 : 0,
    relative: (step * unit * law.gradientNorm) / Math.sqrt(inputs),
  }
}

const fixed = [
  ['quick', 64, 200],
  ['quick', 1024, 100],
  ['quick', 16384, 50],
  ['standard', 1048576, 5],
] as const
const curves = [
  ['root', 0.5],
  ['equal', 1],
  ['wide', 1.25],
] as const
const dimensions = [64, 1024, 16384] as const

const fixedCells = fixed.map(([, m, block]) => cell(`fixed/${m}`, 256, m, 3, block))
const curveCells = curves.flatMap(([name, power]) =>
  dimensions.map((d) => {
    const m = Math.floor(pow(d, power) + 0.5)
    return cell(`${name}/${d}`, d, m, 1.5 * pow(d, 1 / 8), m > 20000 ? 10 : 50)
  }),
)

function flips(
  [budget, m, block]: (typeof fixed)[number],
  weight: number,
): ProbabilityPrediction<WidthCell, WidthMeasurement> {
  const margin = m === 1048576 ? 0.1 : 0.04
  const plan = {
    target: 1,
    margin,
    truth: 0.995,
    alpha: levelOf(claimWeight, weight),
    block,
    side: 'atLeast' as const,
  }
  return {
    ...{
      kind: 'probability',
      id: `flips/${m}`,
      budget,
      weight,
      target: 1,
      margin,
      side: 'atLeast',
      cells: [`fixed/${m}`],
    },
    says: `d = 256, m = ${m}: 3-sigma steps flip`,
    needs: ['wide'],
    marginReason: 'erf(3/√2) = 0.9973, with a bias of 2/min(d, m); the rest is the departure worth reporting',
    cap: probabilityCap(plan),
    of: ({ flips }) => flips,
  }
}

function limit(
  [name, power]: (typeof curves)[number],
  weight: number,
): LimitPrediction<WidthCell, WidthMeasurement> {
  const cells = dimensions.map((d) => `${name}/${d}`) as [string, ...string[]]
  const blocks = cells.map((id) => curveCells.find((one) => one.id === id)!.block)
  const margins = [0.25, 0.1, 0.05] as const
  return {
    ...{ kind: 'limit', id: `limit/${name}`, budget: name === 'wide' ? 'standard' : 'quick', weight, cells },
    says: `m = d^${power}: steps of 1.5 d^(1/8) sigma flip with probability tending to 1`,
    needs: ['wide'],
    target: 1,
    margins,
    marginReason:
      'twice what erf(1.5 d^(1/8)/√2) and the finite width leave at these sizes, falling faster than d^(-1/4)',
    cap: limitCap({
      target: 1,
      margins,
      truths: [0.86, 0.975, 0.998],
      blocks,
      alpha: levelOf(claimWeight, weight),
    }),
    of: ({ flips }) => flips,
  }
}

/** s_d‖∇f‖/‖x‖ ∝ d^(1/8 - 1/2) */
function relative(weight: number): SlopePrediction<WidthCell, WidthMeasurement> {
  const [level, margin] = [0.5, 0.04]
  const cells = dimensions.map((d) => `equal/${d}`) as [string, ...string[]]
  const plan = { sizes: dimensions, blocks: [50, 50, 50], level, margin, bias: 0.005 }
  return {
    ...{ kind: 'slope', id: 'relative', budget: 'quick', weight, target: -3 / 8, margin, level, cells },
    says: 'm = d: the relative length of these steps falls like d^(-3/8)',
    needs: ['wide'],
    marginReason:
      '‖∇f‖ differs from √p by a relative 1/d, 0.005 in the exponent; the rest is the departure worth reporting',
    cap: slopeCap({ ...plan, alpha: levelOf(claimWeight, weight) }),
    of: (measured) => measured.relative,
  }
}

export const noWidthRestriction: Claim<WidthCell, WidthMeasurement> = {
  id: 'no-width-restriction',
  title: 'One gradient step flips a random network whatever the relation of width and dimension',
  source: {
    kind: 'reading',
    where: 'the main result of Montanari & Wu 2023',
    url: 'https://arxiv.org/abs/2203.17209',
  },
  statement: {
    text: 'For steps s_d = 1.5(√q/p)d^(1/8) the sign flips with probability tending to 1 and the relative step tends to 0 as min(d, m) grows, at any rate; for fixed d, wider networks are no harder.',
    formula: 'P(sign f(x′) ≠ sign f(x)) → 1 as min(d, m) → ∞',
  },
  symbols: { d: 'inputs', m: 'width', s_d: 'step · unit' },
  shows: {
    can: 'flips at widths from 64 to 10⁶ at d = 256, and along m = √d, d and d^(5/4) up to d = 16,384; the length of the steps along m = d',
    cannot: 'the limit itself, nor how the constants depend on the activation',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'wide', says: 'min(d, m) ≥ 8', holds: ({ inputs, width }) => Math.min(inputs, width) >= 8 },
  ],
  cells: [...fixedCells, ...curveCells] as [WidthCell, ...WidthCell[]],
  experiment,
  predictions: [
    flips(fixed[0], 0.1),
    ...fixed.slice(1, 3).map((size) => flips(size, 0.075)),
    flips(fixed[3], 0.05),
    limit(curves[0], 0.15),
    limit(curves[1], 0.15),
    limit(curves[2], 0.1),
    relative(0.1),
  ],
  controls: [
    {
      ...{ id: 'single-unit', breaks: 'wide', predicts: 'flips/1024', value: 0.77, weight: 0.2, cap: 4000 },
      says: 'a single unit: its value and its gradient are not independent enough',
      alter: (cell) => ({ ...cell, width: 1 }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'flips-by-width',
      title: 'Flips of 3-sigma steps at d = 256, by width',
      caption: 'Estimates with their intervals.',
      ...{ of: 'flips', label: 'probability', size: 'm', predictions: fixed.map(([, m]) => `flips/${m}`) },
    }),
  ],
}
