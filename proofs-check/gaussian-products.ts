import type { Tensor } from '../src/array/index.ts'
import { matmul } from '../src/ops/index.ts'
import { gaussianMatrix, normal, type Stream } from '../src/random/index.ts'
import { lawCap, levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim, SlopePrediction } from './claim.ts'
import { scalingFigure } from './figures.ts'
import { lastTwo, orthogonal } from './triangular.ts'

/*
 * Fragility compounds with layers.
 *
 * Gao et al. (arXiv:2406.16200), Theorem 3 and Lemma 7: the QR factor of a product of Gaussian matrices, and fragility of points
 * x_i = G_t … G_1 v_i. Derived here: G_t … G_1 = Q_t (R_t … R_1) with independent triangular factors of one Gaussian matrix each, so that
 * the corner R_dd is a product of t half-normals, whatever d, and the ratio of the perturbation of Theorem 1 to the distance of the
 * points is of order d^(-t/2), not d^(-1/2).
 *
 * Orthogonal factors do not compound anything: the control.
 */

interface ProductCell extends Cell {
  readonly inputs: number
  readonly factors: number
  readonly law: 'gaussian' | 'orthogonal'
}

type ProductMeasurement = Readonly<Record<'corner' | 'halfNormals' | 'ratio', number>>

const claimWeight = 1 / 64

function cell(factors: number, inputs: number): ProductCell {
  return {
    ...{
      id: `t=${factors}/${inputs}`,
      label: `${factors} factors, d = ${inputs}`,
      sizes: { d: inputs, t: factors },
    },
    ...{ block: 20, inputs, factors, law: 'gaussian' },
  }
}

function experiment({ inputs: d, factors: t, law }: ProductCell, source: Stream): ProductMeasurement {
  let product: Tensor | undefined
  for (let k = 0; k < t; k++) {
    const drawn = gaussianMatrix(source.child('factor', k), d, d, { variance: 1 })
    const factor = law === 'gaussian' ? drawn : orthogonal(drawn)
    product = product ? matmul(factor, product) : factor
  }
  const { length, apart, corner } = lastTwo(product!)
  const halfNormals = normal(source.child('half-normals'), t).reduce((value, z) => value * Math.abs(z), 1)
  return { corner, halfNormals, ratio: length / apart }
}

const sizes = [8, 16, 32]

function slope(
  t: 1 | 2 | 3,
  margin: number,
  weight: number,
): SlopePrediction<ProductCell, ProductMeasurement> {
  const plan = {
    sizes,
    blocks: [20, 20, 20],
    level: 0.5,
    margin,
    bias: margin / 4,
    alpha: levelOf(claimWeight, weight),
  }
  return {
    ...{ kind: 'slope', id: `slope/${t}`, budget: 'quick', weight, target: -t / 2, margin, level: 0.5 },
    says: `${t} factors: the ratio falls like d^(-${t}/2)`,
    cells: sizes.map((d) => `t=${t}/${d}`) as [string, ...string[]],
    marginReason:
      'at d from 8 to 32 a single factor’s exponent is off by 0.04 in the median; the rest is the departure worth reporting',
    cap: slopeCap(plan),
    of: ({ ratio }) => ratio,
  }
}

export const gaussianProducts: Claim<ProductCell, ProductMeasurement> = {
  id: 'gaussian-products',
  title:
    'The corner of a product of t Gaussian matrices is a product of half-normals, and fragility grows like d^(t/2)',
  source: {
    kind: 'derived',
    where: 'exact forms of Theorem 3 and Lemma 7 of Gao et al. 2024',
    url: 'https://arxiv.org/abs/2406.16200',
  },
  statement: {
    text: 'R_dd of a product of t square Gaussian matrices has the law of a product of t half-normals for every d, and the fragile perturbation over the distance of the points falls like d^(-t/2).',
    formula: '|R_dd| ~ Π |N_k|,  ‖e‖/‖x_d - x_{d-1}‖ ∝ d^(-t/2)',
  },
  symbols: { t: 'factors', d: 'inputs', R_dd: 'corner' },
  shows: {
    can: 'the law at d = 16 with two factors and the exponents of two and three factors from d = 8 to 32',
    cannot: 'networks with nonlinear layers',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'gaussian', says: 'Gaussian factors', holds: ({ law }) => law === 'gaussian' }],
  cells: [2, 3].flatMap((t) => sizes.map((d) => cell(t, d))) as [ProductCell, ...ProductCell[]],
  experiment,
  predictions: [
    {
      ...{ kind: 'law', id: 'corner', budget: 'quick', weight: 0.3, margin: 0.1, cells: ['t=2/16'] },
      says: 'two factors, d = 16: the corner is a product of two half-normals',
      marginReason: 'exact; the margin is the largest gap of distribution functions not worth reporting',
      cap: lawCap({ margin: 0.1, alpha: levelOf(claimWeight, 0.3), block: 20 }),
      of: ({ corner }) => corner,
      against: { sample: ({ halfNormals }) => halfNormals! },
    },
    slope(2, 0.25, 0.25),
    slope(3, 0.35, 0.25),
  ],
  controls: [
    {
      ...{ id: 'orthogonal', breaks: 'gaussian', predicts: 'slope/2', value: 0, weight: 0.2, cap: 3000 },
      says: 'orthogonal factors: the ratio is 1',
      alter: (cell) => ({ ...cell, law: 'orthogonal' }),
    },
  ],
  figures: (result) => [
    scalingFigure(result, {
      id: 'product-ratio',
      title: 'Perturbation over distance for products of two Gaussian matrices',
      caption: 'Every dot is one product.',
      ...{ of: 'ratio', label: 'ratio', size: 'd', predictions: ['slope/2'], quantile: 'median' },
      theory: (d) => 1.1 / d,
    }),
  ],
}
