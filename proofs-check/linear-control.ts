import { tensor, valueTolerance } from '../src/array/index.ts'
import { singleGradientStep } from '../src/attacks/index.ts'
import { cos, pi, sin } from '../src/math/index.ts'
import { dot } from '../src/ops/index.ts'
import { normal, type Stream } from '../src/random/index.ts'
import { levelOf, slopeCap } from './caps.ts'
import type { Cell, Claim, SlopePrediction } from './claim.ts'
import type { FigureRecord } from './figure.ts'
import { scalingFigure } from './figures.ts'

/*
 * The distance to the boundary of a linear function.
 *
 * For f(x) = ⟨w, x⟩ the nearest point with f = 0 is x - f(x) w/‖w‖², at distance |⟨w, x⟩|/‖w‖ from x
 * (Cauchy-Schwarz). For w ~ N(0, I/d) and ‖x‖ = √d the distance is about |N(0, 1)|, so that relative to ‖x‖
 * it falls like d^(-1/2): the mechanism that Bartlett, Bubeck & Cherapanamjeri (arXiv:2106.12611) name for
 * random networks, ‖∇f‖‖x‖ ≫ |f|, in its simplest case.
 *
 *     w     weights, w ~ N(0, I/d)            d     inputs
 *     x     ones, ‖x‖ = √d                    f(x)  value
 *
 * A run can show that the attack finds the exact distance up to rounding, on every instance tried, and that
 * the measured exponent is -1/2: it checks the instruments with which the other claims are measured. It says
 * nothing about networks.
 */

interface LinearCell extends Cell {
  readonly inputs: number
  /** How w is drawn: independent N(0, 1/d) entries, or their absolute values. */
  readonly weights: 'centred' | 'positive'
  /** The norm of w in the formula for the distance: 2, or the corrupted 1. */
  readonly norm: 1 | 2
}

type LinearMeasurement = Readonly<Record<'value' | 'distance' | 'found' | 'error', number>>

function cell(inputs: number, block: number): LinearCell {
  const declared = { weights: 'centred', norm: 2 } as const
  return { id: `d=${inputs}`, label: `d = ${inputs}`, sizes: { d: inputs }, block, inputs, ...declared }
}

function weightsOf({ inputs, weights }: LinearCell, source: Stream): Float64Array {
  return normal(source, inputs).map((z) => (weights === 'centred' ? z : Math.abs(z)) / Math.sqrt(inputs))
}

async function experiment(cell: LinearCell, source: Stream): Promise<LinearMeasurement> {
  const { inputs, norm } = cell
  const drawn = weightsOf(cell, source)
  const w = tensor(drawn)
  const x = tensor(new Float64Array(inputs).fill(1))
  const attack = await singleGradientStep((x) => dot(w, x), x)
  let [value, squares, sizes] = [0, 0, 0]
  for (const wi of drawn) {
    value += wi
    squares += wi * wi
    sizes += Math.abs(wi)
  }
  const distance = Math.abs(value) / (norm === 2 ? Math.sqrt(squares) : sizes)
  const found = attack.found ? attack.norm : attack.status === 'unresolved' ? NaN : Infinity
  const allowed = Math.max(1e-12 * distance, valueTolerance(inputs) * (Math.sqrt(inputs) + distance))
  const relative = (length: number): number => length / Math.sqrt(inputs)
  return {
    value,
    distance: relative(distance),
    found: relative(found),
    error: Math.abs(found - distance) / allowed,
  }
}

/** In the plane: x, the line f = 0, the nearest point on it, and the circle around x with the formula's radius. */
function picture(cell: LinearCell, source: Stream): FigureRecord | undefined {
  if (cell.inputs !== 2) return undefined
  const [a, b] = weightsOf(cell, source) as unknown as readonly [number, number]
  const value = a + b
  const squares = a * a + b * b
  const radius = Math.abs(value) / (cell.norm === 2 ? Math.sqrt(squares) : Math.abs(a) + Math.abs(b))
  const nearest = { x: 1 - (value * a) / squares, y: 1 - (value * b) / squares }
  const along = (t: number) => ({ x: nearest.x - t * b, y: nearest.y + t * a })
  const reach = 2 / Math.sqrt(squares)
  const turn = (k: number) => ({ x: 1 + radius * cos((k * pi) / 60), y: 1 + radius * sin((k * pi) / 60) })
  const series = (label: string, role: 'claim' | 'control', point: { x: number; y: number }) => {
    return { label, role, points: [point], replicates: [] }
  }
  return {
    ...{ id: 'linear-plane', title: 'The nearest point of the line f = 0', bands: [] },
    caption: 'The circle has the radius that the formula gives: it touches the line where the formula holds.',
    x: { label: 'first input', scale: 'linear' },
    y: { label: 'second input', scale: 'linear' },
    series: [series('x', 'control', { x: 1, y: 1 }), series('nearest point', 'claim', nearest)],
    lines: [
      { label: 'f = 0', points: [along(-reach), along(reach)] },
      { label: 'the distance by the formula', points: Array.from({ length: 121 }, (_, k) => turn(k)) },
    ],
  }
}

