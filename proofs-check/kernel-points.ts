import { lengthOf, tensor, type Tensor } from '../src/array/index.ts'
import { attack, type PlainModel } from '../src/attacks/index.ts'
import { glyphs } from '../src/data/index.ts'
import { lstsq } from '../src/linalg/index.ts'
import { log } from '../src/math/index.ts'
import {
  features,
  forward,
  initialise,
  losses,
  mlp,
  permutation,
  type Architecture,
  type Parameters,
} from '../src/nets/index.ts'
import { compile, dot, grad, mul, reshape, sub } from '../src/ops/index.ts'
import { sphere, type Stream, uniform } from '../src/random/index.ts'
import { mercer } from '../src/spectra/index.ts'
import { gram } from './random-features.ts'
import { stacked } from './two-layer-training.ts'

/** A network and how it is trained and attacked; `steps` of 0 leave it as it was drawn. */
export interface KernelNetwork {
  readonly layers: 'dense' | 'deep' | 'conv'
  readonly attack: 'deepfool' | 'fab'
  readonly steps: number
  /** Whether fresh points are attacked, or those that it was trained on. */
  readonly attacked: 'fresh' | 'trained'
}

/** Training points, and points of each of the other sets. */
export const trainPoints = 24
export const setPoints = 8

const side = 7
/** Pixels of an image. */
export const inputs: number = side * side

/** Points of one class or the other, with their labels ±1. */
export interface Labelled {
  readonly points: readonly Float64Array[]
  readonly labels: readonly number[]
}

export interface KernelPoints {
  readonly train: Labelled
  /** Points of the attacked kind, classified right; moved over the boundary; moved as far at random. */
  readonly clean: Labelled
  readonly adversarial: readonly Float64Array[]
  readonly random: readonly Float64Array[]
  /** More points that are classified right. */
  readonly fresh: Labelled
  /** Features of the last hidden layer, [n, N]. */
  featuresOf(points: readonly Float64Array[]): Tensor
  /** The shortest readout that interpolates the training points. */
  readonly readout: Tensor
}

/** Of gradient descent. */
const rate = 0.1
let pool: Labelled | undefined

/** The zeros and ones among 1,000 glyphs, averaged over blocks of 4 × 4 pixels: 49 numbers each. */
export function digits(): Labelled {
  if (pool) return pool
  const { inputs: images, labels } = glyphs({ count: 1000, seed: 1 })
  const chosen = Array.from(labels.data, (label, i) => ({ label, i })).filter(({ label }) => label < 2)
  const points = chosen.map(({ i }) => {
    const pooled = new Float64Array(inputs)
    for (let k = 0; k < 784; k++)
      pooled[Math.floor(Math.floor(k / 28) / 4) * side + Math.floor((k % 28) / 4)]! +=
        images.data[784 * i + k]! / 16
    return pooled
  })
  pool = { points, labels: chosen.map(({ label }) => 2 * label - 1) }
  return pool
}

const architectures: Readonly<Record<KernelNetwork['layers'], Architecture>> = {
  dense: mlp({ input: inputs, widths: [80], outputs: 1 }),
  deep: mlp({ input: inputs, widths: [80, 80], outputs: 1 }),
  conv: {
    ...{ name: 'conv', input: [1, side, side] },
    layers: [
      {
        ...{
          kind: 'conv',
          name: 'conv1',
          inputs: 1,
          outputs: 4,
          size: [3, 3],
          stride: [1, 1],
          padding: [0, 0],
        },
        bias: true,
      },
      { kind: 'activation', activation: 'relu' },
      { kind: 'flatten' },
      { kind: 'linear', name: 'fc1', inputs: 100, outputs: 1, bias: true },
    ],
  },
}

/**
 * Trains a network on zeros and ones drawn from the pool, replaces its readout by the shortest one that
 * interpolates, and attacks fresh points; undefined where there are too few that are classified right, or an
 * attack fails.
 */
