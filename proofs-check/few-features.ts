import { betaInc } from '../src/math/index.ts'
import { normal, type Stream } from '../src/random/index.ts'
import { lawCap, levelOf } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * A classifier that uses few features is fragile in proportion.
 *
 * Xie et al. (arXiv:1901.10861), the information-theoretic hypothesis that Gao et al. (arXiv:2406.16200) start from: networks compress
 * features. The simplest case, derived here: two Gaussian points u, v in ℝᵈ told apart by the distances in k coordinates alone. The
 * smallest perturbation that exchanges them has length ‖(u - v)_K‖/2, where the classifier of all coordinates needs ‖u - v‖/2:
 *
 *     ratio² ~ Beta(k/2, (d-k)/2),       ratio ≈ √(k/d)
 *
 * When all features are copies of one, there is no law to speak of: the control.
 */

interface FewCell extends Cell {
  readonly inputs: number
  readonly used: number
  readonly features: 'independent' | 'copies'
}

type FewMeasurement = Readonly<Record<'square' | 'ratio', number>>

const claimWeight = 1 / 64

function cell(inputs: number, used: number): FewCell {
  return {
    ...{
      id: `${used}/${inputs}`,
      label: `${used} of ${inputs} features`,
      sizes: { k: used, d: inputs },
      block: 200,
    },
    ...{ inputs, used, features: 'independent' },
  }
}

function experiment({ inputs: d, used: k, features }: FewCell, source: Stream): FewMeasurement {
  const z = normal(source, d)
  const difference = features === 'independent' ? z : z.fill(z[0]!)
  const squares = difference.map((v) => v * v)
  const total = squares.reduce((sum, v) => sum + v, 0)
  const square = squares.subarray(0, k).reduce((sum, v) => sum + v, 0) / total
  return { square, ratio: Math.sqrt(square) }
}

const pairs = [
  [16, 64],
  [4, 64],
] as const

export const fewFeatures: Claim<FewCell, FewMeasurement> = {
  id: 'few-features',
  title: 'Using k of d features leaves √(k/d) of the robustness',
  source: {
    kind: 'derived',
    where: 'the simplest case of the hypothesis of Xie et al. 2019',
    url: 'https://arxiv.org/abs/1901.10861',
  },
  statement: {
    text: 'Between two Gaussian points, the distance to the boundary of the classifier that uses k of d coordinates over that of the best one has square Beta(k/2, (d-k)/2).',
    formula: 'ratio² ~ Beta(k/2, (d-k)/2)',
  },
  symbols: { k: 'used', d: 'inputs' },
  shows: { can: 'the law for 4 and 16 of 64 features', cannot: 'that networks use few features' },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    { id: 'independent', says: 'independent features', holds: ({ features }) => features === 'independent' },
  ],
  cells: pairs.map(([k, d]) => cell(d, k)) as [FewCell, ...FewCell[]],
  experiment,
  predictions: pairs.map(([k, d]) => ({
    ...({
      kind: 'law',
      id: `law/${k}`,
      budget: 'quick',
      weight: 0.4,
      margin: 0.06,
      cells: [`${k}/${d}`],
    } as const),
    says: `${k} of ${d} features: the law of the squared ratio`,
    marginReason: 'exact; the margin is the largest gap of distribution functions not worth reporting',
    cap: lawCap({ margin: 0.06, alpha: levelOf(claimWeight, 0.4), block: 200 }),
    of: ({ square }: FewMeasurement) => square,
    against: { cdf: (x: number) => betaInc(k / 2, (d - k) / 2, Math.min(1, Math.max(0, x))) },
  })) as unknown as Claim<FewCell, FewMeasurement>['predictions'],
  controls: [
    {
      ...{ id: 'copies', breaks: 'independent', predicts: 'law/16', value: 0.5, weight: 0.2, cap: 4000 },
      says: 'all features are copies of one: the ratio is √(k/d) every time',
      alter: (cell) => ({ ...cell, features: 'copies' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'few-features',
      title: 'Robustness with k of 64 features over the best',
      caption: 'Every dot is one pair of points.',
      ...{ of: 'ratio', label: 'ratio', size: 'k', scales: ['linear', 'linear'], predictions: [] },
      theory: { label: '√(k/64)', at: (k) => Math.sqrt(k / 64) },
    }),
  ],
}
