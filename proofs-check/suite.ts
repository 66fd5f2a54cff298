import type { Claim } from './claim.ts'
import { chiSquareTail } from './chi-square-tail.ts'
import { depth } from './depth.ts'
import { depthLimit } from './depth-limit.ts'
import { distanceLaw } from './distance-law.ts'
import { dropoutVariance } from './dropout-variance.ts'
import { exponentiallyManyPoints } from './exponentially-many-points.ts'
import { fewFeatures } from './few-features.ts'
import { fittingBreaksRobustness } from './fitting-breaks-robustness.ts'
import { gaussianProducts } from './gaussian-products.ts'
import { gradientFlow } from './gradient-flow.ts'
import { hadamardExtrapolation } from './hadamard-extrapolation.ts'
import { harmlessNoise } from './harmless-noise.ts'
import { jointLaw } from './joint-law.ts'
import { linearControl } from './linear-control.ts'
import { localLinearity } from './local-linearity.ts'
import { lpDistance, lpDistanceAsPrinted } from './lp-distance.ts'
import { nearDuplicate } from './near-duplicate.ts'
import { noWidthRestriction } from './no-width-restriction.ts'
import { noisesEasierThanData } from './noises-easier-than-data.ts'
import { ntkFeatureRobustness } from './ntk-feature-robustness.ts'
import { oneHotInterpolation } from './one-hot-interpolation.ts'
import { probingVectors } from './probing-vectors.ts'
import { rankDiminishing } from './rank-diminishing.ts'
import { rarity } from './rarity.ts'
import { residualOverSchur } from './residual-over-schur.ts'
import { schurIdentity } from './schur-identity.ts'
import { noiseAngles, separableNoises } from './separable-noises.ts'
import { separableNoisesNtk } from './separable-noises-ntk.ts'
import { separatorVarianceAsPrinted, separatorVarianceClaim } from './separator-variance.ts'
import { shiftToZero } from './shift-to-zero.ts'
import { shiftToZeroAsPrinted } from './shift-to-zero-as-printed.ts'
import { shortcutCoordinate } from './shortcut-coordinate.ts'
import { singleGradientStep } from './single-gradient-step.ts'
import { sparseTruncation } from './sparse-truncation.ts'
import { stepAgainstFailure } from './step-against-failure.ts'
import { trainedLinearNet } from './trained-linear-net.ts'
import { uncertaintyPrinciple } from './uncertainty-principle.ts'

/** Random networks. */
const randomNetworks = [
  linearControl,
  singleGradientStep,
  noWidthRestriction,
  jointLaw,
  distanceLaw,
  localLinearity,
  stepAgainstFailure,
  depth,
  depthLimit,
  gradientFlow,
  lpDistance,
  lpDistanceAsPrinted,
  harmlessNoise,
]

/** Feature compression. */
const featureCompression = [
  oneHotInterpolation,
  fittingBreaksRobustness,
  chiSquareTail,
  gaussianProducts,
  probingVectors,
  exponentiallyManyPoints,
  trainedLinearNet,
  fewFeatures,
]

/** Separable noises. */
const noises = [
  separableNoises,
  separatorVarianceClaim,
  separatorVarianceAsPrinted,
  noiseAngles,
  separableNoisesNtk,
  noisesEasierThanData,
]

/** The empirical kernel. */
const empiricalKernel = [
  schurIdentity,
  nearDuplicate,
  shiftToZero,
  shiftToZeroAsPrinted,
  residualOverSchur,
  rarity,
]

/** Related statements. */
const related = [
  rankDiminishing,
  sparseTruncation,
  dropoutVariance,
  ntkFeatureRobustness,
  uncertaintyPrinciple,
  hadamardExtrapolation,
  shortcutCoordinate,
]

/** The claims of `glassjaw verify`, in reading order. */
export const suite: readonly Claim[] = [
  randomNetworks,
  featureCompression,
  noises,
  empiricalKernel,
  related,
].flat() as unknown as readonly Claim[]