export async function kernelPoints(
  network: KernelNetwork,
  source: Stream,
): Promise<KernelPoints | undefined> {
  const { points, labels } = digits()
  const order = permutation(source.child('points'), points.length)
  const taken = (from: number, end: number): Labelled => {
    const chosen = Array.from(order.subarray(from, end))
    return { points: chosen.map((i) => points[i]!), labels: chosen.map((i) => labels[i]!) }
  }
  const sample = taken(0, trainPoints)
  const tapes = tapesOf(network.layers)
  const { input } = tapes.architecture
  const batch = (rows: readonly Float64Array[]): Tensor => reshape(stacked(rows), [rows.length, ...input])
  const known = batch(sample.points)
  const targets = tensor(sample.labels.slice(), [trainPoints, 1])
  let parameters = initialise(tapes.architecture, { variance: 2 }, source.child('weights'))
  for (let step = 0; step < network.steps; step++) parameters = tapes.descended(parameters, known, targets)
  const featuresOf = (rows: readonly Float64Array[]): Tensor => tapes.features(parameters, batch(rows))
  const readout = lstsq(tapes.features(parameters, known), tensor(sample.labels.slice())).x
  const rest = taken(trainPoints, trainPoints + 4 * setPoints)
  const outputs = matvec(featuresOf(rest.points), readout)
  const right = rest.points
    .map((point, i) => ({ point, label: rest.labels[i]! }))
    .filter(({ label }, i) => label * outputs[i]! > 0)
  if (right.length < 2 * setPoints) return undefined
  const some = (from: number): Labelled => {
    const chosen = right.slice(from, from + setPoints)
    return { points: chosen.map(({ point }) => point), labels: chosen.map(({ label }) => label) }
  }
  const own = { points: sample.points.slice(0, setPoints), labels: sample.labels.slice(0, setPoints) }
  const clean = network.attacked === 'fresh' ? some(0) : own
  const value = (x: Float64Array): Float64Array => matvec(featuresOf([x]), readout)
  const model: PlainModel = {
    ...{ plain: true, value },
    gradient: (x, weights) => {
      const f = value(x)
      const slope = tapes.slope(batch([x]), parameters, readout).data
      return { value: f, gradient: Float64Array.from(slope, (v) => weights(f)[0]! * v) }
    },
  }
  const seed = Math.floor(uniform(source.child('attack'), 1)[0]! * 2147483648)
  const found = await attack(network.attack, model, stacked(clean.points), clean.labels, { seed })
  if (found.some((one) => !one.found)) return undefined
  const moved = (i: number, step: Float64Array): Float64Array => clean.points[i]!.map((v, k) => v + step[k]!)
  const steps = found.map(({ perturbation }) => Float64Array.from(perturbation.data))
  return {
    ...{ train: sample, clean, fresh: some(setPoints), featuresOf, readout },
    adversarial: steps.map((step, i) => moved(i, step)),
    random: steps.map((step, i) => moved(i, sphere(source.child('random', i), step.length, lengthOf(step)))),
  }
}

interface Tapes {
  readonly architecture: Architecture
  /** One step of gradient descent on the squared loss. */
  readonly descended: (parameters: Parameters, x: Tensor, y: Tensor) => Parameters
  readonly features: (parameters: Parameters, x: Tensor) => Tensor
  /** ∇ of the readout of the features, at one point. */
  readonly slope: (x: Tensor, parameters: Parameters, readout: Tensor) => Tensor
}

const known = new Map<KernelNetwork['layers'], Tapes>()

/** What is compiled once for every network of an architecture. */
function tapesOf(layers: KernelNetwork['layers']): Tapes {
  const before = known.get(layers)
  if (before) return before
  const architecture = architectures[layers]
  const risk = (p: Parameters, x: Tensor, y: Tensor): Tensor => losses.squared(forward(architecture, p, x), y)
  const tapes: Tapes = {
    architecture,
    descended: compile((p: Parameters, x: Tensor, y: Tensor) => {
      const slopes = grad(risk)(p, x, y)
      return Object.fromEntries(
        Object.entries(p).map(([name, value]) => [name, sub(value, mul(slopes[name]!, rate))]),
      )
    }),
    features: compile((p: Parameters, x: Tensor) => features(architecture, p, x)),
    slope: compile(
      grad((x: Tensor, p: Parameters, readout: Tensor) => {
        const phi = features(architecture, p, x)
        return dot(readout, reshape(phi, [phi.size]))
      }),
    ),
  }
  known.set(layers, tapes)
  return tapes
}

/** The product of a matrix and a vector. */
export function matvec(matrix: Tensor, vector: Tensor): Float64Array {
  const [rows, columns] = matrix.shape as [number, number]
  const out = new Float64Array(rows)
  const [a, v] = [matrix.storage(), vector.storage()]
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[i]! += a[i * columns + j]! * v[j]!
  return out
}

const ln10 = log(10)

/** Mercer's eigenvalues of the empirical kernel on the points of several sets, descending. */
export function kernelSpectrum(
  { featuresOf }: KernelPoints,
  ...sets: readonly (readonly Float64Array[])[]
): Float64Array {
  return mercer(gram(featuresOf(sets.flat())))
}

/** The mean of log₁₀ λ over eigenvalues; NaN where one is not positive. */
export function meanLog(values: Float64Array): number {
  return values.reduce((sum, value) => sum + (value > 0 ? log(value) : NaN), 0) / (ln10 * values.length)
}
