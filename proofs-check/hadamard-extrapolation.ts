import { dot } from '../src/array/index.ts'
import { log } from '../src/math/index.ts'
import { normal, rademacher, sphere, type Stream } from '../src/random/index.ts'
import type { Cell, Claim, EveryPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * Products of layers extrapolate along rays as polynomials, layers alone as lines.
 *
 * Wu, Zhu, Liu, Chrysos & Cevher, "Extrapolation and spectral bias of neural nets with Hadamard product"
 * (NeurIPS 2022, arXiv:2209.07736): networks whose layers multiply each other extrapolate to functions more
 * complicated than the linear ones of standard ReLU networks.
 *
 *     f(x) = Σ_j a_j Π_k σ(⟨w_kj, x⟩ + b_kj)/√m     σ = relu
 *     N     degree: the number of factors              m     width
 *     v     direction, x = tv                          s     twice the last t at which a unit changes its state
 *
 * What is judged is derived, and exact: beyond its last kink each factor is affine in t, so that f(tv) is a polynomial
 * of degree N. Its difference of order N + 1 vanishes, and the difference of order N does not (its leading coefficient
 * is 0 only where no unit stays active in all factors, with probability (1 - 2^(-N))^m).
 *
 * A run shows this for random networks with one hidden layer. It says nothing of what training makes of it.
 */

interface RayCell extends Cell {
  readonly inputs: number
  readonly width: number
  readonly degree: number
  /** Differences of this order vanish: one above the degree claimed. */
  readonly order: number
  /** Where the ray is sampled: beyond the last kink, or around it. */
  readonly from: 'beyond' | 'inside'
}

type RayMeasurement = Readonly<Record<'vanishing' | 'leading', number>>

interface Unit {
  readonly slope: number
  readonly bias: number
}

/** t ↦ f(tv), and the last t at which a unit changes its state. */
function ray(
  { inputs, width, degree }: RayCell,
  source: Stream,
): { at(t: number): number; lastKink: number } {
  const v = sphere(source.child('direction'), inputs, Math.sqrt(inputs))
  const output = rademacher(source.child('output'), width)
  const factors = Array.from({ length: degree }, (_, k): Unit[] => {
    const weights = normal(source.child(`weights ${k}`), width * inputs)
    const biases = normal(source.child(`biases ${k}`), width)
    return Array.from(biases, (bias, j) => {
      const slope = dot(weights.subarray(j * inputs, (j + 1) * inputs), v) / Math.sqrt(inputs)
      return { slope, bias }
    })
  })
  const kinks = factors.flat().map(({ slope, bias }) => (slope === 0 ? 0 : -bias / slope))
  const at = (t: number): number => {
    let total = 0
    for (let j = 0; j < width; j++)
      total += factors.reduce((product, units) => {
        const { slope, bias } = units[j]!
        return product * Math.max(0, slope * t + bias)
      }, output[j]!)
    return total / Math.sqrt(width)
  }
  return { at, lastKink: Math.max(1, ...kinks) }
}

/** The difference of order n of equally spaced values, over the sum of the absolute values of its terms. */
export function relativeDifference(values: readonly number[]): number {
  let [total, size, binomial] = [0, 0, 1]
  const order = values.length - 1
  values.forEach((value, i) => {
    total += (i % 2 === 0 ? 1 : -1) * binomial * value
    size += Math.abs(binomial * value)
    binomial = (binomial * (order - i)) / (i + 1)
  })
  return size === 0 ? 0 : Math.abs(total) / size
}

function experiment(cell: RayCell, source: Stream): RayMeasurement {
  const { at, lastKink } = ray(cell, source)
  const { order, from } = cell
  const [start, step] = from === 'beyond' ? [2 * lastKink, lastKink] : [-3, 6 / order]
  const differences = (n: number): number =>
    relativeDifference(Array.from({ length: n + 1 }, (_, i) => at(start + i * step)))
  return { vanishing: differences(order), leading: differences(order - 1) }
}

function cell(degree: number): RayCell {
  return {
    ...{ id: `N=${degree}`, label: `${degree} factors`, sizes: { N: degree, m: 256, d: 8 }, block: 100 },
    ...{ inputs: 8, width: 256, degree, order: degree + 1, from: 'beyond' },
  }
}

/** Rounding: each of the values is a sum of 256 products of up to three factors, in units of their largest sum. */
const margin = 1e-12

function polynomial(degree: number, weight: number): EveryPrediction<RayCell, RayMeasurement> {
  return {
    ...{
      kind: 'every',
      id: `polynomial-${degree}`,
      budget: 'quick',
      weight,
      cells: [`N=${degree}`],
      cap: 1000,
    },
    needs: ['degree', 'beyond'],
    says: `${degree === 1 ? 'a standard network' : `${degree} factors`}: the difference of order ${degree + 1} along a ray vanishes`,
    margin,
    marginReason:
      'values are sums of 256 terms that may cancel to a thirtieth: 256·u·30 = 9e-13 relative to the terms of the difference',
    of: ({ vanishing }) => vanishing,
  }
}

export const hadamardExtrapolation: Claim<RayCell, RayMeasurement> = {
  id: 'hadamard-extrapolation',
  title: 'Along a ray a ReLU network ends as a line, a product of N layers as a polynomial of degree N',
  source: {
    kind: 'derived',
    where: 'exact form of the extrapolation described by Wu, Zhu, Liu, Chrysos & Cevher 2022',
    url: 'https://arxiv.org/abs/2209.07736',
  },
  statement: {
    text: 'Beyond its last kink, the Hadamard product of N ReLU layers is a polynomial of degree N along a ray: its difference of order N + 1 vanishes and that of order N does not. A standard network is the case N = 1.',
    formula: 'Δ^(N+1) f(tv) = 0,  Δ^N f(tv) ≠ 0  for t beyond the last kink',
  },
  symbols: { N: 'degree', m: 'width', d: 'inputs', v: 'direction' },
  shows: {
    can: 'that random networks with 1, 2 and 3 factors are polynomials of exactly that degree along rays',
    cannot: 'how training uses the freedom, or how the spectrum of the kernel decays',
  },
  weight: 1 / 64,
  expected: 'supported',
  hypotheses: [
    {
      id: 'degree',
      says: 'as many factors as the degree claimed',
      holds: ({ degree, order }) => order === degree + 1,
    },
    { id: 'beyond', says: 'beyond the last kink', holds: ({ from }) => from === 'beyond' },
  ],
  cells: [cell(1), cell(2), cell(3)],
  experiment,
  predictions: [
    polynomial(1, 0.2),
    polynomial(2, 0.2),
    polynomial(3, 0.2),
    {
      ...{ kind: 'every', id: 'leading', budget: 'quick', weight: 0.2, cells: ['N=2', 'N=3'], cap: 1000 },
      needs: ['degree', 'beyond'],
      says: 'the difference of order N does not vanish',
      margin: 6,
      marginReason:
        'minus the decimal logarithm of the difference relative to its terms, typically 1 or 2; it exceeds 6 when the leading coefficient cancels to 10^(-5), about once in 10^5 networks',
      of: ({ leading }) => -log(leading) / log(10),
    },
  ],
  controls: [
    {
      ...{ id: 'degree-two', breaks: 'degree', predicts: 'polynomial-1', value: 0.01, weight: 0.1, cap: 200 },
      says: 'two factors in place of one: the second difference stays',
      alter: (cell) => ({ ...cell, degree: 2 }),
    },
    {
      ...{ id: 'inside', breaks: 'beyond', predicts: 'polynomial-1', value: 0.01, weight: 0.1, cap: 200 },
      says: 'between the kinks a network is no line',
      alter: (cell) => ({ ...cell, from: 'inside' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'ray-differences',
      title: 'Difference of order N along a ray, beyond the last kink',
      caption:
        'Relative to the sum of its terms; that of order N + 1 is zero to rounding. Every dot is one network.',
      ...{
        of: 'leading',
        label: 'difference of order N',
        size: 'N',
        scales: ['linear', 'log'],
        predictions: [],
      },
    }),
  ],
}
