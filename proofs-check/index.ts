export type {
  Budget,
  Cell,
  Claim,
  Control,
  EveryPrediction,
  Hypothesis,
  LawPrediction,
  LimitPrediction,
  MeanPrediction,
  Measurement,
  Prediction,
  ProbabilityPrediction,
  QuantilePrediction,
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
export { verify, type Progress, type VerifyOptions } from './run.ts'
export { runTask, type Task } from './trial.ts'
export { replay, tokenOf, type TrialAddress } from './replay.ts'
export { exitCode, parse, stringify } from './json.ts'
export { suite } from './suite.ts'
export { checkClaims } from './check.ts'
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
