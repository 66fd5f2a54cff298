import { betaInc } from '../src/math/index.ts'
import { sphere, type Stream } from '../src/random/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * Adversarial points are rare, yet near every point.
 *
 * El Harzli & Cuenca Grau (ICLR 2025 submission 10147), Theorem 4.1: the set of adversarial examples has measure zero in the limit,
 * although they are near every test point. What can be measured is derived here: at a point whose linear boundary lies at distance
 * δ, of the perturbations of length cδ those cross it whose direction lies in a cap,
 *
 *     P(⟨u, g⟩ > 1/c) = ½ P(Beta(½, (d-1)/2) > 1/c²)        u uniform on the sphere in ℝᵈ, g the unit gradient
 *
 * which at c = 2 is a third in the plane, and falls exponentially in d. A run measures that share by random directions.
 */

interface RarityCell extends Cell {
  readonly inputs: number
}

type RarityMeasurement = Readonly<Record<'crosses' | 'cosine', number>>

const c = 2
const claimWeight = 1 / 64

/** ½ P(Beta(½, (d-1)/2) > 1/c²) */
export function capShare(d: number): number {
  return (1 - betaInc(0.5, (d - 1) / 2, 1 / (c * c))) / 2
}

function cell(inputs: number): RarityCell {
  return { id: `d=${inputs}`, label: `d = ${inputs}`, sizes: { d: inputs }, block: 200, inputs }
}

function experiment({ inputs }: RarityCell, source: Stream): RarityMeasurement {
  const [u, g] = [sphere(source.child('direction'), inputs), sphere(source.child('gradient'), inputs)]
  const cosine = u.reduce((sum, value, i) => sum + value * g[i]!, 0)
  return { crosses: cosine > 1 / c ? 1 : 0, cosine }
}

function share(
  inputs: number,
  margin: number,
  weight: number,
): ProbabilityPrediction<RarityCell, RarityMeasurement> {
  const target = capShare(inputs)
  return {
    ...{
      kind: 'probability',
      id: `share/${inputs}`,
      budget: 'quick',
      weight,
      target,
      margin,
      cells: [`d=${inputs}`],
    },
    says: `d = ${inputs}: share of random perturbations of twice the distance that cross`,
    needs: ['many'],
    marginReason: 'exact; the margin is the departure worth reporting',
    cap: probabilityCap({ target, margin, alpha: levelOf(claimWeight, weight), block: 200 }),
    of: ({ crosses }) => crosses,
  }
}

export const rarity: Claim<RarityCell, RarityMeasurement> = {
  id: 'rarity',
  title:
    'At twice the distance to the boundary, random perturbations cross it with a probability that vanishes with d',
  source: {
    kind: 'derived',
    where: 'a finite form of Theorem 4.1 of El Harzli & Cuenca Grau, ICLR 2025 submission 10147',
    url: 'https://openreview.net/group?id=ICLR.cc/2025/Conference',
  },
  statement: {
    text: 'At a point with a linear boundary at distance δ there is an adversarial point at every distance above δ, but of all perturbations of length 2δ only the share of a spherical cap crosses.',
    formula: 'P = ½ P(Beta(½, (d-1)/2) > 1/4)',
  },
  symbols: { c: '2', d: 'inputs', 'P(cap)': 'capShare' },
  shows: {
    can: 'the share at d = 8, 16 and 64',
    cannot: 'measure zero, which is a limit, nor curved boundaries',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'many', says: 'many dimensions, d ≥ 8', holds: ({ inputs }) => inputs >= 8 }],
  cells: [cell(8), cell(16), cell(64)],
  experiment,
  predictions: [
    share(8, 0.02, 0.25),
    share(16, 0.01, 0.25),
    {
      ...{
        kind: 'probability',
        id: 'rare/64',
        budget: 'quick',
        weight: 0.3,
        target: 0,
        margin: 0.01,
        side: 'atMost',
      },
      says: 'd = 64: at most one in a hundred crosses',
      cells: ['d=64'],
      needs: ['many'],
      marginReason: 'the exact share is 1.3·10⁻⁵; the margin is what is called rare',
      cap: probabilityCap({
        ...{ target: 0, margin: 0.01, truth: 1e-4, block: 200, side: 'atMost' },
        alpha: levelOf(claimWeight, 0.3),
      }),
      of: ({ crosses }) => crosses,
    },
  ],
  controls: [
    {
      ...{ id: 'plane', breaks: 'many', predicts: 'rare/64', value: 1 / 3, weight: 0.2, cap: 2000 },
      says: 'in the plane a third crosses',
      alter: (cell) => ({ ...cell, inputs: 2 }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'cap-share',
      title: 'Share of random perturbations of twice the distance that cross the boundary',
      caption: 'Estimates with their intervals.',
      ...{ of: 'crosses', label: 'share', size: 'd', predictions: ['share/8', 'share/16', 'rare/64'] },
      theory: { label: 'the spherical cap', at: capShare },
    }),
  ],
}
