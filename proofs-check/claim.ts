import type { Stream } from '../src/random/index.ts'
import type { FigureRecord } from './figure.ts'
import type { Instances } from './instances.ts'
import type { ClaimResult } from './result.ts'

/** How much may be spent: a budget is a set of predictions with trial caps, never a number of seconds. */
export type Budget = 'quick' | 'standard' | 'thorough'

/** Where a claim comes from. Nothing derived is presented as a quotation. */
export interface Source {
  /** `stated` by the paper; `derived` from it here; a `reading` among several; `measured` only. */
  readonly kind: 'stated' | 'derived' | 'reading' | 'measured'
  readonly where: string
  readonly url: string
}

/** One point of the declared grid. Trials inside a cell are independent. */
export interface Cell {
  readonly id: string
  readonly label: string
  /** Named sizes, for axes and tables; the first one orders the cells. */
  readonly sizes: Readonly<Record<string, number>>
  /** Trials a round: large for a cheap cell, small for a dear one. */
  readonly block: number
}

/** What one trial measured, by name. NaN stands for a failed computation and never supports anything. */
export type Measurement = Readonly<Record<string, number>>

/** A condition of the theorem, evaluated on every instance; one outside it is counted, never judged. */
export interface Hypothesis<C extends Cell, M extends Measurement> {
  readonly id: string
  readonly says: string
  holds(cell: C, measurement: M): boolean
}

/** A situation that trials should have met: its share of the judged trials is reported. */
export interface Cover<C extends Cell, M extends Measurement> {
  readonly says: string
  /** The least share without which the prediction is not supported but undecided. */
  readonly least?: number
  holds(measurement: M, cell: C): boolean
}

/** What all predictions share. */
interface Declared<C extends Cell, M extends Measurement> {
  readonly id: string
  readonly says: string
  /** The least budget at which it is judged. */
  readonly budget: Budget
  /** Share of the claim's error probability; predictions and controls of a claim sum to 1. */
  readonly weight: number
  /** Ids of the cells it speaks of, smallest first. */
  readonly cells: readonly [string, ...string[]]
  /** Ids of the hypotheses it needs; all of the claim's when absent. */
  readonly needs?: readonly string[]
  /** Why the margin is what it is: derived finite-size bias plus the smallest departure worth reporting. */
  readonly marginReason: string
  /** Trials, summed over its cells, after which it stays undecided (for `every`: after which it is supported). */
  readonly cap: number
  /** Predictions of one quantity at several sizes share a family: a refutation is repeated in its smallest cell. */
  readonly family?: string
  readonly cover?: readonly Cover<C, M>[]
  /** The measured number that is judged; for a probability exactly 0 or 1. */
  of(measurement: M, cell: C): number
}

/** A number with a target θ₀ and a margin δ; `side` makes the half line of a bound. */
interface Targeted {
  readonly target: number
  readonly margin: number
  readonly side?: 'atLeast' | 'atMost'
}

/** P(of = 1) in one cell, judged by a beta-mixture confidence sequence. */
export interface ProbabilityPrediction<C extends Cell, M extends Measurement>
  extends Declared<C, M>, Targeted {
  readonly kind: 'probability'
}

/** E(of) of a measurement that lies in `range`, in one cell, judged by betting. */
export interface MeanPrediction<C extends Cell, M extends Measurement> extends Declared<C, M>, Targeted {
  readonly kind: 'mean'
  readonly range: readonly [number, number]
  /** The constant bet of `designMean`, when the cap comes from there. */
  readonly bet?: number
}

/**
 * The quantile of level `level` in one cell, judged by time-uniform ranks; with `against`, how much larger it is
 * than that of a second measurement.
 */
export interface QuantilePrediction<C extends Cell, M extends Measurement> extends Declared<C, M>, Targeted {
  readonly kind: 'quantile'
  readonly level: number
  against?(measurement: M, cell: C): number
}

/** The exponent of the quantile of level `level` of a positive measurement, in the cells' first size. */
export interface SlopePrediction<C extends Cell, M extends Measurement> extends Declared<C, M>, Targeted {
  readonly kind: 'slope'
  readonly level: number
}

/**
 * For what is known up to a bracket: the exponents of its upper end `of` and of its lower end both lie within the
 * margin.
 */
