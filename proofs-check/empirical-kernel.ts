import { dot } from '../src/array/index.ts'
import { tensor, type Tensor } from '../src/array/index.ts'
import { initialise, mlp, type Architecture, type Parameters } from '../src/nets/index.ts'
import { normal, sphere, type Stream } from '../src/random/index.ts'
import { conjugateKernel } from '../src/spectra/index.ts'
import { inputGradient } from './two-layer-training.ts'

/** A random network whose last hidden layer is the empirical feature map φ, points for it, and their labels ±1. */
export interface FeatureProblem {
  readonly architecture: Architecture
  readonly parameters: Parameters
  /** On the sphere of radius √d. */
  readonly points: readonly Float64Array[]
  readonly labels: readonly number[]
}

/** One hidden layer of ReLU features, as wide as Gram matrices of full rank need. */
export function featureProblem(inputs: number, width: number, count: number, source: Stream): FeatureProblem {
  const architecture = mlp({ input: inputs, widths: [width], outputs: 1, bias: false })
  const parameters = initialise(architecture, { variance: 2 }, source.child('network'))
  const points = Array.from({ length: count }, (_, i) =>
    sphere(source.child('point', i), inputs, Math.sqrt(inputs)),
  )
  const labels = Array.from(normal(source.child('labels'), count), (z) => (z < 0 ? -1 : 1))
  return { architecture, parameters, points, labels }
}

/** The Gram matrix of the features of points. */
export function gram({ architecture, parameters }: FeatureProblem, points: readonly Float64Array[]): Tensor {
  const d = points[0]!.length
  const data = new Float64Array(points.length * d)
  points.forEach((point, i) => data.set(point, i * d))
  return conjugateKernel(architecture, parameters, tensor(data, [points.length, d]))
}

/** A unit direction: against y∇f of the network's own output, or random. */
export function directionAt(
  { parameters }: FeatureProblem,
  point: Float64Array,
  label: number,
  kind: 'adversarial' | 'random',
  source: Stream,
): Float64Array {
  if (kind === 'random') return sphere(source, point.length)
  const a = parameters['fc2.weight']!
  const gradient = inputGradient([parameters['fc1.weight']!, tensor(a.data as Float64Array, [a.size])], point)
  const length = Math.sqrt(dot(gradient, gradient))
  return gradient.map((g) => (-label * g) / length)
}
