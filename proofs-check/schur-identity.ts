import { tensor, type Tensor } from '../src/array/index.ts'
import { eigh, solve } from '../src/linalg/index.ts'
import type { Stream } from '../src/random/index.ts'
import { bordered, schurComplement } from '../src/spectra/index.ts'
import type { Cell, Claim } from './claim.ts'
import { featureProblem, gram } from './empirical-kernel.ts'
import { cloudFigure } from './figures.ts'

/*
 * What adding a point does to the least-norm interpolant of features.
 *
 * El Harzli & Cuenca Grau, "Adversarial attacks as near-zero eigenvalues in the empirical kernel of neural networks" (ICLR
 * 2025 submission 10147), relate adversarial examples to small eigenvalues of the kernel of the last hidden layer. The
 * exact algebra behind it, derived here:
 *
 *     K      Gram matrix of features φ of n points      w      least-norm interpolant, ‖w‖² = yᵀK⁻¹y
 *     k, κ   kernel values of the new point             s      Schur complement κ - kᵀK⁻¹k
 *     r      y′ - f(x′), residual of the interpolant    w′     interpolant with the new point
 *
 *     ‖w′‖² - ‖w‖² = r²/s,        λ_min(K′) ≤ λ_min(K),        λ_min(K′) ≤ s.
 *
 * The inequalities hold for every point that is added: small eigenvalues alone say nothing about it. A run checks the
 * identities on random ReLU features.
 */

interface SchurCell extends Cell {
  readonly points: number
  /** The denominator: the Schur complement, or the corrupted κ. */
  readonly denominator: 's' | 'kappa'
  /** The matrix with the point more, or one with the point's own entry doubled. */
  readonly corner: 'kappa' | 'doubled'
}

type SchurMeasurement = Readonly<Record<'identity' | 'interlacing' | 'smallest' | 'growth', number>>

/** yᵀK⁻¹y */
function energy(K: Tensor, y: readonly number[]): number {
  const solved = solve(K, tensor([...y])).data
  return y.reduce((sum, value, i) => sum + value * solved[i]!, 0)
}

function experiment({ points: n, denominator, corner }: SchurCell, source: Stream): SchurMeasurement {
  const problem = featureProblem(20, 4 * n, n + 1, source)
  const all = gram(problem, problem.points)
  const at = (i: number, j: number): number => all.data[i * (n + 1) + j]!
  const K = tensor(
    Float64Array.from({ length: n * n }, (_, i) => at(Math.floor(i / n), i % n)),
    [n, n],
  )
  const k = tensor(Float64Array.from({ length: n }, (_, i) => at(i, n)))
  const kappa = at(n, n)
  const y = problem.labels
  const solved = solve(K, k).data
  const f = Array.from(solved).reduce((sum, value, i) => sum + value * y[i]!, 0)
  const s = schurComplement(K, k, kappa)
  const residual = y[n]! - f
  const growth = energy(all, y) - energy(K, y.slice(0, n))
  const predicted = (residual * residual) / (denominator === 's' ? s : kappa)
  const smallest = eigh(K, { vectors: false }).values.data[0]!
  const next = eigh(bordered(K, k, corner === 'kappa' ? kappa : 4 * kappa), { vectors: false }).values
    .data[0]!
  return {
    identity: Math.abs(growth - predicted) / Math.abs(growth),
    // Whatever the corner, the matrix with a row more interlaces; the bound by s needs the point's own entry.
    interlacing: (next - smallest) / smallest,
    smallest: corner === 'kappa' ? next / s - 1 : (4 * kappa) / s - 1,
    growth,
  }
}

function cell(points: number): SchurCell {
  return {
    ...{ id: `n=${points}`, label: `${points} points`, sizes: { n: points }, block: 20, points },
    ...{ denominator: 's', corner: 'kappa' },
  }
}

export const schurIdentity: Claim<SchurCell, SchurMeasurement> = {
  id: 'schur-identity',
  title: 'Adding a point raises ‖w‖² of the interpolant by r²/s, and never raises the smallest eigenvalue',
  source: {
    kind: 'derived',
    where: 'the algebra behind El Harzli & Cuenca Grau, ICLR 2025 submission 10147',
    url: 'https://openreview.net/group?id=ICLR.cc/2025/Conference',
  },
  statement: {
    text: 'The least-norm interpolant of features grows by the squared residual of a new point over its Schur complement; the smallest eigenvalue of the Gram matrix does not grow, whatever the point, and is at most the Schur complement.',
    formula: '‖w′‖² - ‖w‖² = r²/s,  λ_min(K′) ≤ min(λ_min(K), s)',
  },
  symbols: { r: 'residual', s: 'schurComplement', κ: 'kappa', 'λ_min(K)': 'smallest' },
  shows: {
    can: 'the identities on random ReLU features of 20 and 60 points',
    cannot: 'anything particular to adversarial points: they hold for all',
  },
  weight: 1 / 64,
  expected: 'supported',
  hypotheses: [
    { id: 'schur', says: 's is the Schur complement', holds: ({ denominator }) => denominator === 's' },
    { id: 'own', says: 'the new point’s own kernel value', holds: ({ corner }) => corner === 'kappa' },
  ],
  cells: [cell(20), cell(60)],
  experiment,
  predictions: [
    {
      ...{
        kind: 'every',
        id: 'identity',
        budget: 'quick',
        weight: 0.3,
        cells: ['n=20', 'n=60'],
        needs: ['schur'],
      },
      says: 'the growth is r²/s',
      margin: 1e-6,
      marginReason:
        'both sides come from systems with condition numbers up to 10⁵, and r may cancel to a hundredth: 10⁷ times the unit roundoff, with room',
      cap: 200,
      of: ({ identity }) => identity,
    },
    {
      ...{
        kind: 'every',
        id: 'interlacing',
        budget: 'quick',
        weight: 0.2,
        cells: ['n=20', 'n=60'],
        needs: ['own'],
      },
      says: 'the smallest eigenvalue does not grow',
      margin: 1e-8,
      marginReason:
        'relative to it; eigenvalues err by n·u‖K‖, 10⁻¹³ of the largest, which is up to 10⁴ times the smallest',
      cap: 200,
      of: ({ interlacing }) => interlacing,
    },
    {
      ...{
        kind: 'every',
        id: 'bound',
        budget: 'quick',
        weight: 0.2,
        cells: ['n=20', 'n=60'],
        needs: ['own'],
      },
      says: 'the smallest eigenvalue is at most s',
      margin: 1e-8,
      marginReason: 'as above',
      cap: 200,
      of: ({ smallest }) => smallest,
    },
  ],
  controls: [
    {
      ...{ id: 'kappa', breaks: 'schur', predicts: 'identity', value: 0.5, weight: 0.15, cap: 40 },
      says: 'κ in place of s: the point’s whole norm, not what the others leave of it',
      alter: (cell) => ({ ...cell, denominator: 'kappa' }),
    },
    {
      ...{ id: 'corner', breaks: 'own', predicts: 'bound', value: 1, weight: 0.15, cap: 40 },
      says: 'a corner entry four times as large in place of the eigenvalue',
      alter: (cell) => ({ ...cell, corner: 'doubled' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'interpolant-growth',
      title: 'Growth of ‖w‖² of the interpolant by one random point',
      caption: 'Every dot is one set of features, points and labels.',
      ...{ of: 'growth', label: 'growth', size: 'n', scales: ['log', 'log'], predictions: [] },
    }),
  ],
}
