export { attack, attackOne, type AttackOptions, type Found, type PlainModel } from './attack.ts'
export type { Domain } from './domain.ts'
export {
  localOptimality,
  normsOf,
  robustnessCurve,
  standardEvaluation,
  strongest,
  strongestMembers,
  type EnsembleResult,
  type StandardEvaluation,
} from './ensemble.ts'
export type { AttackLoss } from './losses.ts'
export { methods, type AttackName, type BudgetName, type Method, type MinimalName } from './methods.ts'
export { dualLength, lengthIn, steepest, type Norm } from './norms.ts'
export type { Oracle, Queries } from './problem.ts'
export { keepLargest, ontoBall, ontoHyperplane, type Projection } from './projections.ts'
export { tapeOracle } from './tape-model.ts'
export type { AttackResult, AttackStatus } from './result.ts'
export {
  singleGradientStep,
  type GradientStepOptions,
  type GradientStepResult,
} from './single-gradient-step.ts'
