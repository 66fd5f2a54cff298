/** How often a kind of prediction erred in simulated runs whose truth is known. */
export interface ErrorRate {
  readonly kind: string
  /** Simulated runs of each sort, with a look after every block. */
  readonly runs: number
  /** Runs that supported, with the truth just outside of the margin. */
  readonly supportedOutside: number
  /** Runs that refuted, with the truth just inside. */
  readonly refutedInside: number
  /** Runs that stayed undecided at their cap, with the truth at the target. */
  readonly undecidedAtTarget: number
}

/** Measured by scripts/error-rates.mjs, which writes this file: each of the first two counts is at most α of the runs. */
export const errorRates: { readonly alpha: number; readonly rates: readonly ErrorRate[] } = {
  alpha: 0.05,
  rates: [
    { kind: 'probability', runs: 500, supportedOutside: 8, refutedInside: 0, undecidedAtTarget: 0 },
    { kind: 'mean', runs: 500, supportedOutside: 4, refutedInside: 1, undecidedAtTarget: 0 },
    { kind: 'quantile', runs: 500, supportedOutside: 4, refutedInside: 4, undecidedAtTarget: 0 },
    { kind: 'law', runs: 500, supportedOutside: 0, refutedInside: 0, undecidedAtTarget: 0 },
    { kind: 'slope', runs: 500, supportedOutside: 0, refutedInside: 0, undecidedAtTarget: 0 },
  ],
}
