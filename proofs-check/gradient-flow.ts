import { dot, lengthOf } from '../src/array/index.ts'
import { gaussianMatrix, normal, type Stream } from '../src/random/index.ts'
import { levelOf, probabilityCap } from './caps.ts'
import type { Cell, Claim } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { normalMedianCap } from './normal-caps.ts'

/*
 * Gradient descent finds adversarial points of shrinking ReLU networks.
 *
 * Daniely & Schacham, "Most ReLU networks suffer from ℓ² adversarial perturbations" (NeurIPS 2020, arXiv:2010.14927): for random ReLU networks whose
 * widths decrease, gradient flow from x reaches another sign at distance O(‖x‖/√d). A reading with constants measured here: small steps of
 * 0.1 f/‖∇f‖² succeed almost always, the distance times √d/‖x‖ is of order one, and the path is nearly straight.
 *
 * Networks have 128 inputs, hidden layers of 64 and 16, and weights N(0, 2/fan-in). With a last layer of one unit f is a
 * multiple of one relu and has one sign only: the control.
 */

interface FlowCell extends Cell {
  readonly inputs: number
  readonly widths: readonly number[]
}

type FlowMeasurement = Readonly<Record<'succeeds' | 'distance' | 'detour', number>>

const claimWeight = 1 / 64
const steps = 120

const cell: FlowCell = {
  ...{ id: 'shrinking', label: '128, 64, 16', sizes: { d: 128 }, block: 20, inputs: 128, widths: [64, 16] },
}

function experiment({ inputs: d, widths }: FlowCell, source: Stream): FlowMeasurement {
  const sizes = [d, ...widths]
  const layers = widths.map((m, l) => {
    const n = sizes[l]!
    return {
      m,
      n,
      w: gaussianMatrix(source.child('layer', l), m, n, { variance: 2 / n }).data as Float64Array,
    }
  })
  const last = sizes.at(-1)!
  const a = normal(source.child('output'), last).map((z) => z / Math.sqrt(last))
  const evaluate = (x: Float64Array): { readonly f: number; readonly gradient: Float64Array } => {
    let h = x
    const active: Float64Array[] = []
    for (const { m, n, w } of layers) {
      h = Float64Array.from({ length: m }, (_, j) => Math.max(0, dot(w.subarray(j * n, (j + 1) * n), h)))
      active.push(h)
    }
    const f = dot(a, h)
    let back: Float64Array = a
    for (let l = layers.length - 1; l >= 0; l--) {
      const { m, n, w } = layers[l]!
      const next = new Float64Array(n)
      for (let j = 0; j < m; j++)
        if (active[l]![j]! > 0) for (let i = 0; i < n; i++) next[i]! += back[j]! * w[j * n + i]!
      back = next
    }
    return { f, gradient: back }
  }
  const start = new Float64Array(d).fill(1)
  let x = start
  let path = 0
  const first = evaluate(x)
  // Steps of a tenth of the first order's answer.
  const rate = (0.1 * Math.abs(first.f)) / dot(first.gradient, first.gradient)
  for (let step = 0; step < steps; step++) {
    const { f, gradient } = evaluate(x)
    const distance = lengthOf(x.map((v, i) => v - start[i]!))
    if (f * first.f < 0) return { succeeds: 1, distance, detour: path / distance - 1 }
    const s = -Math.sign(first.f) * rate
    x = x.map((v, i) => v + s * gradient[i]!)
    path += Math.abs(s) * lengthOf(gradient)
  }
  return { succeeds: 0, distance: Infinity, detour: Infinity }
}

export const gradientFlow: Claim<FlowCell, FlowMeasurement> = {
  id: 'gradient-flow',
  title:
    'Small gradient steps flip shrinking random ReLU networks, nearly straight and at distance of order ‖x‖/√d',
  source: {
    kind: 'reading',
    where: 'Daniely & Schacham 2020, with constants measured',
    url: 'https://arxiv.org/abs/2010.14927',
  },
  statement: {
    text: 'For random ReLU networks of decreasing widths, gradient descent with small steps reaches another sign with probability near 1, at distance O(‖x‖/√d), along a nearly straight path.',
    formula: 'P(flip) → 1,  distance·√d/‖x‖ = O(1)',
  },
  symbols: { d: 'inputs', widths: 'widths' },
  shows: {
    can: 'success, distance and straightness for widths 128, 64, 16',
    cannot: 'the theorem’s conditions on widths, which are asymptotic',
  },
  weight: claimWeight,
  expected: 'supported',
  hypotheses: [
    {
      id: 'wide',
      says: 'no layer is a bottleneck of fewer than 8 units',
      holds: ({ widths }) => Math.min(...widths) >= 8,
    },
    {
      id: 'shrinking',
      says: 'every layer is narrower than the one before',
      holds: ({ inputs, widths }) => widths.every((m, l) => m < (l === 0 ? inputs : widths[l - 1]!)),
    },
  ],
  cells: [cell],
  experiment,
  predictions: [
    {
      ...{
        kind: 'probability',
        id: 'succeeds',
        budget: 'quick',
        weight: 0.3,
        target: 1,
        margin: 0.12,
        side: 'atLeast',
      },
      says: 'small steps change the sign',
      cells: ['shrinking'],
      marginReason:
        'a last layer of 16 units fails in up to 4% of networks; the rest is the departure worth reporting',
      cap: probabilityCap({
        target: 1,
        margin: 0.12,
        truth: 0.96,
        block: 20,
        side: 'atLeast',
        alpha: levelOf(claimWeight, 0.3),
      }),
      of: ({ succeeds }) => succeeds,
    },
    {
      ...{
        kind: 'quantile',
        id: 'distance',
        budget: 'quick',
        weight: 0.2,
        target: 0.85,
        margin: 0.25,
        level: 0.5,
      },
      says: 'median distance, in units of ‖x‖/√d',
      cells: ['shrinking'],
      marginReason:
        'the first order gives 0.67, kinks lengthen it by up to a third at these widths; the rest is the departure worth reporting',
      cap: normalMedianCap({
        deviation: 0.7,
        bias: 0.1,
        margin: 0.25,
        alpha: levelOf(claimWeight, 0.2),
        block: 20,
      }),
      of: ({ distance }) => distance,
    },
    {
      ...{
        kind: 'quantile',
        id: 'straight',
        budget: 'quick',
        weight: 0.2,
        target: 0,
        margin: 0.1,
        level: 0.5,
        side: 'atMost',
      },
      says: 'the path is at most a tenth longer than the distance, in the median',
      cells: ['shrinking'],
      marginReason: 'measured detours are of 0.01; the margin is the departure worth reporting',
      cap: normalMedianCap({
        deviation: 0.1,
        bias: 0.02,
        margin: 0.1,
        alpha: levelOf(claimWeight, 0.2),
        block: 20,
      }),
      of: ({ detour }) => detour,
    },
  ],
  controls: [
    {
      ...{ id: 'bottleneck', breaks: 'wide', predicts: 'succeeds', value: 0, weight: 0.3, cap: 2000 },
      says: 'a last layer of one unit: f has one sign only',
      alter: (cell) => ({ ...cell, widths: [64, 1] }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'flow-distance',
      title: 'Distance at which small steps change the sign',
      caption: 'In units of ‖x‖/√d. Every dot is one network.',
      ...{ of: 'distance', label: 'distance', size: 'd', predictions: ['distance'] },
    }),
  ],
}
