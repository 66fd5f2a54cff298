import { exp, log } from '../src/math/index.ts'
import type { Axis, FigureBand, FigurePoint, FigureRecord, FigureSeries } from './figure.ts'
import type { CellResult, ClaimResult, ControlResult, PredictionResult } from './result.ts'

type Found = Omit<ClaimResult, 'figures'>

export interface ScalingFigure {
  readonly id: string
  readonly title: string
  /** The measurement on the y axis, and what to write there. */
  readonly of: string
  readonly label: string
  /** Its unit, when it is measured in units of something. */
  readonly caption: string
  /** Ids of the slope predictions; the last one that was judged gives the fit. */
  readonly predictions: readonly string[]
  /** Name of the size on the x axis. */
  readonly size: string
  /** The quantile that is judged, and what theory says of it. */
  readonly quantile: string
  readonly theory: (size: number) => number
}

/**
 * Log-log: single trials, the judged quantile with its intervals, the fitted power law, the theory, the
 * controls.
 */
export function scalingFigure(result: Found, wanted: ScalingFigure): FigureRecord {
  const judged = result.predictions.filter(({ id }) => wanted.predictions.includes(id))
  const cells = result.cells.filter(({ id }) => judged.some((prediction) => prediction.cells.includes(id)))
  const controls = result.controls.filter(({ predicts }) => judged.some(({ id }) => id === predicts))
  const last = judged.at(-1)
  const main: FigureSeries[] = last ? [scalingSeries('claim', wanted.quantile, wanted, cells, last)] : []
  const sizes = cells.map((cell) => cell.sizes[wanted.size]!)
  return {
    id: wanted.id,
    title: wanted.title,
    caption: wanted.caption,
    x: { label: wanted.size, scale: 'log' },
    y: { label: wanted.label, scale: 'log' },
    series: [
      ...main,
      ...controls.map((control) =>
        scalingSeries('control', `control: ${control.says}`, wanted, control.cellResults, control),
      ),
    ],
    lines: [{ label: `theory: ${wanted.quantile}`, points: sizes.map((x) => ({ x, y: wanted.theory(x) })) }],
    bands: [
      {
        label: 'middle half of the trials',
        points: cells
          .filter(({ measurements }) => wanted.of in measurements)
          .map((cell) => middleHalf(cell, wanted))
          .filter(({ low, high }) => low > 0 && high < Infinity),
      },
    ],
  }
}

function scalingSeries(
  role: 'claim' | 'control',
  label: string,
  { of, size }: ScalingFigure,
  cells: readonly CellResult[],
  prediction: PredictionResult | ControlResult,
): FigureSeries {
  const sizeOf = (id: string): number => cells.find((cell) => cell.id === id)!.sizes[size]!
  const points = prediction.byCell.map(({ cell, estimate, interval }) =>
    point(sizeOf(cell), estimate, interval),
  )
  const trials = cells.flatMap((cell) =>
    cell.sample.map((measured) => ({ x: cell.sizes[size]!, y: measured[of]! })),
  )
  const series = { label, role, points: points.filter(drawable), replicates: trials.filter(drawable) }
  return Number.isFinite(prediction.estimate)
    ? { ...series, fit: fitThrough(prediction, series.points) }
    : series
}

export interface CloudFigure {
  readonly id: string
  readonly title: string
  readonly caption: string
  /** The measurement on the y axis, and what to write there. */
  readonly of: string
  readonly label: string
  /** Name of the size on the x axis; cells without it are left out. */
  readonly size: string
  readonly scales?: readonly [Axis['scale'], Axis['scale']]
  /** Ids of the predictions whose estimates are drawn, with their intervals and their controls'. */
  readonly predictions: readonly string[]
  /** What theory says of the estimated quantity. */
  readonly theory?: { readonly label: string; at(size: number): number }
}

/**
 * Estimates of one measurement against one size, with the trials behind them as a cloud: for claims that judge
 * numbers, not exponents. The estimates of a prediction must be on the scale of `of`.
 */
export function cloudFigure(result: Found, wanted: CloudFigure): FigureRecord {
  const { id, title, caption, of, label, size, theory } = wanted
  const [horizontal, vertical] = wanted.scales ?? ['log', 'linear']
  const judged = result.predictions.filter((prediction) => wanted.predictions.includes(prediction.id))
  const shown = result.cells.filter((cell) => cell.sizes[size] !== undefined && of in cell.measurements)
  const controls = result.controls.filter(({ predicts }) => judged.some(({ id }) => id === predicts))
  const fits = ({ x, y }: FigurePoint): boolean =>
    Number.isFinite(x) &&
    Number.isFinite(y) &&
    (horizontal !== 'log' || x > 0) &&
    (vertical !== 'log' || y > 0)
  const series = (
    role: 'claim' | 'control',
    text: string,
    cells: readonly CellResult[],
    looks: readonly (PredictionResult | ControlResult)[],
  ): FigureSeries => {
    const sizes = new Map(cells.map((cell) => [cell.id, cell.sizes[size]!]))
    return {
      label: text,
      role,
      points: looks
        .flatMap(({ byCell }) => byCell)
        .filter(({ cell }) => sizes.has(cell))
        .map(({ cell, estimate, interval }) => point(sizes.get(cell)!, estimate, interval))
        .filter(fits),
      replicates: cells
        .flatMap((cell) => cell.sample.map((measured) => ({ x: cell.sizes[size]!, y: measured[of]! })))
        .filter(fits),
    }
  }
  const xs = [...new Set(shown.map((cell) => cell.sizes[size]!))].sort((a, b) => a - b)
  return {
    id,
    title,
    caption,
    x: { label: size, scale: horizontal },
    y: { label, scale: vertical },
    series: [
      series('claim', 'judged', shown, judged),
      ...controls.map((control) => {
        const cells = control.cellResults.filter((cell) => cell.sizes[size] !== undefined)
        return series('control', `control: ${control.says}`, cells, [control])
      }),
    ],
    lines: theory
      ? [{ label: theory.label, points: xs.map((x) => ({ x, y: theory.at(x) })).filter(fits) }]
      : [],
    bands: [],
  }
}

/** Between the quartiles of a cell's trials. */
function middleHalf(
  { sizes, measurements }: CellResult,
  { of, size }: ScalingFigure,
): FigureBand['points'][number] {
  const [, low, , high] = measurements[of]!.quantiles
  return { x: sizes[size]!, low, high }
}

/** The power law with the estimated exponent through the centre of the points. */
function fitThrough(
  { estimate, interval }: PredictionResult,
  points: readonly FigurePoint[],
): NonNullable<FigureSeries['fit']> {
  const centre = points.reduce((sum, { x, y }) => sum + log(y) - estimate * log(x), 0) / points.length
  return { exponent: estimate, interval, constant: exp(centre) }
}

/** A point with its interval where that is finite. */
export function point(x: number, y: number, [low, high]: readonly [number, number]): FigurePoint {
  return Number.isFinite(low) && Number.isFinite(high) ? { x, y, low, high } : { x, y }
}

/** Whether a point can be drawn, on a logarithmic axis too. */
function drawable({ x, y }: FigurePoint): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && x > 0 && y > 0
}
