import { activations, gaussianMoments, type ActivationName, type OutputLaw } from '../../src/nets/index.ts'
import type { Cell } from '../claim.ts'

/** One kind of network, its point and what is measured there. */
export interface StepCell extends Cell {
  readonly inputs: number
  readonly width: number
  readonly activation: ActivationName
  readonly weights: 'dense' | 'deferred'
  readonly output: OutputLaw
  readonly bias: number
  /** Along -sign(f)∇f, along +sign(f)∇f, or in a random direction with the gradient's length. */
  readonly direction: 'against' | 'along' | 'random'
  /** The vector of ones, or a point chosen by the weights: along the gradient there, with the same length. */
  readonly point: 'fixed' | 'chosen'
  /** √q/p of the declared activation: one sigma, in multiples of the gradient. */
  readonly sigmaStep: number
  /** √(q/p) of the declared activation: one sigma as a length. */
  readonly unit: number
  /** √q of the declared activation: the standard deviation of f(x). */
  readonly deviation: number
  /** Steps of 1, 2, 3 sigma; the smallest flipping step; a draw of (★) at `starWidth`. */
  readonly measures: readonly ('flips' | 'smallest' | 'star')[]
  readonly starWidth: number
}

/** The twelve activations of the claim. */
export const twelve: readonly Twelve[] = [
  'relu',
  'leakyRelu',
  'abs',
  'tanh',
  'erf',
  'gelu',
  'silu',
  'sigmoid',
  'softplus',
  'sin',
  'cos',
  'hermite2',
]

export type Twelve = Exclude<ActivationName, 'identity' | 'heaviside'>

/** q = Eσ(G)² and p = Eσ′(G)² of the twelve. */
export const moments: Readonly<Record<Twelve, { readonly q: number; readonly p: number }>> =
  Object.fromEntries(twelve.map((name) => [name, gaussianMoments(activations[name])])) as Record<
    Twelve,
    ReturnType<typeof gaussianMoments>
  >

interface Shape {
  readonly inputs: number
  readonly width?: number
  readonly weights?: 'dense' | 'deferred'
  readonly measures: StepCell['measures']
  readonly block: number
  /** Set apart from another cell of the same network, for its own block. */
  readonly suffix?: string
}

function cell(activation: Twelve, shape: Shape): StepCell {
  const { inputs, width = inputs, weights = 'deferred', measures, block, suffix = '' } = shape
  const { q, p } = moments[activation]
  const size = width === inputs ? `${inputs}` : `${inputs}x${width}`
  const where = width === inputs ? `d = m = ${inputs}` : `d = ${inputs}, m = ${width}`
  return {
    id: `${activation}/${size}${weights === 'dense' ? '/dense' : ''}${suffix}`,
    label: `${activation}, ${where}${weights === 'dense' ? ', dense' : ''}`,
    sizes: { d: inputs, m: width },
    block,
    ...{ inputs, width, activation, weights, measures, starWidth: width },
    ...{ output: 'rademacher', bias: 0, direction: 'against', point: 'fixed' },
    ...{ sigmaStep: Math.sqrt(q) / p, unit: Math.sqrt(q / p), deviation: Math.sqrt(q) },
  }
}

const flips = ['flips'] as const
const smallest = ['smallest'] as const

/** Small cells, dense, against (★). */
export const starCells: readonly StepCell[] = [
  cell('tanh', { inputs: 16, weights: 'dense', measures: ['flips', 'star'], block: 500 }),
  cell('relu', { inputs: 16, width: 64, weights: 'dense', measures: ['flips', 'star'], block: 400 }),
  cell('sin', { inputs: 64, width: 16, weights: 'dense', measures: ['flips', 'star'], block: 400 }),
  cell('abs', { inputs: 64, weights: 'dense', measures: ['flips', 'star'], block: 250 }),
]

/** The scaling of the smallest flipping step: cheap cells run more trials a round than dear ones. */
export const scalingCells: readonly StepCell[] = [
  cell('tanh', { inputs: 256, measures: smallest, block: 1000, suffix: '/step' }),
  cell('tanh', { inputs: 2048, measures: smallest, block: 20, suffix: '/step' }),
  cell('tanh', { inputs: 4096, measures: smallest, block: 10, suffix: '/step' }),
  cell('tanh', { inputs: 16384, measures: smallest, block: 60, suffix: '/step' }),
  cell('tanh', { inputs: 65536, measures: smallest, block: 16, suffix: '/step' }),
]

export const stepCells: readonly [StepCell, ...StepCell[]] = [
  cell('relu', { inputs: 256, measures: flips, block: 500 }),
  ...starCells,
  cell('relu', { inputs: 256, weights: 'dense', measures: flips, block: 50 }),
  ...twelve
    .filter((name) => name !== 'tanh')
    .map((name) => cell(name, { inputs: 256, measures: smallest, block: 250, suffix: '/step' })),
  ...twelve.map((name) => cell(name, { inputs: 1024, measures: flips, block: 250 })),
  cell('relu', { inputs: 1024, weights: 'dense', measures: flips, block: 6 }),
  ...twelve.map((name) => cell(name, { inputs: 4096, measures: flips, block: 400 })),
  ...scalingCells,
  cell('relu', { inputs: 1_000_000, measures: flips, block: 4 }),
]
