import { log } from '../../src/math/index.ts'
import type { Prediction } from '../claim.ts'
import { lawCap, levelOf, limitCap, meanCap, probabilityCap, quantileCap, slopeCap } from '../caps.ts'
import { starCells, stepCells, twelve, type StepCell, type Twelve } from './cells.ts'
import type { StepMeasurement } from './experiment.ts'
import { declaredFlip, declaredLengthening, halfNormalCdf, halfNormalMedian, limitFlip } from './finite.ts'

type StepPrediction = Prediction<StepCell, StepMeasurement>

/** The claim's share of the suite. */
export const claimWeight: number = 1 / 8

/** Hypotheses of the limit law, and of (★), which holds for any width and dimension. */
const limitLaw = ['large', 'centred', 'unbiased', 'lipschitz', 'resolved', 'independent', 'against']
const exactLaw = ['centred', 'unbiased', 'lipschitz', 'independent', 'against', 'formula']

const blockOf = (id: string): number => stepCells.find((cell) => cell.id === id)!.block
const percent = (value: number): string => (100 * value).toFixed(2)

interface Flip {
  readonly name: Twelve
  readonly k: 1 | 2 | 3
  readonly n: number
  readonly margin: number
  readonly weight: number
  readonly budget: 'quick' | 'standard'
  readonly dense?: boolean
  readonly side?: 'atLeast'
}

/** A k-sigma step flips with probability erf(k/√2), within a margin around the declared finite-size bias. */
function flip({ name, k, n, margin, weight, budget, dense = false, side }: Flip): StepPrediction {
  const cell = `${name}/${n}${dense ? '/dense' : ''}`
  const target = limitFlip(k)
  const truth = declaredFlip(name, k, n)
  const plan = { target, margin, truth, alpha: levelOf(claimWeight, weight), block: blockOf(cell) }
  return {
    ...{
      kind: 'probability',
      id: `flip${k}/${cell}`,
      family: `flip${k}/${name}`,
      budget,
      weight,
      cells: [cell],
      needs: limitLaw,
    },
    says: `${name}, ${n === 1e6 ? 'd = m = 10⁶' : `d = m = ${n}`}${dense ? ', dense' : ''}: ${k}σ steps flip`,
    ...{ target, margin },
    ...(side ? { side } : {}),
    marginReason: `declared bias ${percent(truth - target)}% (kink and curvature at this size), the rest is the departure worth reporting at this budget`,
    cap: probabilityCap(side ? { ...plan, side } : plan),
    of: (measured) => measured[`flip${k}`]!,
  }
}

/** The smallest flipping step has relative length 0.6745 √(q/p)/√d in the median. */
function medianStep(name: Twelve): StepPrediction {
  const cell = `${name}/256/step`
  const [margin, weight] = [0.1, 0.004]
  const longer = 1 + declaredLengthening(name, 256)
  const cdf = (x: number): number => halfNormalCdf(x / longer)
  const [below, above] = [cdf(halfNormalMedian - margin), cdf(halfNormalMedian + margin)]
  return {
    ...{
      kind: 'quantile',
      id: `median/${name}/256`,
      budget: 'quick',
      weight,
      cells: [cell],
      needs: limitLaw,
    },
    says: `${name}, d = m = 256: median of the smallest flipping step, in units of √(q/p)`,
    ...{ target: halfNormalMedian, margin, level: 0.5 },
    marginReason: `the declared median is ${percent(longer - 1)}% longer at this size (kink and curvature), the rest is the departure worth reporting at this budget`,
    cap: quantileCap({ q: 0.5, below, above, alpha: levelOf(claimWeight, weight), block: blockOf(cell) }),
    of: ({ relativeStep }, { inputs, unit }) => (relativeStep! * Math.sqrt(inputs)) / unit,
  }
}

/** Share of each slope in the claim's error probability. */
const slopeWeight = 0.08

/**
 * The half-normal law's log-quantile has the least relative error near this level, a quarter below the
 * median's.
 */
const slopeLevel = 0.8

/** The exponent of the relative step, from the quantile whose logarithm is known best. */
function slope(
  id: string,
  budget: 'quick' | 'standard',
  cells: readonly [string, ...string[]],
  margin: number,
): StepPrediction {
  const sizes = cells.map((cell) => Number(cell.split('/')[1]))
  const bias = 2 / sizes[0]! / (log(sizes.at(-1)! / sizes[0]!) / log(2))
  const alpha = levelOf(claimWeight, slopeWeight)
  const cap = slopeCap({ sizes, blocks: cells.map(blockOf), level: slopeLevel, margin, bias, alpha })
  return {
    ...{ kind: 'slope', id, family: 'slope', budget, weight: slopeWeight, cells, needs: limitLaw },
    says: `tanh, d = m = ${sizes.join(', ')}: exponent of the relative step`,
    ...{ target: -0.5, margin, level: slopeLevel, cap },
    marginReason: `for a smooth activation the bias of the quantile is of order 1/d: 2/${sizes[0]} in the smallest cell, at most ${bias.toFixed(4)} in the exponent; the rest is the departure worth reporting`,
    of: ({ relativeStep }) => relativeStep!,
  }
}

