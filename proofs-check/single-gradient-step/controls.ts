import type { Control } from '../claim.ts'
import type { StepCell } from './cells.ts'

const weight = 0.01

/**
 * Every control breaks one hypothesis; where the value expected is not plain from `says`, its derivation
 * stands beside it.
 */
export const stepControls: readonly [Control<StepCell>, ...Control<StepCell>[]] = [
  {
    ...{ id: 'positive-output', breaks: 'centred', predicts: 'flip2/relu/1024', value: 0, weight, cap: 4000 },
    says: 'a_j = |N(0, 1)|: f > 0 everywhere, no step flips',
    alter: (cell) => ({ ...cell, output: 'half-normal' }),
  },
  {
    ...{ id: 'output-bias', breaks: 'unbiased', predicts: 'flip3/tanh/1024', value: 0, weight, cap: 4000 },
    says: 'f + 5: eight standard deviations from the boundary, three sigma do not reach it',
    alter: (cell) => ({ ...cell, bias: 5 }),
  },
  {
    ...{ id: 'step-function', breaks: 'lipschitz', predicts: 'flip1/relu/1024', value: 0, weight, cap: 4000 },
    says: 'σ = Heaviside: the gradient is 0 almost everywhere, the step goes nowhere',
    alter: (cell) => ({ ...cell, activation: 'heaviside' }),
  },
  {
    ...{
      id: 'chosen-point',
      breaks: 'independent',
      predicts: 'flip2/tanh/1024',
      value: 0,
      weight,
      cap: 4000,
    },
    says: 'x along the gradient of the same network: |f(x)| is of order √d',
    alter: (cell) => ({ ...cell, point: 'chosen' }),
  },
  {
    ...{ id: 'wrong-sign', breaks: 'against', predicts: 'flip1/gelu/1024', value: 0, weight, cap: 4000 },
    says: 'the step goes along +sign(f)∇f',
    alter: (cell) => ({ ...cell, direction: 'along' }),
  },
  {
    // acos(K(θ)/K(0))/π with tan θ = 3/√d and K(θ)/K(0) = 1 - θ²/2 + θ³/(3π) for relu.
    ...{
      id: 'random-direction',
      breaks: 'against',
      predicts: 'flip3/relu/1024',
      value: 0.03,
      weight,
      cap: 4000,
    },
    says: 'a random direction of the same length: it flips with probability acos(K)/π',
    alter: (cell) => ({ ...cell, direction: 'random' }),
  },
  {
    // |F + 1|/√p has median 1/√p up to 1%, in units of √(q/p): 1/√q.
    ...{
      id: 'biased-length',
      breaks: 'unbiased',
      predicts: 'median/tanh/256',
      value: 1.593,
      weight,
      cap: 20000,
    },
    says: 'f + 1: the smallest flipping step is longer, 1/√q in units of √(q/p)',
    alter: (cell) => ({ ...cell, bias: 1 }),
  },
  {
    // |F + √d/10|: its 0.8-quantile is √d/10 + 0.84√q, 2.13 and 13.3 in the outer cells, √q = 0.63.
    ...{ id: 'growing-bias', breaks: 'unbiased', predicts: 'slope', value: -0.06, weight, cap: 200000 },
    says: 'f + √d/10: the smallest step is a constant share of ‖x‖',
    alter: (cell) => ({ ...cell, bias: Math.sqrt(cell.inputs) / 10 }),
  },
  {
    ...{ id: 'limit-wrong-sign', breaks: 'against', predicts: 'limit', value: 0, weight, cap: 20000 },
    says: 'the step goes along +sign(f)∇f: nothing tends to erf(1/√2)',
    alter: (cell) => ({ ...cell, direction: 'along' }),
  },
  {
    ...{
      id: 'star-wrong-width',
      breaks: 'formula',
      predicts: 'star/abs/64/dense',
      value: 0.89,
      weight,
      cap: 20000,
    },
    says: '(★) at width 1 in place of 64: a single unit does not change its sign',
    alter: (cell) => ({ ...cell, starWidth: 1 }),
  },
  {
    ...{
      id: 'law-wrong-width',
      breaks: 'formula',
      predicts: 'law/relu/16x64/dense',
      value: 0.88,
      weight,
      cap: 20000,
    },
    says: '(★) at width 1 in place of 64: a single relu ends at 0',
    alter: (cell) => ({ ...cell, starWidth: 1 }),
  },
]
