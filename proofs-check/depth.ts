import { dot, lengthOf, tensor } from '../src/array/index.ts'
import { activations, gaussianMoments, type ActivationName } from '../src/nets/index.ts'
import { mul } from '../src/ops/index.ts'
import {
  applyDeferred,
  applyDeferredTranspose,
  deferredGaussian,
  normal,
  type Stream,
} from '../src/random/index.ts'
import { erf } from '../src/math/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, QuantilePrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { normalMedianCap } from './normal-caps.ts'

/*
 * Random networks of any constant depth have near boundaries.
 *
 * Bartlett, Bubeck & Cherapanamjeri (arXiv:2106.12611) and Montanari & Wu (arXiv:2203.17209): one gradient step flips random networks of
 * constant depth. Derived here, in the mean-field limit of wide layers with N(0, 1/fan-in) weights,
 *
 *     V_ℓ = E σ(√V_{ℓ-1} G)²      χ_ℓ = E σ′(√V_{ℓ-1} G)²      Π_L = Π χ_ℓ      |f|/‖∇f‖ → |N(0, 1)| √(V_L/Π_L),
 *
 * V_0 = 1, so that the median of |f|/‖∇f‖ in units of √(V_L/Π_L) is 0.6745 at every depth. Layers are deferred: drawn along the
 * directions of one forward and one backward pass. A bottleneck of one unit changes f to a multiple of |z|: the control.
 */

interface DepthCell extends Cell {
  readonly activation: ActivationName
  readonly depth: number
  readonly width: number
  /** √(V_L/Π_L) */
  readonly unit: number
  /** Width of the middle layer. */
  readonly neck: number
}

type DepthMeasurement = Readonly<Record<'distance' | 'far', number>>

const claimWeight = 1 / 64
const [inputs, width] = [1024, 1024]

/** √(V_L/Π_L) by the recursion. */
export function depthUnit(name: ActivationName, depth: number): number {
  const { apply, slope, kinks, lipschitz } = activations[name]
  let [variance, product] = [1, 1]
  for (let layer = 0; layer < depth; layer++) {
    const scale = Math.sqrt(variance)
    const { q, p } = gaussianMoments({
      ...{ name, kinks, lipschitz },
      apply: (x) => apply(mul(x, scale)),
      slope: (x) => slope(mul(x, scale)),
    })
    ;[variance, product] = [q, product * p]
  }
  return Math.sqrt(variance / product)
}

function cell(activation: ActivationName, depth: number): DepthCell {
  return {
    ...{
      id: `${activation}/${depth}`,
      label: `${activation}, ${depth} hidden layers`,
      sizes: { L: depth, d: inputs, m: width },
    },
    ...{ block: 20, activation, depth, width, unit: depthUnit(activation, depth), neck: width },
  }
}

function experiment({ activation, depth, unit, neck }: DepthCell, source: Stream): DepthMeasurement {
  const { apply, slope } = activations[activation]
  const widths = [
    inputs,
    ...Array.from({ length: depth }, (_, l) => (l === Math.floor(depth / 2) ? neck : width)),
  ]
  const layers = widths
    .slice(1)
    .map((rows, l) => deferredGaussian(source.child('layer', l), rows, widths[l]!))
  let h = tensor(new Float64Array(inputs).fill(1))
  const slopes: ArrayLike<number>[] = []
  for (const layer of layers) {
    const z = applyDeferred(layer, h)
    slopes.push(slope(z).data)
    h = apply(z)
  }
  const last = widths.at(-1)!
  const a = normal(source.child('output'), last).map((z) => z / Math.sqrt(last))
  const value = dot(a, Float64Array.from(h.data))
  let back: Float64Array = a
  for (let l = depth - 1; l >= 0; l--) {
    const weighted = back.map((b, j) => b * slopes[l]![j]!)
    back = Float64Array.from(applyDeferredTranspose(layers[l]!, tensor(weighted)).data)
  }
  const distance = Math.abs(value) / lengthOf(back) / unit
  return { distance, far: distance > 3 || !(distance >= 0) ? 1 : 0 }
}

