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

/** The smallest departure that the trials would have refuted; nothing before there are any. */
export function detectableInWords({ detectable, kind }: PredictionResult): string {
  if (detectable === undefined) return ''
  if (kind !== 'every') return formatNumber(detectable, 2)
  return `1 in ${formatNumber(Math.floor(1 / detectable))}`
}

/** What `detectable` means, for the foot of a table. */
export const detectableMeans: string =
  'sees: the smallest departure from what is predicted that these trials would have refuted; 1 in N: the share of counterexamples that they would not all have missed.'

/** What else is worth knowing of a result: whether an exponent bends, which situations were met. */
export function remarksOf({ bend, cover = [] }: PredictionResult): string[] {
  const shares = cover.map(({ says, share, least }) => {
    const needed = least > 0 ? `, at least ${formatNumber(least, 3)} needed` : ''
    return `${says}: a share of ${formatNumber(share, 3)}${needed}`
  })
  if (bend === undefined || !bend.interval.every(Number.isFinite)) return shares
  const decimals = decimalsFor(bend.interval)
  const change = `${formatFixed(bend.estimate, decimals)} ${formatInterval(bend.interval, decimals)}`
  const bends = bend.interval[0] > 0 || bend.interval[1] < 0 ? ': it bends' : ''
  return [`the exponent changes by ${change} along the sizes${bends}`, ...shares]
}

/** How many predictions wait for a larger budget, by budget: `3 need standard, 1 needs thorough`. */
export function unjudgedInWords({ unjudged = [] }: ClaimResult): string {
  return (['standard', 'thorough'] as const)
    .map((budget) => ({ budget, count: unjudged.filter(({ needs }) => needs === budget).length }))
    .filter(({ count }) => count > 0)
    .map(({ budget, count }) => `${count} ${count === 1 ? 'needs' : 'need'} ${budget}`)
    .join(', ')
}

/** Claims that are not of the suite, and the files that commands name for them. */
export interface OwnFiles {
  readonly claims: readonly string[]
  readonly files: readonly string[]
}

/** The command that runs one trial of a claim again. */
export function replayCommand(token: string, files: readonly string[]): string {
  return ['glassjaw verify', ...files, `--replay ${token}`].join(' ')
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
export function commandOf({ claims, budget, seed }: SuiteResult, own?: OwnFiles): string {
  const suite = claims.map(({ id }) => id).filter((id) => !own?.claims.includes(id))
  return `glassjaw verify ${[...suite, ...(own?.files ?? [])].join(' ')} --budget ${budget} --seed ${seed}`
}

/** A prediction's state in words; for a control, whether it did what a control must. */
export function verdictInWords(result: PredictionResult | ControlResult | ClaimResult): string {
  return 'breaks' in result && result.verdict === 'supported' ? 'stands' : result.verdict
}
