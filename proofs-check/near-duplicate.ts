import { log } from '../src/math/index.ts'
import { eigh } from '../src/linalg/index.ts'
import type { Stream } from '../src/random/index.ts'
import { levelOf } from './caps.ts'
import type { Cell, Claim, QuantilePrediction } from './claim.ts'
import { directionAt, featureProblem, gram } from './empirical-kernel.ts'
import { cloudFigure } from './figures.ts'
import { normalMedianCap } from './normal-caps.ts'

/*
 * A point next to a sampled one makes the smallest eigenvalue small, adversarial or not.
 *
 * El Harzli & Cuenca Grau (ICLR 2025 submission 10147), Theorem 3.1: as ε → 0, x′ at distance ε is adversarial if and only if
 * λ⁻² is not integrable near zero for the Mercer eigenvalues of the sample with x′. When the point that x′ is close to belongs to
 * the sample, the divergence holds for every direction, derived here:
 *
 *     λ_min ≤ ½‖φ(x′) - φ(x)‖² ≤ ½L²ε²,       ∫λ⁻² dμ ≥ 4n²/(n L⁴ε⁴)
 *
 *     slope of log λ_min in log ε is 2, that of ∫λ⁻²dμ is -4, for adversarial and random directions alike.
 *
 * So "only if" cannot hold as a characterisation there. A run measures both slopes between two distances. With a centre that is
 * not in the sample nothing diverges: the control.
 */

interface DuplicateCell extends Cell {
  readonly direction: 'adversarial' | 'random'
  readonly centre: 'sampled' | 'fresh'
}

type DuplicateMeasurement = Readonly<Record<'eigenvalue' | 'integral', number>>

const [inputs, points] = [20, 30]
const [near, far] = [1e-3, 1e-2]
const claimWeight = 1 / 64

function cell(direction: DuplicateCell['direction']): DuplicateCell {
  return {
    id: direction,
    label: `${direction} direction`,
    sizes: { n: points },
    block: 10,
    direction,
    centre: 'sampled',
  }
}

function experiment({ direction, centre }: DuplicateCell, source: Stream): DuplicateMeasurement {
  const problem = featureProblem(inputs, 300, points + 1, source)
  const start = problem.points[centre === 'sampled' ? 0 : points]!
  const way = directionAt(problem, start, problem.labels[0]!, direction, source.child('direction'))
  const at = (epsilon: number): readonly [smallest: number, integral: number] => {
    // ε relative to ‖x‖ = √d.
    const moved = start.map((x, i) => x + epsilon * Math.sqrt(inputs) * way[i]!)
    const n = points + 1
    const { data } = eigh(gram(problem, [...problem.points.slice(0, points), moved]), {
      vectors: false,
    }).values
    const values = Array.from(data, (value) => value / n)
    return [values[0]!, values.reduce((sum, value) => sum + 1 / (value * value), 0) / n]
  }
  const [low, high] = [at(near), at(far)]
  const slope = (k: 0 | 1): number => log(high[k] / low[k]) / log(far / near)
  return { eigenvalue: slope(0), integral: slope(1) }
}

function slope(
  of: 'eigenvalue' | 'integral',
  cell: 'adversarial' | 'random',
  weight: number,
): QuantilePrediction<DuplicateCell, DuplicateMeasurement> {
  const [target, margin] = of === 'eigenvalue' ? [2, 0.2] : [-4, 0.4]
  const plan = {
    deviation: margin / 3,
    bias: margin / 4,
    margin,
    alpha: levelOf(claimWeight, weight),
    block: 10,
  }
  return {
    ...{
      kind: 'quantile',
      id: `${of}/${cell}`,
      budget: 'quick',
      weight,
      target,
      margin,
      level: 0.5,
      cells: [cell],
    },
    says: `${cell}: slope of ${of === 'eigenvalue' ? 'the smallest eigenvalue' : '∫λ⁻²dμ'} in the distance`,
    needs: ['sampled'],
    marginReason:
      'kinks between the two distances change the slope by up to a twentieth; the rest is the departure worth reporting',
    cap: normalMedianCap(plan),
    of: (measured) => measured[of],
  }
}

export const nearDuplicate: Claim<DuplicateCell, DuplicateMeasurement> = {
  id: 'near-duplicate',
  title:
    'Next to a sampled point the smallest eigenvalue falls like ε², for adversarial and random directions alike',
  source: {
    kind: 'derived',
    where:
      'what holds of Theorem 3.1 of El Harzli & Cuenca Grau, ICLR 2025 submission 10147, next to sampled points',
    url: 'https://openreview.net/group?id=ICLR.cc/2025/Conference',
  },
  statement: {
    text: 'When a point at distance ε from a sampled one is added, the smallest Mercer eigenvalue falls like ε² and ∫λ⁻²dμ grows like ε⁻⁴, whatever the direction.',
    formula: 'λ_min ∝ ε²,  ∫ λ⁻² dμ ∝ ε⁻⁴',
  },
  symbols: { ε: 'near, far', λ_min: 'values[0]', φ: 'features of featureProblem' },
  shows: {
    can: 'both exponents for both kinds of directions on random ReLU features, between distances of 10⁻³ and 10⁻² of ‖x‖',
    cannot: 'that adversarial points are special here: they are not',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'sampled',
      says: 'the neighbour belongs to the sample',
      holds: ({ centre }) => centre === 'sampled',
    },
  ],
  cells: [cell('adversarial'), cell('random')],
  experiment,
  predictions: [
    slope('eigenvalue', 'adversarial', 0.2),
    slope('eigenvalue', 'random', 0.2),
    slope('integral', 'adversarial', 0.2),
    slope('integral', 'random', 0.2),
  ],
  controls: [
    {
      ...{
        id: 'fresh',
        breaks: 'sampled',
        predicts: 'eigenvalue/adversarial',
        value: 0,
        weight: 0.2,
        cap: 400,
      },
      says: 'a neighbour of a point that is not in the sample: nothing diverges',
      alter: (cell) => ({ ...cell, centre: 'fresh' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'duplicate-slopes',
      title: 'Slope of the smallest eigenvalue in the distance to a sampled point',
      caption: 'Adversarial and random directions. Every dot is one network; the line is 2.',
      ...{
        of: 'eigenvalue',
        label: 'slope',
        size: 'n',
        predictions: ['eigenvalue/adversarial', 'eigenvalue/random'],
      },
      theory: { label: '2', at: () => 2 },
    }),
  ],
}
