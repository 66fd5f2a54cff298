import { exp, gammaIncP, log } from '../src/math/index.ts'
import { normal, uniform, type Stream } from '../src/random/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * Short Gaussian vectors are exponentially rare.
 *
 * Gao et al. (arXiv:2406.16200), Lemma 2, a Chernoff bound; derived here in the form that the theorems need: for α < 1
 *
 *     P(χ²_d ≤ αd) ≤ e^(-d I(α)),       I(α) = (α - 1 - ln α)/2,       -ln P/d → I(α) like (ln d)/d.
 *
 * Checked twice: the exact distribution function for random d and α, and the frequency of short vectors. With a fixed number of
 * degrees of freedom, as that of the corner of a triangular factor, there is no decay: the control.
 */

interface TailCell extends Cell {
  readonly inputs: number
  readonly degrees: 'd' | 'one'
}

type TailMeasurement = Readonly<Record<'short' | 'excess' | 'late', number>>

const alpha = 0.5

/** (α - 1 - ln α)/2 */
export function chernoff(a: number): number {
  return (a - 1 - log(a)) / 2
}

function experiment({ inputs: d, degrees }: TailCell, source: Stream): TailMeasurement {
  const n = degrees === 'd' ? d : 1
  const square = normal(source.child('vector'), n).reduce((sum, z) => sum + z * z, 0)
  const u = uniform(source.child('instance'), 2)
  const [size, a] = [2 + Math.floor(400 * u[0]!), 0.05 + 0.9 * u[1]!]
  const rate = -log(gammaIncP(size / 2, (a * size) / 2)) / size
  const bound = chernoff(a)
  return { short: square <= alpha * n ? 1 : 0, excess: bound - rate, late: rate - bound - log(size) / size }
}

const d = 16
const target = exp(-d * chernoff(alpha))
const cell: TailCell = { id: `d=${d}`, label: `d = ${d}`, sizes: { d }, block: 500, inputs: d, degrees: 'd' }

export const chiSquareTail: Claim<TailCell, TailMeasurement> = {
  id: 'chi-square-tail',
  title: 'A Gaussian vector of squared length at most αd has probability at most e^(-d I(α))',
  source: {
    kind: 'derived',
    where: 'the Chernoff bound of Lemma 2 of Gao et al. 2024',
    url: 'https://arxiv.org/abs/2406.16200',
  },
  statement: {
    text: 'For α < 1 the probability that χ²_d is at most αd is at most e^(-d I(α)), I(α) = (α - 1 - ln α)/2, and its rate tends to I(α).',
    formula: 'P(χ²_d ≤ αd) ≤ e^(-d I(α))',
  },
  symbols: { d: 'inputs', α: 'alpha', I: 'chernoff' },
  shows: { can: 'the bound and its rate for d from 2 to 401 and α from 0.05 to 0.95', cannot: 'larger d' },
  weight: 1 / 64,
  expected: 'supported',
  hypotheses: [
    {
      id: 'degrees',
      says: 'as many degrees of freedom as dimensions',
      holds: ({ degrees }) => degrees === 'd',
    },
  ],
  cells: [cell],
  experiment,
  predictions: [
    {
      ...{
        kind: 'every',
        id: 'bound',
        budget: 'quick',
        weight: 0.25,
        margin: 1e-9,
        cells: [cell.id],
        cap: 4000,
      },
      says: 'the rate -ln P/d is at least I(α)',
      marginReason: 'the distribution function has a relative error of 10⁻¹³',
      of: ({ excess }) => excess,
    },
    {
      ...{
        kind: 'every',
        id: 'rate',
        budget: 'quick',
        weight: 0.25,
        margin: 0.7,
        cells: [cell.id],
        cap: 4000,
      },
      says: 'it exceeds I(α) by at most (ln d)/d and a constant over d',
      marginReason: 'the constant over d is at most 0.7 for d = 2',
      of: ({ late }) => late,
    },
    {
      ...{
        kind: 'probability',
        id: 'frequency',
        budget: 'quick',
        weight: 0.3,
        target,
        margin: 0.02,
        side: 'atMost',
      },
      says: 'd = 16: vectors of half the expected squared length are no more frequent than the bound',
      cells: [cell.id],
      marginReason:
        'the exact probability is 0.05, the bound 0.21; the margin is the departure worth reporting',
      cap: probabilityCap({
        target,
        margin: 0.02,
        truth: 0.06,
        block: 500,
        side: 'atMost',
        alpha: levelOf(1 / 64, 0.3),
      }),
      of: ({ short }) => short,
    },
  ],
  controls: [
    {
      ...{ id: 'one-degree', breaks: 'degrees', predicts: 'frequency', value: 0.52, weight: 0.2, cap: 4000 },
      says: 'one degree of freedom, whatever d: no decay',
      alter: (cell) => ({ ...cell, degrees: 'one' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'short-vectors',
      title: 'Frequency of Gaussian vectors of half the expected squared length',
      caption: 'The estimate with its interval; the line is the bound.',
      ...{ of: 'short', label: 'frequency', size: 'd', predictions: ['frequency'] },
      theory: { label: 'e^(-d I(1/2))', at: (n) => exp(-n * chernoff(alpha)) },
    }),
  ],
}