export interface SandwichPrediction<C extends Cell, M extends Measurement> extends Declared<C, M>, Targeted {
  readonly kind: 'sandwich'
  readonly level: number
  /** The lower end of the bracket, at most `of` in every trial. */
  lower(measurement: M, cell: C): number
}

/**
 * P(of = 1) tends to `target`: the cell of index i must lie within `margins[i]`, the last at most half the
 * first. With `range` it is the mean of a measurement in that range that does, with `level` the quantile.
 */
export interface LimitPrediction<C extends Cell, M extends Measurement> extends Declared<C, M> {
  readonly kind: 'limit'
  readonly range?: readonly [number, number]
  readonly level?: number
  readonly target: number
  readonly margins: readonly [number, number, ...number[]]
}

/** The sup-distance between the laws of `of` and of `against` in one cell stays below `margin`. */
export interface LawPrediction<C extends Cell, M extends Measurement> extends Declared<C, M> {
  readonly kind: 'law'
  readonly margin: number
  /** A second measurement (two-sample), or the distribution function itself (one-sample). */
  readonly against: { sample(measurement: M, cell: C): number } | { cdf(x: number, cell: C): number }
}

/** `of ≤ margin` for every instance; `margin` is a tolerance from rounding analysis. One counterexample refutes. */
export interface EveryPrediction<C extends Cell, M extends Measurement> extends Declared<C, M> {
  readonly kind: 'every'
  readonly margin: number
}

export type Prediction<C extends Cell = Cell, M extends Measurement = Measurement> =
  | ProbabilityPrediction<C, M>
  | MeanPrediction<C, M>
  | QuantilePrediction<C, M>
  | SlopePrediction<C, M>
  | SandwichPrediction<C, M>
  | LimitPrediction<C, M>
  | LawPrediction<C, M>
  | EveryPrediction<C, M>

/** The same claim with one hypothesis broken: the named prediction must come out refuted. */
export interface Control<C extends Cell> {
  readonly id: string
  /** Id of the one hypothesis that the altered cells break. */
  readonly breaks: string
  readonly says: string
  /** Id of the prediction whose kind, target, margin and cells are judged again. */
  readonly predicts: string
  /** The value expected under the control, at least three margins away from the target. */
  readonly value: number
  readonly weight: number
  readonly cap: number
  /** The cell with the hypothesis broken; its id and block stay. */
  alter(cell: C): C
}

/** A theorem as a record: nothing in it is optional that a verdict needs. */
export interface Claim<C extends Cell = Cell, M extends Measurement = Measurement> {
  readonly id: string
  readonly title: string
  readonly source: Source
  readonly statement: { readonly text: string; readonly formula: string }
  /** The paper's symbols and what they are called here. */
  readonly symbols: Readonly<Record<string, string>>
  readonly shows: { readonly can: string; readonly cannot: string }
  /** Share of the suite's error probability; the shares of a suite sum to at most 1. */
  readonly weight: number
  readonly expected: 'supported' | 'refuted'
  readonly hypotheses: readonly Hypothesis<C, M>[]
  readonly cells: readonly [C, ...C[]]
  readonly predictions: readonly [Prediction<C, M>, ...Prediction<C, M>[]]
  readonly controls: readonly [Control<C>, ...Control<C>[]]
  /** A cell of any size, where the claim has statements about every instance: shrinking searches among these. */
  instance?(size: number): C
  /** Cells as plain data drawn by fast-check, where one size does not describe them: for `shrink` alone. */
  readonly instances?: Instances<Omit<C, keyof Cell> & Partial<Cell>>
  /** One instance drawn, where its dimension allows that; with the stream of its experiment. */
  picture?(cell: C, stream: Stream): FigureRecord | undefined
  /** One trial: pure, everything random comes from the stream. */
  experiment(cell: C, stream: Stream): M | Promise<M>
  /** Results to plain figures; drawing is not the claim's business. */
  figures(result: Omit<ClaimResult, 'figures'>): readonly FigureRecord[]
}

/** From the least to the largest. */
export const budgets: readonly Budget[] = ['quick', 'standard', 'thorough']

/** Whether something declared for `least` runs at `budget`. */
export function runsAt(least: Budget, budget: Budget): boolean {
  return budgets.indexOf(least) <= budgets.indexOf(budget)
}
