import type { Stream } from '../src/random/index.ts'
import { levelOf, quantileCap } from './caps.ts'
import type { Cell, Claim, QuantilePrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import {
  inputs,
  kernelPoints,
  kernelSpectrum,
  meanLog,
  setPoints,
  trainPoints,
  type KernelNetwork,
} from './kernel-points.ts'

/*
 * Points next to known ones shift the spectrum of the empirical kernel to zero.
 *
 * El Harzli & Cuenca Grau, "Adversarial attacks as near-zero eigenvalues in the empirical kernel of neural
 * networks" (2024, 2025), abstract: adversarial examples, from DeepFool and FAB, for fully connected and
 * convolutional networks, "consistently lead to a shift in the distribution of Mercer's eigenvalues toward
 * zero". Which sets were compared is not known here; three readings are judged, with sets of equal size and
 * random steps of equal length beside.
 *
 *     φ    features of the last hidden layer      K    their Gram matrix over the number of points
 *     X    training points                        T, F fresh points, classified right
 *     A    adversarial points of T (or of X)      R    T plus random steps of the same lengths
 *     L    mean of log₁₀ λ over Mercer's eigenvalues λ of K on a union of such sets
 *
 *     append                  L(X, T, A) - L(X, T, F)
 *     next to trained points  L(X, A) - L(X, F)
 *     replace                 L(X, A) - L(X, T)
 *
 * Appending shifts to zero in every network tried, for R as for A, and before training as after it; replacing
 * hardly does. Which of A and R shifts farther depends on the network: R with two hidden layers, A with one,
 * dense or convolutional. The shift is that of near-duplicates (the claim near-duplicate), and tells nothing
 * about what is adversarial.
 *
 * Networks interpolate: after training the readout is the shortest one that fits all training points. Data
 * are zeros and ones among the glyphs, averaged to 7 × 7 pixels. Margins were chosen on a pilot with seeds 0
 * to 99, whose medians are in the reasons.
 */

export interface ShiftCell extends Cell, KernelNetwork {
  /** Whether the points next to which others are appended are in the sample. */
  readonly neighbours: 'present' | 'absent'
}

export type ShiftMeasurement = Readonly<
  Record<'append' | 'appendRandom' | 'order' | 'replace' | 'smallest', number>
>

export function shiftCell(network: KernelNetwork, id: string, label: string): ShiftCell {
  const points = trainPoints + 2 * setPoints
  return {
    id,
    label,
    sizes: { points, steps: network.steps, d: inputs },
    block: 10,
    ...network,
    neighbours: 'present',
  }
}

const dense = { attack: 'deepfool', steps: 100, attacked: 'fresh' } as const

export const deepCell: ShiftCell = shiftCell(
  { layers: 'deep', ...dense },
  'deep',
  'two hidden layers, DeepFool',
)
export const shallowCell: ShiftCell = shiftCell(
  { layers: 'dense', ...dense },
  'shallow',
  'one hidden layer, DeepFool',
)
export const convCell: ShiftCell = shiftCell(
  { layers: 'conv', ...dense },
  'conv',
  'one convolution, DeepFool',
)

export async function shiftExperiment(cell: ShiftCell, source: Stream): Promise<ShiftMeasurement> {
  const found = await kernelPoints(cell, source)
  if (!found) return { append: NaN, appendRandom: NaN, order: NaN, replace: NaN, smallest: NaN }
  const { train, clean, fresh, adversarial, random } = found
  const [X, T, F] = [train.points, clean.points, fresh.points]
  const spectrum = (...sets: readonly (readonly Float64Array[])[]): Float64Array =>
    kernelSpectrum(found, ...sets)
  // With neighbours: those in T or X. Without: F in the place of T, so that nothing near A is in the sample.
  const known = cell.attacked === 'trained' ? [X] : [X, cell.neighbours === 'present' ? T : F]
  const others = cell.neighbours === 'present' ? F : T
  const [base, withA, withR] = [others, adversarial, random].map((set) => spectrum(...known, set)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const [before, byA, byR] = [base, withA, withR].map(meanLog) as [number, number, number]
  return {
    ...{ append: byA - before, appendRandom: byR - before, order: byA - byR },
    // Training points themselves cannot be in the sample twice.
    replace: cell.attacked === 'fresh' ? meanLog(spectrum(X, adversarial)) - meanLog(spectrum(X, T)) : NaN,
    smallest: Math.min(...[base, withA, withR].map((values) => values.at(-1)! / values[0]!)),
  }
}

export const claimWeight: number = 1 / 64
type Shift = QuantilePrediction<ShiftCell, ShiftMeasurement>

/** A median; the pilot had at most a tenth of its trials beyond the margin. */
export function median(weight: number): Pick<Shift, 'kind' | 'level' | 'weight' | 'cap'> {
  const plan = { q: 0.5, below: 0.15, above: 0.85, alpha: levelOf(claimWeight, weight), block: 10 }
  return { kind: 'quantile', level: 0.5, weight, cap: quantileCap(plan) }
}

function shifts(
  id: string,
  cell: string,
  what: 'append' | 'appendRandom',
  pilot: number,
  budget: 'quick' | 'standard',
  weight: number,
): Shift {
  return {
    ...{ ...median(weight), id, budget, cells: [cell], needs: ['near', 'independent'], side: 'atMost' },
    ...{ target: -0.1, margin: 0.03 },
    says: `${what === 'append' ? 'adversarial' : 'random'} points next to known ones lower the mean of log₁₀ λ by 0.1`,
    marginReason: `pilot median ${pilot}; fresh points differ among themselves by 0.03; what is worth reporting is a shift of several times that`,
    of: (measured) => measured[what],
  }
}

function order(
  id: string,
  cell: string,
  side: 'atLeast' | 'atMost',
  pilot: number,
  budget: 'quick' | 'standard',
  weight: number,
): Shift {
  return {
    ...{ ...median(weight), id, budget, cells: [cell], needs: ['near', 'independent'], side },
    ...{ target: side === 'atLeast' ? 0.01 : -0.01, margin: 0.01 },
    says: `${side === 'atLeast' ? 'random' : 'adversarial'} steps shift farther than ${side === 'atLeast' ? 'adversarial' : 'random'} ones`,
    marginReason: `pilot median of the difference ${pilot}; the statement is its sign`,
    of: (measured) => measured.order,
  }
}

const untrained = { ...deepCell, id: 'untrained', label: 'two hidden layers, not trained', steps: 0 }
const fab: ShiftCell = { ...deepCell, id: 'fab', label: 'two hidden layers, FAB', attack: 'fab' }
const known: ShiftCell = { ...deepCell, id: 'known', label: 'next to training points', attacked: 'trained' }

export const shiftToZero: Claim<ShiftCell, ShiftMeasurement> = {
  id: 'shift-to-zero',
  title: 'Points appended next to known ones shift Mercer’s eigenvalues to zero, adversarial or random',
  source: {
    kind: 'reading',
    where:
      'abstract of El Harzli & Cuenca Grau, Adversarial attacks as near-zero eigenvalues; three readings, whose protocol is not known here',
    url: 'https://openreview.net/forum?id=r5d8zkYizS',
  },
  statement: {
    text: 'Appending adversarial points next to points of the sample lowers the mean of log₁₀ λ over Mercer’s eigenvalues by more than 0.07, and so does appending random points at the same distances, before training and after it. Replacing points by adversarial ones changes it by less than 0.05. Which of the two shifts farther depends on the network.',
    formula: 'L(X, T, A) < L(X, T, F) - 0.07,  |L(X, A) - L(X, T)| < 0.05',
  },
  symbols: {
    'X, T, F': 'train, clean, fresh',
    'A, R': 'adversarial, random',
    L: 'meanLog',
    λ: 'kernelSpectrum',
  },
  shows: {
    can: 'the shift for small dense and convolutional networks that interpolate 24 images of two digits, with DeepFool and FAB, and that random steps of the same length make it too',
    cannot: 'what the paper’s own sets and networks would give',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'near',
      says: 'points are appended next to points of the sample',
      holds: ({ neighbours }) => neighbours === 'present',
    },
    {
      id: 'independent',
      says: 'features of all points independent beyond rounding',
      holds: (_, { smallest }) => smallest > 1e-13,
    },
  ],
  cells: [deepCell, shallowCell, convCell, untrained, fab, known],
  experiment: shiftExperiment,
  predictions: [
    shifts('append', 'deep', 'append', -0.18, 'quick', 0.15),
    shifts('append-random', 'deep', 'appendRandom', -0.22, 'quick', 0.15),
    {
      ...{ ...median(0.1), id: 'replace', budget: 'quick', cells: ['deep'], needs: ['near', 'independent'] },
      ...{ target: 0, margin: 0.05 },
      says: 'replacing points by their adversarial versions does not shift',
      marginReason: 'pilot median 0.016; fresh points differ among themselves by 0.03',
      of: ({ replace }) => replace,
    },
    order('order', 'deep', 'atLeast', 0.04, 'quick', 0.15),
    shifts('append/shallow', 'shallow', 'append', -0.28, 'standard', 0.05),
    shifts('append/conv', 'conv', 'append', -0.3, 'standard', 0.05),
    shifts('append/untrained', 'untrained', 'append', -0.26, 'standard', 0.05),
    shifts('append/fab', 'fab', 'append', -0.19, 'standard', 0.05),
    shifts('append/known', 'known', 'append', -0.15, 'standard', 0.05),
    order('order/shallow', 'shallow', 'atMost', -0.039, 'standard', 0.03),
    order('order/conv', 'conv', 'atMost', -0.064, 'standard', 0.03),
    order('order/untrained', 'untrained', 'atLeast', 0.051, 'standard', 0.04),
  ],
  controls: [
    {
      ...{ id: 'no-neighbours', breaks: 'near', predicts: 'append', value: 0, weight: 0.1, cap: 300 },
      says: 'nothing near the adversarial points is in the sample: no shift',
      alter: (cell) => ({ ...cell, neighbours: 'absent' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'shift-of-spectrum',
      title: 'Shift of the mean of log₁₀ λ by appended adversarial points',
      caption: 'Against fresh points in their place. Every dot is one network.',
      ...{ of: 'append', label: 'shift', size: 'steps', scales: ['linear', 'linear'] as const },
      predictions: ['append', 'append/untrained'],
    }),
  ],
}
