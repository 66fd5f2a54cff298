import type { Budget, Measurement, Source } from './claim.ts'
import type { FigureRecord } from './figure.ts'

/** The version of everything this folder writes; a newer one is refused. */
export const schema = 1

/** The state of a prediction. `incomplete`: stopped by the clock or the user before a decision. */
export type Verdict = 'supported' | 'refuted' | 'undecided' | 'incomplete'

/** One trial that a decision may count: numbered beforehand, drawn from the claim's own stream. */
export interface NumberedTrial<M extends Measurement = Measurement> {
  readonly origin: 'numbered'
  readonly trial: number
  readonly measurement: M
}

/** A trial run again from its token: an illustration, never evidence. */
export interface ReplayedTrial {
  readonly origin: 'replayed'
  readonly claim: string
  readonly variant: string | null
  readonly cell: string
  readonly seed: number
  readonly trial: number
  readonly measurement: Measurement
}

/** A counterexample that was searched for: an illustration, never evidence. */
export interface ShrunkTrial {
  readonly origin: 'shrunk'
  readonly instance: unknown
  readonly measurement: Measurement
  /** Token of this very trial. */
  readonly replay: string
  readonly picture?: FigureRecord
}

/** What a prediction's sequence says at some moment. */
export interface Look {
  readonly verdict: Verdict
  readonly estimate: number
  /** The confidence interval that the verdict rests on. */
  readonly interval: readonly [number, number]
  /** Estimates by cell, in the order of the prediction's cells. */
  readonly byCell: readonly {
    readonly cell: string
    readonly estimate: number
    readonly interval: readonly [number, number]
  }[]
  readonly note?: string
  /** How much the local exponent changes from the smallest size to the largest: of slopes with three sizes. */
  readonly bend?: { readonly estimate: number; readonly interval: readonly [number, number] }
  /** The share of judged trials that met each declared situation. */
  readonly cover?: readonly { readonly says: string; readonly share: number; readonly least: number }[]
}

/** The smallest declared cell in which a refutation was repeated with fresh trials, and one telling trial. */
export interface Illustration {
  readonly label: 'illustration, not evidence'
  readonly cell: string
  readonly prediction: string
  readonly refutedAgain: boolean
  readonly trials: number
  readonly measurement: Measurement
  readonly replay: string
}

export interface PredictionResult extends Look {
  readonly id: string
  readonly says: string
  readonly kind: string
  readonly family: string
  readonly cells: readonly string[]
  readonly target: number
  readonly margin: number
  readonly side: 'two' | 'atLeast' | 'atMost'
  readonly marginReason: string
  readonly alpha: number
  readonly cap: number
  readonly trials: number
  readonly trialsOutsideHypotheses: number
  /**
   * The smallest departure that these trials would have refuted: a distance from the target; for `every` the share
   * of counterexamples of which one would have been met except with probability α.
   */
  readonly detectable?: number
  readonly illustration?: Illustration
  /** The smallest counterexample found, for statements about every instance. */
  readonly counterexample?: ShrunkTrial
}

/** Order statistics of one measurement in one cell; failed computations counted apart. */
export interface Summary {
  readonly count: number
  readonly failed: number
  readonly mean: number
  readonly min: number
  /** Quantiles 0.05, 0.25, 0.5, 0.75, 0.95. */
  readonly quantiles: readonly [number, number, number, number, number]
  readonly max: number
  /** Every how manieth trial the quantiles are taken from; 1 when absent. */
  readonly every?: number
}

export interface CellResult {
  readonly id: string
  readonly label: string
  readonly sizes: Readonly<Record<string, number>>
  readonly trials: number
  readonly trialsOutsideHypotheses: number
  readonly measurements: Readonly<Record<string, Summary>>
  /** The first trials, as measured: for plots. */
  readonly sample: readonly Measurement[]
}

export interface ControlResult extends PredictionResult {
  readonly breaks: string
  readonly predicts: string
  /** The value declared for this control. */
  readonly value: number
  readonly cellResults: readonly CellResult[]
}

export interface ClaimResult {
  readonly id: string
  readonly title: string
  readonly source: Source
  readonly statement: { readonly text: string; readonly formula: string }
  readonly symbols: Readonly<Record<string, string>>
  readonly shows: { readonly can: string; readonly cannot: string }
  readonly hypotheses: readonly { readonly id: string; readonly says: string }[]
  readonly expected: 'supported' | 'refuted'
  readonly verdict: Verdict
  readonly alpha: number
  readonly predictions: readonly PredictionResult[]
  readonly controls: readonly ControlResult[]
  readonly cells: readonly CellResult[]
  readonly trials: number
  readonly trialsOutsideHypotheses: number
  readonly seconds: number
  /** Token of the most telling trial of a refuted claim, of its first trial otherwise. */
  readonly replay: string
  readonly figures: readonly FigureRecord[]
  /** Why there are no figures, when making them failed. */
  readonly figuresFailed?: string
  /** Predictions that need a larger budget than this run's. */
  readonly unjudged?: readonly { readonly id: string; readonly says: string; readonly needs: Budget }[]
}

/** Everything a run found: plain data, the same bits for one seed and budget apart from `seconds`. */
export interface SuiteResult {
  readonly schema: number
  readonly seed: number
  readonly budget: Budget
  readonly alpha: number
  readonly seconds: number
  readonly claims: readonly ClaimResult[]
}
