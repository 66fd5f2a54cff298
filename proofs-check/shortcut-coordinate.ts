import { tensor, type Tensor } from '../src/array/index.ts'
import { mlp, forward, train, type Parameters } from '../src/nets/index.ts'
import { uniform, type Stream } from '../src/random/index.ts'
import type { Cell, Claim, EveryPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'

/*
 * A narrow network that is accurate through a small coordinate is unstable.
 *
 * Bastounis, Hansen & Vlačić, "The mathematics of adversarial attacks in AI" (arXiv:2109.06098): networks of a fixed
 * architecture are inaccurate or unstable, although stable and accurate ones of another size exist. The constants of
 * their theorem are astronomical; what is judged is a toy with its mechanism, derived here.
 *
 *     (t_j, εb_j)    M points, t_j = j/M, with alternating labels b_j = ±1       N    width
 *
 * Without its second coordinate a point is classified by a function of t that is piecewise linear with at most N kinks and
 * so changes its sign at most N + 1 times, where the labels do so M - 1 times: taking the second coordinate away, a
 * perturbation of length ε, misclassifies at least ⌈(M - 1 - (N + 1))/2⌉ points, for every network of that width, however
 * it was trained. A network of width M that looks at t alone makes no error: it exists, and training does not find it.
 *
 * A run shows the bound on trained networks and the constructed counterpart.
 */

interface ShortcutCell extends Cell {
  readonly width: number
  /** Trained on both coordinates, or constructed to interpolate in t. */
  readonly network: 'trained' | 'constructed'
}

type ShortcutMeasurement = Readonly<Record<'accuracy' | 'errors' | 'deficit', number>>

const [points, epsilon] = [32, 0.1]
const [bandWidths, standardWidths] = [[8, 12], [16]] as const

/** The least number of points that a network of this width misclassifies without the second coordinate. */
export function leastErrors(width: number): number {
  return Math.ceil((points - 1 - (width + 1)) / 2)
}

function labelOf(j: number): 1 | -1 {
  return j % 2 === 0 ? 1 : -1
}

/** The points with the second coordinate times `shortcut`. */
function inputs(shortcut: number): Tensor {
  const data = Array.from({ length: points }, (_, j) => [j / points, shortcut * epsilon * labelOf(j)])
  return tensor(Float64Array.from(data.flat()), [points, 2])
}

/** The piecewise linear function of t through all labels: a kink at every point, nothing of the second coordinate. */
function interpolating(): Parameters {
  const [first, bias, second] = [
    new Float64Array(2 * points),
    new Float64Array(points),
    new Float64Array(points),
  ]
  for (let j = 0; j < points; j++) {
    first[2 * j] = points
    bias[j] = -j
    // Slopes alternate between -2 and 2 from point to point, starting at -2.
    second[j] = j === 0 ? -2 : 4 * -labelOf(j)
  }
  return {
    'fc1.weight': tensor(first, [points, 2]),
    'fc1.bias': tensor(bias),
    'fc2.weight': tensor(second, [1, points]),
    'fc2.bias': tensor([1]),
  }
}

async function experiment({ width, network }: ShortcutCell, source: Stream): Promise<ShortcutMeasurement> {
  const architecture = mlp({ input: 2, widths: [network === 'trained' ? width : points], outputs: 1 })
  const labels = tensor(
    Float64Array.from({ length: points }, (_, j) => labelOf(j)),
    [points, 1],
  )
  const seed = Math.floor(uniform(source, 1)[0]! * 2147483648)
  const parameters =
    network === 'constructed'
      ? interpolating()
      : (
          await train({
            ...{
              architecture,
              data: { inputs: inputs(1), labels },
              loss: 'logistic',
              seed,
              batchSize: points,
            },
            ...{ optimiser: { kind: 'adam' }, schedule: { kind: 'constant', rate: 0.05 }, epochs: 300 },
          })
        ).parameters
  const wrong = (x: Tensor): number => {
    const y = forward(architecture, parameters, x).data
    let count = 0
    for (let j = 0; j < points; j++) if (!(y[j]! * labelOf(j) > 0)) count++
    return count
  }
  const errors = wrong(inputs(0))
  return { accuracy: 1 - wrong(inputs(1)) / points, errors, deficit: leastErrors(width) - errors }
}

function cell(width: number): ShortcutCell {
  return {
    id: `N=${width}`,
    label: `width ${width}`,
    sizes: { N: width, M: points },
    block: 10,
    width,
    network: 'trained',
  }
}

function unstable(
  id: string,
  widths: readonly [number, ...number[]],
  budget: 'quick' | 'standard',
  weight: number,
  cap: number,
): EveryPrediction<ShortcutCell, ShortcutMeasurement> {
  return {
    ...{ kind: 'every', id, budget, weight, cap, margin: 0.5 },
    says: `widths ${widths.join(', ')}: at least ⌈(M - N - 2)/2⌉ errors without the second coordinate`,
    cells: widths.map((width) => `N=${width}`) as [string, ...string[]],
    needs: ['narrow', 'accurate'],
    marginReason: 'errors are counted; half of one separates numbers',
    of: ({ deficit }) => deficit,
  }
}

export const shortcutCoordinate: Claim<ShortcutCell, ShortcutMeasurement> = {
  id: 'shortcut-coordinate',
  title: 'A narrow network that is accurate through a coordinate of size ε is flipped by changes of size ε',
  source: {
    kind: 'derived',
    where:
      'a toy of the mechanism in Bastounis, Hansen & Vlačić, The mathematics of adversarial attacks in AI',
    url: 'https://arxiv.org/abs/2109.06098',
  },
  statement: {
    text: 'Points on a line with alternating labels, which a second coordinate of size ε tells: every ReLU network with N < M - 2 hidden units that is right on all of them is wrong on at least ⌈(M - N - 2)/2⌉ when that coordinate is taken away. A network of width M that is right and stable exists.',
    formula: 'errors(x₂ = 0) ≥ ⌈(M - 1 - (N + 1))/2⌉',
  },
  symbols: { N: 'width', M: 'points', ε: 'epsilon' },
  shows: {
    can: 'the bound for trained networks of width 8 to 16 on 32 points, and that a constructed one of width 32 makes no error',
    cannot: 'the theorem, whose constants no experiment reaches',
  },
  weight: 1 / 64,
  expected: 'supported',
  hypotheses: [
    { id: 'narrow', says: 'a network of N units', holds: ({ network }) => network === 'trained' },
    { id: 'accurate', says: 'right on all points as they are', holds: (_, { accuracy }) => accuracy === 1 },
  ],
  cells: [...bandWidths, ...standardWidths].map(cell) as [ShortcutCell, ...ShortcutCell[]],
  experiment,
  predictions: [
    unstable('errors', bandWidths, 'quick', 0.5, 60),
    unstable('errors-wide', standardWidths, 'standard', 0.3, 200),
  ],
  controls: [
    {
      ...{
        id: 'constructed',
        breaks: 'narrow',
        predicts: 'errors',
        value: leastErrors(8),
        weight: 0.2,
        cap: 20,
      },
      says: 'a constructed network of width M that looks at t alone: right everywhere, with and without the coordinate',
      alter: (cell) => ({ ...cell, network: 'constructed' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'shortcut-errors',
      title: 'Errors among 32 points without the second coordinate',
      caption:
        'Every dot is one trained network. Trained ones end near half of all points, whatever their width.',
      ...{ of: 'errors', label: 'errors', size: 'N', predictions: [] },
      theory: { label: 'least number by the bound', at: leastErrors },
    }),
  ],
}