const cases = [
  ['relu', 1],
  ['relu', 4],
  ['tanh', 1],
  ['tanh', 4],
] as const

function median(
  activation: ActivationName,
  depth: number,
  weight: number,
): QuantilePrediction<DepthCell, DepthMeasurement> {
  const [margin, bias] = [0.12, 0.02]
  const id = `${activation}/${depth}`
  return {
    ...{
      kind: 'quantile',
      id: `median/${id}`,
      budget: 'quick',
      weight,
      target: 0.6745,
      margin,
      level: 0.5,
      cells: [id],
    },
    says: `${activation}, ${depth} hidden layers: median of |f|/‖∇f‖ in units of √(V_L/Π_L)`,
    needs: ['wide'],
    marginReason:
      'the fluctuation of ‖∇f‖ is of relative order √(5L/m); the rest is the departure worth reporting',
    // Near its median a half-normal variable has the density of a normal one with deviation 0.63.
    cap: normalMedianCap({ deviation: 0.65, bias, margin, alpha: levelOf(claimWeight, weight), block: 20 }),
    of: ({ distance }) => distance,
  }
}

const farTarget = 1 - erf(3 / Math.sqrt(2))

export const depth: Claim<DepthCell, DepthMeasurement> = {
  id: 'depth',
  title: 'At every constant depth the boundary is at distance |N(0, 1)| √(V_L/Π_L) to first order',
  source: {
    kind: 'derived',
    where: 'mean-field form of Bartlett, Bubeck & Cherapanamjeri 2021 and Montanari & Wu 2023',
    url: 'https://arxiv.org/abs/2106.12611',
  },
  statement: {
    text: 'For wide random networks of constant depth |f|/‖∇f‖ tends in law to a half-normal variable times √(V_L/Π_L), which depends on the activation and the depth alone; for relu it is 1 at every depth.',
    formula: '|f|/‖∇f‖ → |N(0, 1)| √(V_L/Π_L)',
  },
  symbols: { L: 'depth', m: 'width', d: 'inputs', '√(V_L/Π_L)': 'depthUnit' },
  shows: {
    can: 'medians for relu and tanh at one and four hidden layers of width 1024, and the tail at three units',
    cannot: 'depths that grow with d',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'wide', says: 'every layer is wide', holds: ({ neck }) => neck >= 256 }],
  cells: cases.map(([name, L]) => cell(name, L)) as unknown as readonly [DepthCell, ...DepthCell[]],
  experiment,
  predictions: [
    median('relu', 1, 0.15),
    ...cases.slice(1).map(([name, L]) => median(name, L, 0.15)),
    {
      ...{
        kind: 'probability',
        id: 'tail',
        budget: 'quick',
        weight: 0.2,
        target: farTarget,
        margin: 0.03,
        side: 'atMost',
      },
      says: 'tanh, 4 hidden layers: distances above three units are rare',
      cells: ['tanh/4'],
      needs: ['wide'],
      marginReason: 'the half-normal law has 0.0027 there; the margin is the departure worth reporting',
      cap: probabilityCap({
        target: farTarget,
        margin: 0.03,
        truth: 0.005,
        block: 20,
        side: 'atMost',
        alpha: levelOf(claimWeight, 0.2),
      }),
      of: ({ far }) => far,
    },
  ],
  controls: [
    {
      ...{ id: 'bottleneck', breaks: 'wide', predicts: 'tail', value: 0.17, weight: 0.2, cap: 4000 },
      says: 'one unit in the middle: f depends on |x| along one direction, and distances have a heavy tail',
      alter: (cell) => ({ ...cell, neck: 1 }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'depth',
      title: '|f|/‖∇f‖ in units of √(V_L/Π_L)',
      caption: 'Medians with their intervals; every dot is one network. The line is 0.6745.',
      ...{ of: 'distance', label: 'distance', size: 'L', scales: ['linear', 'linear'] },
      predictions: cases.map(([name, L]) => `median/${name}/${L}`),
      theory: { label: '0.6745', at: () => 0.6745 },
    }),
  ],
}
