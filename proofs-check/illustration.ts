import type { Claim, Measurement, Prediction } from './claim.ts'
import { predictionResult, type Judge } from './judge.ts'
import type { Ledger } from './ledger.ts'
import { tokenOf } from './replay.ts'
import type { Illustration } from './result.ts'
import { runStrand, strand, type Runner, type Strand } from './strand.ts'
import { freshTrials } from './trial.ts'

/**
 * The smallest declared cell in which a refutation is refuted again with fresh trials, and its most telling trial.
 * Chosen after the fact, hence an illustration and no evidence; undefined when the run is stopped meanwhile.
 */
export async function illustrate(
  run: Runner,
  claim: Claim,
  variant: string | null,
  refuted: Judge,
): Promise<Illustration | undefined> {
  let last: Illustration | undefined
  for (const prediction of sameFamily(claim, refuted.prediction)) {
    const line = strand(claim, variant, [prediction], freshTrials)
    await runStrand({ ...run, counted: () => undefined }, line)
    const state = line.judges[0]!
    if (state.open) return undefined
    const { cell, sample } = tellingBook(prediction, line)
    const index = mostTelling(sample.map(score(prediction, state.look.estimate, cell)))
    const { verdict, trials } = predictionResult(state)
    last = {
      label: 'illustration, not evidence',
      cell: cell.id,
      prediction: prediction.id,
      refutedAgain: verdict === 'refuted',
      trials,
      measurement: sample[index]!,
      replay: tokenOf({
        claim: claim.id,
        variant,
        cell: cell.id,
        seed: run.seed,
        trial: freshTrials + index,
      }),
    }
    if (last.refutedAgain) return last
  }
  return last
}

/** Predictions of the same quantity, smallest cell first. */
function sameFamily(claim: Claim, prediction: Prediction): Prediction[] {
  const family = (other: Prediction): string => `${other.kind} ${other.family ?? other.id}`
  const size = ({ cells }: Prediction): number =>
    Object.values(claim.cells.find(({ id }) => id === cells[0])!.sizes)[0] ?? 0
  return claim.predictions
    .filter((other) => family(other) === family(prediction))
    .toSorted((a, b) => size(a) - size(b))
}

/** The largest cell of a prediction about growing sizes; for `every`, the smallest one with a counterexample. */
function tellingBook(prediction: Prediction, { books }: Strand): Ledger {
  const own = prediction.cells.map((id) => books.get(id)!)
  const against = ({ cell, sample }: Ledger): boolean =>
    prediction.kind === 'every' &&
    sample.some((measurement) => prediction.of(measurement, cell) > prediction.margin)
  return own.find(against) ?? own.at(-1)!
}

/** How much one trial departs from the prediction, in the direction in which the estimate does. */
function score(
  prediction: Prediction,
  estimate: number,
  cell: Judge['cells'][number],
): (m: Measurement) => number {
  const target = 'target' in prediction && prediction.kind !== 'slope' ? prediction.target : 0
  const sign = estimate < target ? -1 : 1
  return (measurement) => {
    const value = prediction.of(measurement, cell)
    return Number.isNaN(value) ? Infinity : prediction.kind === 'law' ? Math.abs(value) : sign * value
  }
}

/** Index of the first largest score. */
function mostTelling(scores: readonly number[]): number {
  return scores.reduce((best, value, index) => (value > scores[best]! ? index : best), 0)
}
