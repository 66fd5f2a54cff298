import { dot } from '../src/array/index.ts'
import { pow } from '../src/math/index.ts'
import { normal, type Stream } from '../src/random/index.ts'
import { lawCap, levelOf } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * Two outputs are decided in a plane.
 *
 * Gao et al. (arXiv:2406.16200), Theorem 4: for any linear network the perturbation that exchanges classes i and j need only lie in the plane
 * of their probing vectors, the rows of the end-to-end map. Derived here: e = P(x′ - x), P the projection onto that plane, gives x + e exactly
 * the outputs i and j of x′, and for weights that do not depend on the points
 *
 *     ‖e‖²/‖x′ - x‖² ~ Beta(1, (d-2)/2),      mean ratio ≈ 1.2533/√d.
 *
 * Probes that span x′ - x compress nothing: the control.
 */

interface ProbeCell extends Cell {
  readonly inputs: number
  readonly probes: 'random' | 'templates'
}

type ProbeMeasurement = Readonly<Record<'square' | 'ratio' | 'mismatch', number>>

const claimWeight = 1 / 64
const inputs = 64
const cell: ProbeCell = {
  id: 'd=64',
  label: 'd = 64',
  sizes: { d: inputs },
  block: 100,
  inputs,
  probes: 'random',
}

function experiment({ inputs: d, probes }: ProbeCell, source: Stream): ProbeMeasurement {
  const [x, y] = ['x', 'target'].map((name) => normal(source.child(name), d)) as [Float64Array, Float64Array]
  const difference = y.map((v, i) => v - x[i]!)
  const rows = probes === 'random' ? ['first', 'second'].map((name) => normal(source.child(name), d)) : [x, y]
  const [u, w] = rows as [Float64Array, Float64Array]
  // An orthonormal basis of the plane.
  const first = u.map((v) => v / Math.sqrt(dot(u, u)))
  const rest = w.map((v, i) => v - dot(w, first) * first[i]!)
  const second = rest.map((v) => v / Math.sqrt(dot(rest, rest)))
  const [a, b] = [dot(difference, first), dot(difference, second)]
  const e = first.map((v, i) => a * v + b * second[i]!)
  const size = dot(difference, difference)
  const mismatch = [u, w].map(
    (row) => Math.abs(dot(row, e) - dot(row, difference)) / Math.sqrt(dot(row, row) * size),
  )
  const square = dot(e, e) / size
  return { square, ratio: Math.sqrt(square), mismatch: Math.max(...mismatch) }
}

export const probingVectors: Claim<ProbeCell, ProbeMeasurement> = {
  id: 'probing-vectors',
  title:
    'The projection onto the plane of two probing vectors exchanges two outputs, at √(2/d) of the distance',
  source: {
    kind: 'derived',
    where: 'exact form of Theorem 4 of Gao et al. 2024',
    url: 'https://arxiv.org/abs/2406.16200',
  },
  statement: {
    text: 'For a linear network, the projection of x′ - x onto the plane of two rows gives their outputs at x′; for rows that do not depend on the points its squared share of the length is Beta(1, (d-2)/2).',
    formula: 'W_{ij}(x + P(x′ - x)) = W_{ij} x′',
  },
  symbols: { 'x, x′': 'x, y', e: 'e', d: 'inputs' },
  shows: { can: 'that the outputs agree, and the law of the ratio at d = 64', cannot: 'nonlinear networks' },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'independent',
      says: 'probing vectors do not depend on the points',
      holds: ({ probes }) => probes === 'random',
    },
  ],
  cells: [cell],
  experiment,
  predictions: [
    {
      ...{ kind: 'law', id: 'law', budget: 'quick', weight: 0.5, margin: 0.08, cells: ['d=64'] },
      says: 'the law of the squared ratio is Beta(1, 31)',
      marginReason: 'exact; the margin is the largest gap of distribution functions not worth reporting',
      cap: lawCap({ margin: 0.08, alpha: levelOf(claimWeight, 0.5), block: 100 }),
      of: ({ square }) => square,
      against: { cdf: (s, { inputs }) => 1 - pow(1 - Math.min(1, Math.max(0, s)), (inputs - 2) / 2) },
    },
    {
      ...{
        kind: 'every',
        id: 'outputs',
        budget: 'quick',
        weight: 0.3,
        margin: 1e-12,
        cells: ['d=64'],
        cap: 1000,
      },
      says: 'both outputs become those of x′',
      marginReason: 'relative to ‖w‖‖x′ - x‖: a few projections of 64 terms',
      of: ({ mismatch }) => mismatch,
    },
  ],
  controls: [
    {
      ...{ id: 'templates', breaks: 'independent', predicts: 'law', value: 0.9, weight: 0.2, cap: 2000 },
      says: 'probes that are the points themselves: the plane contains x′ - x, and the ratio is 1',
      alter: (cell) => ({ ...cell, probes: 'templates' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'probe-ratio',
      title: 'Length of the perturbation over the distance of the points',
      caption: 'Every dot is one pair of points and probes.',
      ...{ of: 'ratio', label: 'ratio', size: 'd', scales: ['linear', 'linear'], predictions: [] },
      theory: { label: '1.2533/√d', at: (d) => 1.2533 / Math.sqrt(d) },
    }),
  ],
}