const slope = {
  kind: 'slope',
  target: -0.5,
  level: 0.8,
  weight: 0.3,
  family: 'exponent',
  cells: ['d=64', 'd=512', 'd=4096'],
  of: ({ found }: LinearMeasurement) => found,
} as const satisfies Partial<SlopePrediction<LinearCell, LinearMeasurement>>

/** Enough trials for a slope with this margin. */
function capFor(margin: number): number {
  const alpha = levelOf(1 / 64, slope.weight)
  return slopeCap({
    sizes: [64, 512, 4096],
    blocks: [250, 10, 250],
    level: slope.level,
    margin,
    bias: 0.0013,
    alpha,
  })
}

const slopeReason =
  '|⟨w, x⟩|/(‖w‖‖x‖) is the root of a Beta(1/2, (d-1)/2) variable: its 0.8-quantile times √d is 1.2816(1 + 0.34/d), a bias of 0.0013 in the exponent; the rest is the departure worth reporting'

export const linearControl: Claim<LinearCell, LinearMeasurement> = {
  id: 'linear-control',
  title: 'The distance to the boundary of a linear function is |⟨w, x⟩|/‖w‖, of relative order d^(-1/2)',
  source: {
    kind: 'derived',
    where: 'Cauchy-Schwarz; the linear case of the mechanism in Bartlett, Bubeck & Cherapanamjeri 2021',
    url: 'https://arxiv.org/abs/2106.12611',
  },
  statement: {
    text: 'For w ~ N(0, I/d) and ‖x‖ = √d, the nearest point where ⟨w, x⟩ = 0 lies at distance |⟨w, x⟩|/‖w‖, the gradient step finds it, and relative to ‖x‖ it falls like d^(-1/2).',
    formula: 'min{‖δ‖ : ⟨w, x + δ⟩ = 0} = |⟨w, x⟩| / ‖w‖',
  },
  symbols: { d: 'inputs', w: 'weights', x: 'the vector of ones', 'f(x)': 'value' },
  shows: {
    can: 'that the attack returns the exact distance up to rounding on every instance tried, and that the exponent comes out as -1/2: the instruments of the other claims work',
    cannot: 'anything about networks, or about inputs that depend on w',
  },
  weight: 1 / 64,
  expected: 'supported',
  hypotheses: [
    { id: 'centred', says: 'w ~ N(0, I/d), independent of x', holds: ({ weights }) => weights === 'centred' },
    {
      id: 'formula',
      says: 'the distance is |⟨w, x⟩| over the Euclidean norm of w',
      holds: ({ norm }) => norm === 2,
    },
    {
      id: 'boundary',
      says: 'x does not lie on the boundary: f(x) ≠ 0',
      holds: (_, { value }) => value !== 0,
    },
  ],
  cells: [cell(4, 100), cell(64, 250), cell(512, 10), cell(4096, 250)],
  experiment,
  instance: (size) => cell(size, 1),
  picture,
  predictions: [
    {
      ...{
        kind: 'every',
        id: 'distance',
        says: 'the step found has length |⟨w, x⟩|/‖w‖',
        budget: 'quick',
        weight: 0.3,
      },
      cells: ['d=4', 'd=64', 'd=512', 'd=4096'],
      margin: 4,
      marginReason:
        'in units of max(1e-12·distance, 8√d·u·(‖x‖ + distance)), u = 2^(-53): the attack stops between 1 and 3 rounding bounds beyond the boundary, and one more is allowed for the sums here',
      cap: 6100,
      of: ({ error }) => error,
    },
    {
      ...slope,
      ...{
        id: 'exponent',
        says: 'relative length of the step ∝ d^(-1/2)',
        budget: 'quick',
        margin: 0.05,
        cap: capFor(0.05),
      },
      marginReason: slopeReason,
    },
    {
      ...slope,
      ...{
        id: 'exponent-sharp',
        says: 'relative length of the step ∝ d^(-1/2), sharply',
        budget: 'standard',
        margin: 0.02,
        cap: capFor(0.02),
      },
      marginReason: slopeReason,
    },
  ],
  controls: [
    {
      ...{ id: 'wrong-norm', breaks: 'formula', predicts: 'distance', value: 1e11, weight: 0.05, cap: 6100 },
      says: 'the formula divides by the sum of |w_i| in place of ‖w‖',
      alter: (cell) => ({ ...cell, norm: 1 }),
    },
    {
      ...{
        id: 'positive-weights',
        breaks: 'centred',
        predicts: 'exponent',
        value: 0,
        weight: 0.05,
        cap: 20000,
      },
      says: 'all weights are positive, w_i = |N|/√d: the relative distance stays at 0.8',
      alter: (cell) => ({ ...cell, weights: 'positive' }),
    },
  ],
  figures: (result) => [
    scalingFigure(result, {
      id: 'linear-distance',
      title: 'Relative distance to the boundary of a linear function',
      caption: 'Length of the gradient step over ‖x‖. Every dot is one draw of w.',
      of: 'found',
      label: 'relative distance',
      predictions: ['exponent', 'exponent-sharp'],
      size: 'd',
      quantile: '0.8-quantile',
      theory: (d) => 1.2815515655446004 / Math.sqrt(d),
    }),
  ],
}
