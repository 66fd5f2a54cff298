import { dot, lengthOf, tensor } from '../src/array/index.ts'
import { eigh, qr } from '../src/linalg/index.ts'
import { pi } from '../src/math/index.ts'
import { gaussianMatrix, normal, sphere, type Stream } from '../src/random/index.ts'
import { arcCosine } from '../src/spectra/index.ts'
import { levelOf, quantileCap } from './caps.ts'
import type { Cell, Claim, QuantilePrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * The features of the tangent kernel with the largest eigenvalues are the robust ones.
 *
 * Tsilivis & Kempe, "What can the neural tangent kernel tell us about adversarial robustness" (NeurIPS 2022,
 * arXiv:2210.05577): kernel regression is a sum of features f_i(x) = Θ(x, X) λ_i⁻¹ v_i v_iᵀ y, one for every eigenpair of
 * Θ(X, X); those of large eigenvalues keep their sign under attack, the others do not.
 *
 *     Θ     tangent kernel of a two-layer ReLU network of infinite width, Θ = ‖x‖‖z‖κ₁(ρ) + ⟨x, z⟩κ₀(ρ)
 *     X     n training points on the unit sphere     y     ±1, the sign of a linear function, a tenth of them flipped
 *     robustness of f_i    share of fresh points where y f_i > 0 still after a step of length ε against y∇f_i
 *     Spearman's correlation between the place i and the robustness of f_i, over the first places
 *
 * A reading: their data are images, whose spectra fall by orders of magnitude. On points of a sphere with few places of
 * distinct eigenvalues the order holds over the first twenty, where features still carry the label, and blurs behind.
 *
 * A run shows this for one kernel and one kind of data.
 */

interface FeatureCell extends Cell {
  readonly inputs: number
  /** The eigenvectors of the kernel, or random orthonormal ones with the eigenvalues that they give. */
  readonly basis: 'eigen' | 'random'
}

type FeatureMeasurement = Readonly<Record<'spearman' | 'first' | 'last', number>>

const [trainPoints, testPoints, places, step] = [60, 60, 20, 0.1]
const claimWeight = 1 / 64

/** Θ(x, z) for ‖z‖ = 1 as κ₁‖x‖ + κ₀⟨x, z⟩, and what its gradient takes of x and of z. */
export function tangentKernel(
  x: Float64Array,
  z: Float64Array,
): { readonly value: number; readonly alongX: number; readonly alongZ: number } {
  const length = lengthOf(x)
  const s = dot(x, z)
  const rho = s / length
  const [k0, k1] = arcCosine(rho)
  const slope = 1 / (pi * Math.max(Math.sqrt(Math.max(0, 1 - rho * rho)), 1e-12))
  // κ₁′ = κ₀ and κ₀′ = 1/(π√(1-ρ²)); ∂ρ/∂x = z/‖x‖ - s x/‖x‖³, ∂‖x‖/∂x = x/‖x‖.
  const bend = length * k0 + s * slope
  return {
    value: length * k1 + s * k0,
    alongX: k1 / length - (bend * s) / (length * length * length),
    alongZ: bend / length + k0,
  }
}

/** Spearman's correlation of a list with its places; ties share the mean of their ranks. */
export function spearman(values: readonly number[]): number {
  const n = values.length
  const ranks = values.map((v) => {
    const below = values.filter((w) => w < v).length
    return below + (values.filter((w) => w === v).length - 1) / 2
  })
  const middle = (n - 1) / 2
  let [both, places, own] = [0, 0, 0]
  ranks.forEach((rank, i) => {
    both += (rank - middle) * (i - middle)
    places += (i - middle) * (i - middle)
    own += (rank - middle) * (rank - middle)
  })
  return own === 0 ? 0 : both / Math.sqrt(places * own)
}

/** x after a step of length ε against y∇f, f = Σ c_j Θ(·, z_j). */
function against(
  label: number,
  x: Float64Array,
  c: Float64Array,
  kernels: readonly { readonly alongX: number; readonly alongZ: number }[],
  train: readonly Float64Array[],
): Float64Array {
  const gradient = new Float64Array(x.length)
  kernels.forEach(({ alongX, alongZ }, j) => {
    for (let i = 0; i < x.length; i++) gradient[i]! += c[j]! * (alongX * x[i]! + alongZ * train[j]![i]!)
  })
  const scale = (-label * step) / lengthOf(gradient)
  return x.map((xi, i) => xi + scale * gradient[i]!)
}

function experiment({ inputs, basis }: FeatureCell, source: Stream): FeatureMeasurement {
  const points = Array.from({ length: trainPoints + testPoints }, (_, i) =>
    sphere(source.child('point', i), inputs),
  )
  const noise = normal(source.child('flips'), points.length)
  // P(N > 1.2816) = 0.1
  const labels = points.map((x, i) => (x[0]! > 0 ? 1 : -1) * (noise[i]! > 1.2815515655446004 ? -1 : 1))
  const train = points.slice(0, trainPoints)
  const gram = new Float64Array(trainPoints * trainPoints)
  train.forEach((x, i) =>
    train.forEach((z, j) => (gram[i * trainPoints + j] = tangentKernel(i < j ? x : z, i < j ? z : x).value)),
  )
  const K = tensor(gram, [trainPoints, trainPoints])
  const { vectors } =
    basis === 'eigen'
      ? eigh(K)
      : { vectors: qr(gaussianMatrix(source.child('basis'), trainPoints, trainPoints)).q }
  const test = points.slice(trainPoints)
  const kernels = test.map((x) => train.map((z) => tangentKernel(x, z)))
  const robustness = Array.from({ length: places }, (_, place) => {
    const column = trainPoints - 1 - place
    const v = Float64Array.from({ length: trainPoints }, (_, i) => vectors.data[i * trainPoints + column]!)
    // v_iᵀ y decides the sign; λ_i > 0 and lengths do not.
    const agreement = v.reduce((sum, value, i) => sum + value * labels[i]!, 0)
    const c = v.map((value) => Math.sign(agreement) * value)
    const kept = test.filter((x, k) => {
      const label = labels[trainPoints + k]!
      const value = kernels[k]!.reduce((sum, { value }, j) => sum + c[j]! * value, 0)
      if (!(label * value > 0)) return false
      const moved = against(label, x, c, kernels[k]!, train)
      return label * train.reduce((sum, z, j) => sum + c[j]! * tangentKernel(moved, z).value, 0) > 0
    })
    return kept.length / testPoints
  })
  return { spearman: spearman(robustness), first: robustness[0]!, last: robustness.at(-1)! }
}

const cell: FeatureCell = {
  ...{
    id: 'd=10',
    label: 'd = 10, n = 60',
    sizes: { d: 10, n: trainPoints },
    block: 5,
    inputs: 10,
    basis: 'eigen',
  },
}

function correlation(
  id: string,
  budget: 'quick' | 'standard',
  margin: number,
  weight: number,
): QuantilePrediction<FeatureCell, FeatureMeasurement> {
  const plan = { q: 0.5, below: 0.1, above: 0.9, alpha: levelOf(claimWeight, weight), block: 5 }
  return {
    ...{
      kind: 'quantile',
      id,
      budget,
      weight,
      cells: ['d=10'],
      target: -0.5,
      margin,
      level: 0.5,
      side: 'atMost',
    },
    says: 'Spearman’s correlation between the place of a feature and its robustness, over the first twenty',
    needs: ['eigen'],
    marginReason:
      'the paper says below -0.9 on images; on points of a sphere, whose eigenvalues come in groups, seeds 1 and 2 gave a median of about -0.5, and the statement judged is that it lies clearly below 0',
    cap: quantileCap(plan),
    of: ({ spearman }) => spearman,
  }
}

export const ntkFeatureRobustness: Claim<FeatureCell, FeatureMeasurement> = {
  id: 'ntk-feature-robustness',
  title: 'The first features of the tangent kernel are the robust ones',
  source: {
    kind: 'reading',
    where: 'Tsilivis & Kempe 2022, with points of a sphere in place of images',
    url: 'https://arxiv.org/abs/2210.05577',
  },
  statement: {
    text: 'Over the first places in the order of eigenvalues, the share of fresh points where a feature keeps the right sign under attack falls with the place.',
    formula: 'Spearman(i, robustness of f_i) < 0',
  },
  symbols: { f_i: 'a column of vectors, times Θ(x, X)', v_i: 'vectors', ε: 'step' },
  shows: {
    can: 'the order over the first twenty of sixty features, for one kernel and points on a sphere',
    cannot: 'that it goes on behind them, where features are noise, or the values for images',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'eigen', says: 'eigenvectors of the kernel', holds: ({ basis }) => basis === 'eigen' }],
  cells: [cell],
  experiment,
  predictions: [correlation('correlation', 'quick', 0.15, 0.6)],
  controls: [
    {
      ...{ id: 'random-basis', breaks: 'eigen', predicts: 'correlation', value: 0, weight: 0.4, cap: 400 },
      says: 'random orthonormal vectors in place of eigenvectors: no order',
      alter: (cell) => ({ ...cell, basis: 'random' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'feature-robustness',
      title: 'Spearman’s correlation between place and robustness, first twenty features',
      caption: 'Every dot is one data set.',
      ...{ of: 'spearman', label: 'correlation', size: 'd', predictions: ['correlation'] },
    }),
  ],
}
