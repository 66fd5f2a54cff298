import type { Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'
import {
  claimWeight,
  convCell,
  deepCell,
  median,
  shallowCell,
  shiftExperiment,
  type ShiftCell,
  type ShiftMeasurement,
} from './shift-to-zero.ts'

/*
 * Near-zero eigenvalues do not characterise adversarial points.
 *
 * El Harzli & Cuenca Grau, "Adversarial attacks as near-zero eigenvalues in the empirical kernel of neural
 * networks" (2024, 2025), abstract: "we characterise adversarial examples as those producing near-zero
 * Mercer's eigenvalues in the empirical kernel associated to a trained neural network".
 *
 * Read with the symbols of shift-to-zero: adversarial points shift the spectrum to zero, and harmless points
 * do not. Random steps of the same length are harmless (R is classified as T is), and appended next to known
 * points they shift as far as adversarial ones, with two hidden layers farther. So the sentence fails as it
 * is printed: expected refuted. With x* not in the sample neither shifts, and the sentence says nothing.
 *
 * Checked beside by an independent program in numpy (test/proofs-check/golden/shift-to-zero.py).
 */

function harmless(id: string, cell: string, budget: 'quick' | 'standard', weight: number) {
  return {
    ...{ ...median(weight), id, budget, cells: [cell] as [string], needs: ['trained', 'independent'] },
    ...{ target: 0, margin: 0.05, side: 'atLeast' as const },
    says: 'random points next to known ones, at the distances of adversarial ones, do not shift the spectrum',
    marginReason: 'fresh points differ among themselves by 0.03; the pilot’s medians were -0.22 to -0.24',
    of: ({ appendRandom }: ShiftMeasurement) => appendRandom,
  }
}

export const shiftToZeroAsPrinted: Claim<ShiftCell, ShiftMeasurement> = {
  id: 'shift-to-zero-as-printed',
  title: 'Adversarial points are those that produce near-zero eigenvalues: harmless ones do not',
  source: {
    kind: 'reading',
    where:
      'abstract of El Harzli & Cuenca Grau, Adversarial attacks as near-zero eigenvalues: “characterise adversarial examples as those producing near-zero Mercer’s eigenvalues”',
    url: 'https://openreview.net/forum?id=r5d8zkYizS',
  },
  statement: {
    text: 'Adversarial points, and no others, shift Mercer’s eigenvalues to zero: random points at the same distance from the same points leave the mean of log₁₀ λ where fresh points do, and adversarial ones lower it farther.',
    formula: 'L(X, T, R) ≥ L(X, T, F),  L(X, T, A) < L(X, T, R)',
  },
  symbols: { 'X, T, F': 'train, clean, fresh', 'A, R': 'adversarial, random', L: 'meanLog' },
  shows: {
    can: 'that harmless points shift the spectrum of small trained networks as well, and, with two hidden layers, farther',
    cannot:
      'that adversarial points do not shift it: they do. With one hidden layer, dense or convolutional, they shift it a little farther than random ones',
  },
  weight: claimWeight,
  expected: 'refuted',
  hypotheses: [
    { id: 'trained', says: 'a trained network', holds: ({ steps }) => steps > 0 },
    {
      id: 'independent',
      says: 'features of all points independent beyond rounding',
      holds: (_, { smallest }) => smallest > 1e-13,
    },
  ],
  cells: [deepCell, shallowCell, convCell],
  experiment: shiftExperiment,
  predictions: [
    harmless('harmless', 'deep', 'quick', 0.3),
    {
      ...{
        ...median(0.3),
        id: 'farther',
        budget: 'quick',
        cells: ['deep'],
        needs: ['trained', 'independent'],
      },
      ...{ target: -0.01, margin: 0.01, side: 'atMost' },
      says: 'adversarial points shift farther than random ones',
      marginReason: 'the statement is the sign; the pilot’s median was 0.04',
      of: ({ order }) => order,
    },
    harmless('harmless/shallow', 'shallow', 'standard', 0.1),
    harmless('harmless/conv', 'conv', 'standard', 0.1),
  ],
  controls: [
    {
      ...{ id: 'untrained', breaks: 'trained', predicts: 'harmless', value: -0.3, weight: 0.2, cap: 300 },
      says: 'not trained: random points shift the spectrum there too',
      alter: (cell) => ({ ...cell, steps: 0 }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'shift-by-random-points',
      title: 'Shift of the mean of log₁₀ λ by appended random points',
      caption:
        'At the distances of adversarial points, against fresh points in their place. Every dot is one network.',
      ...{ of: 'appendRandom', label: 'shift', size: 'steps', scales: ['linear', 'linear'] as const },
      predictions: ['harmless', 'harmless/shallow', 'harmless/conv'],
    }),
  ],
}
