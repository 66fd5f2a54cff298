/** Lower bounds on the distance to the nearest adversarial point, exact distances of tiny networks, and both ends together. */
export { bracket, type Bracket, type BracketOptions, type BracketStatus } from './bracket.ts'
export { certifiedRadius, lowerBounds, type Ball } from './crown.ts'
export { exactRadius } from './exact.ts'
export { centredRadius, globalRadius, localRadius } from './lipschitz.ts'
export type { Network } from './network.ts'
export { smoothed, type Smoothed, type SmoothingOptions } from './smoothing.ts'
export { leastTruncatedSum, truncatedSum } from './truncation.ts'
