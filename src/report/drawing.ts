import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { FigureRecord, FigureSeries } from '../../proofs-check/index.ts'
import { pow } from '../math/index.ts'
import { drawable, planX, planY, type AxisPlan } from './axes.ts'
import { html, trusted, type Html } from './html.ts'
import { bandFills, looks } from './palette.ts'
import { shareOut, thin } from './thin.ts'

/** The most single trials that one panel shows. */
export const mostReplicates = 2000

const width = 880
const height = 440

/** Attributes that hold coordinates, as Plot writes them. */
const coordinates = /\b(transform|d|x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"/g

/** Draws a figure record as a self-contained SVG that takes its colours from the page. */
export function draw(figure: FigureRecord): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const [x, y] = [planX(figure), planY(figure)]
  const svg = Plot.plot({
    document: document as unknown as Document,
    width,
    height,
    marginLeft: 64,
    marginRight: 28,
    marginTop: 30,
    marginBottom: figure.x.names ? 74 : 46,
    className: 'plot',
    x: scaleOf(x),
    y: scaleOf(y),
    marks: [
      ...axes(figure, x, y),
      ...bands(figure),
      ...clouds(figure, x),
      ...lines(figure),
      ...estimates(figure),
    ],
  })
  // A tenth of a pixel is enough, and the last digits of a logarithm differ between engines.
  const short = (_: string, name: string, value: string): string =>
    `${name}="${value.replace(/(\.\d)\d+/g, '$1')}"`
  const drawing = svg.outerHTML.replace(coordinates, short).replaceAll('\n', ' ')
  const name = html`<svg role="img" aria-label="${figure.title}" aria-description="${figure.caption}"`
  return trusted(name.html + drawing.slice('<svg'.length))
}

function scaleOf({ type, domain, label }: AxisPlan): Plot.ScaleOptions {
  return { type, domain: [...domain], label }
}

/** Axes with their labels as text: left to a logarithmic scale, labels such as 4,096 would be dropped. */
function axes(figure: FigureRecord, x: AxisPlan, y: AxisPlan): Plot.Markish[] {
  const tickRotate = figure.x.names ? -32 : 0
  return [
    Plot.gridY(y.ticks, {}),
    Plot.axisX(x.ticks, { text: x.tickFormat, tickRotate, labelOffset: figure.x.names ? 70 : 42 }),
    Plot.axisY(y.ticks, { text: y.tickFormat, labelOffset: 52 }),
  ]
}

function bands(figure: FigureRecord): Plot.Markish[] {
  const fills = bandFills(figure)
  return figure.bands.map(({ points }, index) => {
    const shown = points.filter(
      ({ low, high }) => drawable(low, figure.y.scale) && drawable(high, figure.y.scale),
    )
    const fill = fills[index]!
    // A category has no neighbours to join up with: its region is a block of its own.
    if (figure.x.names) {
      const sides = { x1: (d: { x: number }) => d.x - 0.4, x2: (d: { x: number }) => d.x + 0.4 }
      return Plot.rect(shown, { ...sides, y1: 'low', y2: 'high', fill })
    }
    return Plot.areaY(shown, { x: 'x', y1: 'low', y2: 'high', fill })
  })
}

function clouds(figure: FigureRecord, x: AxisPlan): Plot.Markish[] {
  const palette = looks(figure)
  const visible = figure.series.map(({ replicates }) =>
    replicates.filter((point) => drawable(point.x, x.type) && drawable(point.y, figure.y.scale)),
  )
  const shares = shareOut(
    visible.map(({ length }) => length),
    mostReplicates,
  )
  return visible.map((points, index) =>
    Plot.dot(
      thin(points, shares[index]!).map((point, i) => ({ x: spread(point.x, i, x), y: point.y })),
      { x: 'x', y: 'y', r: 1.3, fill: palette[index]!.color, fillOpacity: 0.28 },
    ),
  )
}

/** Trials of one cell share their x; steps of the golden ratio lay them side by side. */
function spread(x: number, index: number, axis: AxisPlan): number {
  const shift = ((index * 0.618033988749895) % 1) - 0.5
  return axis.type === 'log' ? x * (1 + 0.12 * shift) : x + (axis.domain[1] - axis.domain[0]) * 0.02 * shift
}

function lines(figure: FigureRecord): Plot.Markish[] {
  const palette = looks(figure)
  const theory = figure.lines.map(({ points }) =>
    Plot.line(
      points.filter(({ x, y }) => drawable(x, figure.x.scale) && drawable(y, figure.y.scale)),
      { x: 'x', y: 'y', stroke: 'var(--theory)', strokeWidth: 1.6, strokeDasharray: '7 4' },
    ),
  )
  const fits = figure.series.map((series, index) =>
    Plot.line(fittedLine(series), { x: 'x', y: 'y', stroke: palette[index]!.color, strokeWidth: 1.4 }),
  )
  return [...theory, ...fits]
}

function fittedLine({ fit, points }: FigureSeries): { x: number; y: number }[] {
  if (!fit) return []
  return points.map(({ x }) => ({ x, y: fit.constant * pow(x, fit.exponent) }))
}

function estimates(figure: FigureRecord): Plot.Markish[] {
  const palette = looks(figure)
  return figure.series.flatMap(({ points }, index) => {
    const { color, symbol } = palette[index]!
    const shift = sideways(figure, index)
    const x = (point: { x: number }): number => point.x + shift
    const shown = points.filter(({ x, y }) => drawable(x, figure.x.scale) && drawable(y, figure.y.scale))
    const ranged = shown.filter(
      ({ low, high }) => drawable(low, figure.y.scale) && drawable(high, figure.y.scale),
    )
    return [
      Plot.ruleX(ranged, { x, y1: 'low', y2: 'high', stroke: color, strokeWidth: 2 }),
      Plot.dot(shown, {
        x,
        y: 'y',
        symbol,
        r: 4.2,
        fill: color,
        stroke: 'var(--paper)',
        strokeWidth: 1.2,
      }),
    ]
  })
}

/** Controls of one category would cover each other: there they stand side by side. */
function sideways({ x, series }: FigureRecord, index: number): number {
  const controls = series.filter(({ role }) => role === 'control')
  const rank = controls.indexOf(series[index]!)
  return x.names && rank >= 0 ? (rank - (controls.length - 1) / 2) * 0.13 : 0
}
