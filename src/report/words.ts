import type {
  ClaimResult,
  ControlResult,
  PredictionResult,
  SuiteResult,
  Verdict,
} from '../../proofs-check/index.ts'
import { decimalsFor, formatFixed, formatInterval, formatNumber } from './numbers.ts'

/** Whether a verdict is what was declared beforehand: `open` when there is none. */
export type Outcome = 'expected' | 'contrary' | 'open'

/** Compares a verdict with the declared one. */
export function outcomeOf(verdict: Verdict, expected: 'supported' | 'refuted'): Outcome {
  if (verdict === 'undecided' || verdict === 'incomplete') return 'open'
  return verdict === expected ? 'expected' : 'contrary'
}

/** The sign that stands before a verdict, so that colour is never alone in telling. */
export function signOf(outcome: Outcome): string {
  return { expected: '✓', contrary: '✗', open: '?' }[outcome]
}

/** What theory says of a number: `0.6827`, `≥ 0.95`, `→ 0.6827`. */
export function predictedInWords({ kind, side, target, margin }: PredictionResult): string {
  if (kind === 'every') return `≤ ${formatNumber(margin)}`
  if (kind === 'law') return `≤ ${formatNumber(margin)}`
  if (kind === 'limit') return `→ ${formatNumber(target)}`
  if (side === 'two') return formatNumber(target)
  return `${side === 'atLeast' ? '≥' : '≤'} ${formatNumber(target)}`
}

/** The margin as the verdict uses it: on both sides, or on the side of a bound. */
export function marginInWords({ kind, side, margin }: PredictionResult): string {
  if (kind === 'every') return 'rounding'
  if (kind === 'law') return 'included'
  const sign = { two: '± ', atLeast: '− ', atMost: '+ ' }[side]
  return `${sign}${formatNumber(margin)}`
}

/** An estimate with its interval, rounded outwards to what the interval is worth: `0.683 [0.671, 0.695]`. */
export function measuredInWords({ kind, estimate, interval }: PredictionResult): string {
  if (kind === 'every') return `max ${formatNumber(estimate, 2)}`
  if (!Number.isFinite(estimate)) return 'nothing yet'
  const decimals = decimalsFor(interval)
  return `${formatFixed(estimate, decimals)} ${formatInterval(interval, decimals)}`
}

/** The whole run in one sentence. */
export function headline({ claims }: SuiteResult): string {
  const controls = claims.flatMap((claim) => claim.controls)
  const held = claims.filter(({ verdict, expected }) => outcomeOf(verdict, expected) === 'expected').length
  const refuted = controls.filter(({ verdict }) => verdict === 'refuted').length
  const must = refuted === controls.length ? ', as they must be' : ''
  return `${held} of ${claims.length} claims came out as expected; ${refuted} of ${controls.length} controls were refuted${must}.`
}

/** What the error probability of a run means. */
export function errorRateInWords(alpha: number): string {
  return `The probability that even one verdict of the whole suite is wrong is at most ${formatNumber(alpha)}, however often the numbers are looked at.`
}

/** The sharpest exponent that a claim measured. */
export function exponentOf({ predictions }: ClaimResult): PredictionResult | undefined {
  return predictions.filter(({ kind }) => kind === 'slope').at(-1)
}

/** The command that gives the same bits again. */
export function commandOf({ claims, budget, seed }: SuiteResult): string {
  return `glassjaw verify ${claims.map(({ id }) => id).join(' ')} --budget ${budget} --seed ${seed}`
}

/** A prediction's state in words; for a control, whether it did what a control must. */
export function verdictInWords(result: PredictionResult | ControlResult | ClaimResult): string {
  return 'breaks' in result && result.verdict === 'supported' ? 'stands' : result.verdict
}
