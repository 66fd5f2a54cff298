import { cosTurns, sinTurns } from '../src/math/index.ts'
import { normal, type Stream } from '../src/random/index.ts'
import { arcCosine } from '../src/spectra/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim, ProbabilityPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * Very deep random networks have no boundary to speak of.
 *
 * Bartlett, Bubeck & Cherapanamjeri (arXiv:2106.12611): the depth must not grow too fast with d. The mechanism, derived here for relu networks
 * of infinite width without biases: f on the circle is a Gaussian process with kernel κ₁∘…∘κ₁(cos θ), L times, which tends to a
 * constant, so that
 *
 *     P(f changes its sign on the circle) = 0.61, 0.47, 0.22, 0.080 at L = 5, 10, 40, 160,
 *
 * although the mean number of zeros is 2 at every depth: rare networks have many. Beyond angles of about 3π/L the kernel is flat,
 * 1 - 9π²/(2L²): f is a constant plus 3π/(√2 L) times something close to white noise of order L values, whose range is of order
 * √(log L), and so P is of order √(log L)/L. L P is 8.8, 12.7, 14.4, 17.2 and 19.7 at L = 40, 160, 320, 1280 and 5120: no limit of L P.
 * Probabilities are those of an independent simulation by numpy. A trial draws the process at 512 angles by its Fourier series. Linear
 * layers in place of relu always change the sign: the control.
 */

interface CircleCell extends Cell {
  readonly depth: number
  readonly layers: 'relu' | 'linear'
}

type CircleMeasurement = Readonly<Record<'changes' | 'zeros', number>>

const claimWeight = 1 / 64
const angles = 512
/** Those above carry less than 10⁻⁵ of the variance, 0.6% of what varies at L = 160: P falls by 0.001 there. */
const frequencies = 128

/** The deviations of the Fourier coefficients of the process. */
function deviations({ depth, layers }: CircleCell): Float64Array {
  const kernel = Float64Array.from({ length: angles }, (_, i) => {
    let rho = cosTurns(i / angles)
    if (layers === 'relu') for (let l = 0; l < depth; l++) rho = arcCosine(rho)[1]
    return rho
  })
  return Float64Array.from({ length: frequencies }, (_, k) => {
    let sum = 0
    for (let i = 0; i < angles; i++) sum += kernel[i]! * cosTurns(((k * i) % angles) / angles)
    // A cosine and a sine for every frequency above 0.
    return Math.sqrt(Math.max(0, ((k === 0 ? 1 : 2) * sum) / angles))
  })
}

const known = new Map<string, Float64Array>()

function experiment(cell: CircleCell, source: Stream): CircleMeasurement {
  const key = `${cell.layers}/${cell.depth}`
  const scale = known.get(key) ?? deviations(cell)
  known.set(key, scale)
  const z = normal(source, 2 * frequencies)
  const values = new Float64Array(angles)
  for (let k = 0; k < frequencies; k++) {
    const [a, b] = [scale[k]! * z[2 * k]!, k === 0 ? 0 : scale[k]! * z[2 * k + 1]!]
    for (let i = 0, turn = 0; i < angles; i++) {
      values[i]! += a * cosines[turn]! + b * sines[turn]!
      turn += k
      if (turn >= angles) turn -= angles
    }
  }
  let zeros = 0
  for (let i = 0; i < angles; i++) if (values[i]! * values[(i + 1) % angles]! < 0) zeros++
  return { changes: zeros > 0 ? 1 : 0, zeros }
}

const cosines = Float64Array.from({ length: angles }, (_, i) => cosTurns(i / angles))
const sines = Float64Array.from({ length: angles }, (_, i) => sinTurns(i / angles))

type Depth = 5 | 10 | 40 | 160

/** By numpy (test/proofs-check/golden/as-printed.py, 200,000 networks at 2048 angles), rounded: errors below 0.0015. */
export const circleShares: Readonly<Record<Depth, number>> = { 5: 0.61, 10: 0.47, 40: 0.22, 160: 0.08 }

function cell(depth: number): CircleCell {
  return {
    id: `L=${depth}`,
    label: `${depth} layers`,
    sizes: { L: depth },
    block: 100,
    depth,
    layers: 'relu',
  }
}

function share(
  depth: Depth,
  margin: number,
  weight: number,
): ProbabilityPrediction<CircleCell, CircleMeasurement> {
  const target = circleShares[depth]
  return {
    ...{
      kind: 'probability',
      id: `changes/${depth}`,
      budget: 'quick',
      weight,
      target,
      margin,
      cells: [`L=${depth}`],
    },
    says: `${depth} layers: probability that the sign changes on the circle`,
    needs: ['relu'],
    marginReason:
      'the target is known to 0.0015, and 512 angles miss pairs of zeros closer than a degree, 0.003 at most; the rest is the departure worth reporting',
    cap: probabilityCap({
      target,
      margin,
      truth: target - 0.003,
      alpha: levelOf(claimWeight, weight),
      block: 100,
    }),
    of: ({ changes }) => changes,
  }
}

export const depthLimit: Claim<CircleCell, CircleMeasurement> = {
  id: 'depth-limit',
  title:
    'The sign of a deep random relu network changes on a circle with probability of order √(log L)/L only',
  source: {
    kind: 'derived',
    where: 'the mechanism of the restriction on depth in Bartlett, Bubeck & Cherapanamjeri 2021',
    url: 'https://arxiv.org/abs/2106.12611',
  },
  statement: {
    text: 'A relu network of infinite width and L layers without biases is a Gaussian process on the circle whose sign changes with a probability of order √(log L)/L: 0.08 at L = 160.',
    formula: 'P(some sign change) = O(√(log L)/L)',
  },
  symbols: { L: 'depth', κ: 'arcCosine' },
  shows: {
    can: 'the probability at L = 5, 10, 40 and 160, on one circle, in the limit of infinite width',
    cannot: 'the rate as L grows, networks whose width is not far above dL, or the whole sphere',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [{ id: 'relu', says: 'relu layers', holds: ({ layers }) => layers === 'relu' }],
  cells: [cell(5), cell(10), cell(40), cell(160)],
  experiment,
  predictions: [share(5, 0.05, 0.2), share(10, 0.05, 0.2), share(40, 0.04, 0.2), share(160, 0.02, 0.2)],
  controls: [
    {
      ...{ id: 'linear', breaks: 'relu', predicts: 'changes/40', value: 1, weight: 0.2, cap: 2000 },
      says: 'linear layers: the sign changes across every circle',
      alter: (cell) => ({ ...cell, layers: 'linear' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'circle-changes',
      title: 'Probability that the sign changes on a circle',
      caption: 'Estimates with their intervals; the line is the independent simulation.',
      ...{
        of: 'changes',
        label: 'probability',
        size: 'L',
        predictions: ['changes/5', 'changes/10', 'changes/40', 'changes/160'],
      },
      theory: { label: 'numpy', at: (L) => circleShares[L as Depth] },
    }),
  ],
}
