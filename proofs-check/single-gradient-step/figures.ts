import type { FigurePoint, FigureRecord, FigureSeries } from '../figure.ts'
import { point, scalingFigure } from '../figures.ts'
import type { ClaimResult, PredictionResult } from '../result.ts'
import { moments, twelve } from './cells.ts'
import { limitFlip } from './finite.ts'

type Found = Omit<ClaimResult, 'figures'>

/** The scaling of the step, and the flip fractions at each size that was judged for the twelve. */
export function stepFigures(result: Found): readonly FigureRecord[] {
  const scaling = scalingFigure(result, {
    id: 'relative-step',
    title: 'The smallest flipping step, relative to ‖x‖',
    caption:
      'Activation tanh. Every dot is one network; the estimates are 0.8-quantiles with their time-uniform intervals.',
    of: 'relativeStep',
    label: 'relative step',
    predictions: ['slope', 'slope-sharp'],
    size: 'd',
    quantile: '0.8-quantile',
    theory: (d) => (1.2815515655446004 * Math.sqrt(moments.tanh.q / moments.tanh.p)) / Math.sqrt(d),
  })
  return [
    scaling,
    ...[1024, 4096].filter((n) => result.predictions.some(at(n))).map((n) => flipFigure(result, n)),
  ]
}

/** Flips of the deferred network with d = m = n. */
const at =
  (n: number) =>
  ({ id, kind }: { id: string; kind: string }): boolean =>
    kind === 'probability' && id.endsWith(`/${n}`)

/** The twelve activations side by side, one series for each length of the step. */
function flipFigure(result: Found, n: number): FigureRecord {
  const judged = result.predictions.filter(at(n))
  const orders = [1, 2, 3]
  const series = orders.map((k): FigureSeries => {
    const own = judged.filter(({ id }) => id.startsWith(`flip${k}/`))
    return { label: `${k}σ steps`, role: 'claim', points: own.map(flipPoint), replicates: [] }
  })
  const controls = result.controls
    .filter(({ predicts }) => judged.some(({ id }) => id === predicts))
    .map((control): FigureSeries => {
      const points = [flipPoint({ ...control, id: control.predicts })]
      return { label: `control: ${control.says}`, role: 'control', points, replicates: [] }
    })
  const margin = judged[0]!.margin
  return {
    id: `flips-${n}`,
    title: `How often a step of k sigma flips the sign, d = m = ${n}`,
    caption:
      'Bars are time-uniform confidence intervals. A control stands at the activation whose prediction it must refute.',
    x: { label: 'activation', scale: 'linear', names: twelve },
    y: { label: 'flip fraction', scale: 'linear' },
    series: [...series, ...controls],
    lines: orders.map((k) => {
      const points = [-0.5, twelve.length - 0.5].map((x) => ({ x, y: limitFlip(k) }))
      return { label: 'theory: erf(k/√2)', points }
    }),
    bands: orders.map((k) => {
      const [low, high] = [limitFlip(k) - margin, Math.min(1, limitFlip(k) + margin)]
      return { label: `± ${margin}`, points: twelve.map((_, x) => ({ x, low, high })) }
    }),
  }
}

function flipPoint({
  id,
  estimate,
  interval,
}: Pick<PredictionResult, 'id' | 'estimate' | 'interval'>): FigurePoint {
  const name = id.split('/')[1]!
  return point(
    twelve.findIndex((other) => other === name),
    estimate,
    interval,
  )
}
