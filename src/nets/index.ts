export {
  checkParameters,
  fanIn,
  outputShape,
  parameterShapes,
  weightedLayers,
  type Architecture,
  type Conv,
  type Layer,
  type Linear,
  type Parameters,
  type Residual,
} from './architecture.ts'
export {
  lenet,
  mlp,
  residualNetwork,
  vgg,
  type ImageOptions,
  type MlpOptions,
  type ScalingName,
} from './architectures.ts'
export { parseArchitecture } from './files/architecture-json.ts'
export {
  readCheckpoint,
  readModel,
  writeCheckpoint,
  writeModel,
  type StoredModel,
} from './files/model-file.ts'
export { readOnnx } from './files/onnx.ts'
export { features, forward, networkModel } from './forward.ts'
export { initialise, type InitialiseOptions } from './initialise.ts'
export { flattened, inF64, parametersInF64, unflattened } from './parameters.ts'
export { permutation, rows, type Samples } from './training/batches.ts'
export type { Checkpoint, Recipe } from './training/checkpoint.ts'
export { evaluate, type EvaluateOptions, type Evaluation } from './training/evaluate.ts'
export { losses, targetsFor, type LossName } from './training/losses.ts'
export type { Optimiser, OptimiserState } from './training/optimisers.ts'
export { rateAt, type Schedule } from './training/schedules.ts'
export {
  train,
  type AdversaryContext,
  type EpochReport,
  type StepReport,
  type Trained,
  type TrainOptions,
} from './training/train.ts'
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
  deepRandom,
  outputWeights,
  type DeepRandom,
  type DeepRandomOptions,
  type OutputLaw,
  type RandomNetworkOptions,
  type Scaling,
} from './deep-random.ts'
export { twoLayer, type TwoLayer, type TwoLayerOptions } from './two-layer.ts'
