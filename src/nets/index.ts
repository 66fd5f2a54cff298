export {
  activation,
  activations,
  gaussianMoments,
  type Activation,
  type ActivationName,
  type GaussianMoments,
} from './activations.ts'
export type { Model } from './model.ts'
export { sampleStepLaw, type StepLawOptions, type StepSample } from './step-law.ts'
export {
  outputWeights,
  twoLayer,
  type OutputLaw,
  type Scaling,
  type TwoLayer,
  type TwoLayerOptions,
} from './two-layer.ts'