/**
 * The 1-sigma flip fraction tends to erf(1/√2), its margin halving as the size grows fourfold: the rate of
 * the kink.
 */
function limit(
  id: string,
  budget: 'quick' | 'standard',
  sizes: readonly [number, number, ...number[]],
  weight: number,
): StepPrediction {
  const cells = sizes.map((n) => `relu/${n}`) as [string, ...string[]]
  const margins = sizes.map((n) => 1.28 / Math.sqrt(n)) as [number, number, ...number[]]
  const truths = sizes.map((n) => declaredFlip('relu', 1, n))
  const target = limitFlip(1)
  return {
    ...{ kind: 'limit', id, family: 'limit', budget, weight, cells, needs: limitLaw, target, margins },
    says: `relu, d = m = ${sizes.join(', ')}: 1σ steps flip, within 1.28/√d`,
    marginReason: `declared biases ${truths.map((truth) => percent(truth - target)).join('%, ')}%: the loss at the kink is of order d^(-1/2), and the margins, four times as wide, shrink at that rate`,
    cap: limitCap({
      target,
      margins,
      truths,
      blocks: cells.map(blockOf),
      alpha: levelOf(claimWeight, weight),
    }),
    of: ({ flip1 }) => flip1!,
  }
}

/**
 * In a small cell the flip fraction is that of (★): the mean difference of one network and one independent
 * draw.
 */
function starMean({ id, label, block }: StepCell): StepPrediction {
  const [margin, weight] = [0.05, 0.01]
  const alpha = levelOf(claimWeight, weight)
  const { trials, bet } = meanCap({ low: -1, high: 1, target: 0, margin, variance: 0.4, alpha, block })
  return {
    ...{
      kind: 'mean',
      id: `star/${id}`,
      budget: 'quick',
      weight,
      cells: [id],
      needs: exactLaw,
      range: [-1, 1],
      bet,
    },
    says: `${label}: 2σ flips of the network less those of (★)`,
    ...{ target: 0, margin, cap: trials },
    marginReason:
      'both have exactly one law, so the whole margin is the departure worth reporting; the variance 2P(1 - P) is at most 0.4 for P ≥ 0.72',
    of: ({ flip2, starFlip2 }) => flip2! - starFlip2!,
  }
}

/** In a small cell f(x′) has the law of (★). */
function starLaw({ id, label, block }: StepCell): StepPrediction {
  const [margin, weight] = [0.1, 0.005]
  return {
    ...{ kind: 'law', id: `law/${id}`, budget: 'quick', weight, cells: [id], needs: exactLaw },
    says: `${label}: law of sign(f(x))·f(x′) at 2σ against (★), sup-distance`,
    margin,
    marginReason: 'both have exactly one law, so the whole margin is the departure worth reporting',
    cap: lawCap({ margin, alpha: levelOf(claimWeight, weight), block }),
    of: ({ after2 }) => after2!,
    against: { sample: ({ starAfter2 }) => starAfter2! },
  }
}

const orders = [1, 2, 3] as const

export const stepPredictions: readonly [StepPrediction, ...StepPrediction[]] = [
  limit('limit', 'quick', [256, 1024], 0.03),
  ...twelve.flatMap((name) =>
    orders.map((k) => flip({ name, k, n: 1024, margin: 0.05, weight: 0.004, budget: 'quick' })),
  ),
  ...twelve.map(medianStep),
  slope('slope', 'quick', ['tanh/256/step', 'tanh/2048/step', 'tanh/16384/step'], 0.06),
  flip({ name: 'relu', k: 2, n: 256, margin: 0.08, weight: 0.02, budget: 'quick' }),
  flip({ name: 'relu', k: 2, n: 256, margin: 0.08, weight: 0.02, budget: 'quick', dense: true }),
  flip({
    name: 'relu',
    k: 3,
    n: 1024,
    margin: 0.2,
    weight: 0.04,
    budget: 'quick',
    dense: true,
    side: 'atLeast',
  }),
  flip({ name: 'relu', k: 3, n: 1_000_000, margin: 0.3, weight: 0.06, budget: 'quick', side: 'atLeast' }),
  ...starCells.map(starMean),
  ...starCells.slice(0, 2).map(starLaw),
  ...twelve.flatMap((name) =>
    orders.map((k) => flip({ name, k, n: 4096, margin: 0.02, weight: 0.008, budget: 'standard' })),
  ),
  slope('slope-sharp', 'standard', ['tanh/256/step', 'tanh/4096/step', 'tanh/65536/step'], 0.02),
  limit('limit-sharp', 'standard', [256, 1024, 4096], 0.03),
]
