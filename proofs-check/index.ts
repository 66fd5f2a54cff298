export type {
  Budget,
  Cell,
  Claim,
  Control,
  Cover,
  EveryPrediction,
  Hypothesis,
  LawPrediction,
  LimitPrediction,
  MeanPrediction,
  Measurement,
  Prediction,
  ProbabilityPrediction,
  QuantilePrediction,
  SandwichPrediction,
  SlopePrediction,
  Source,
} from './claim.ts'
export type { Axis, FigureBand, FigureLine, FigurePoint, FigureRecord, FigureSeries } from './figure.ts'
export type {
  CellResult,
  ClaimResult,
  ControlResult,
  Illustration,
  Look,
  NumberedTrial,
  PredictionResult,
  ReplayedTrial,
  ShrunkTrial,
  SuiteResult,
  Summary,
  Verdict,
} from './result.ts'
export { schema } from './result.ts'
export { verify, type Progress, type Settled, type VerifyOptions } from './run.ts'
export { runTask, type Execute, type Task } from './trial.ts'
export { claim, type OwnCell, type OwnClaim, type OwnPrediction } from './own.ts'
export { arbitraries, type Instances } from './instances.ts'
export { holds } from './holds.ts'
export {
  blockKey,
  differenceOf,
  fingerprint,
  journalHeader,
  journalled,
  readBlock,
  readHeader,
  writeBlock,
  writeLine,
  type Block,
  type JournalHeader,
} from './journal.ts'
export { sharded, type Shard } from './shard.ts'
export { replay, tokenOf, type TrialAddress } from './replay.ts'
export { exitCode, parse, stringify } from './json.ts'
export { suite } from './suite.ts'
export { checkClaims } from './check.ts'
export { errorRates, type ErrorRate } from './error-rates.ts'
export {
  lawCap,
  levelOf,
  limitCap,
  meanCap,
  probabilityCap,
  quantileCap,
  slopeCap,
  type SlopeCapPlan,
} from './caps.ts'
export { runsAt } from './claim.ts'
export { shrink, type ShrinkOptions } from './shrink.ts'
export { suiteAlpha } from './strand.ts'
