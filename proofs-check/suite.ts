import type { Claim } from './claim.ts'
import { linearControl } from './linear-control.ts'
import { singleGradientStep } from './single-gradient-step.ts'

/** The claims of `glassjaw verify`, in reading order. */
export const suite: readonly Claim[] = [linearControl, singleGradientStep]
