export type { AttackResult, AttackStatus } from './result.ts'
export {
  singleGradientStep,
  type GradientStepOptions,
  type GradientStepResult,
} from './single-gradient-step.ts'
