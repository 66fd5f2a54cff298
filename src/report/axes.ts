import type { FigureRecord } from '../../proofs-check/index.ts'
import { formatNumber } from './numbers.ts'

/** What is needed to draw one axis: where it begins and ends, and which values are written beside it. */
export interface AxisPlan {
  readonly label: string
  readonly type: 'linear' | 'log'
  readonly domain: readonly [number, number]
  readonly ticks: readonly number[]
  readonly tickFormat: (value: number) => string
}

const margins = { linear: 0.04, log: 0.12 }

/** The horizontal axis: its ticks are the sizes that were tried, when those are few. */
export function planX(figure: FigureRecord): AxisPlan {
  const { label, scale, names } = figure.x
  if (names) {
    const ticks = names.map((_, index) => index)
    const domain = [-0.6, names.length - 0.4] as const
    return { label, type: 'linear', domain, ticks, tickFormat: (index) => names[index] ?? '' }
  }
  const tried = [...new Set(figure.series.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => a - b,
  )
  const domain = widen(extent([...valuesAlong(figure, 'x')], scale), scale)
  const ticks =
    tried.length >= 2 && tried.length <= 9 ? apart(tried, domain, scale) : ticksWithin(domain, scale)
  return { label, type: scale, domain, ticks, tickFormat: (value) => formatNumber(value) }
}

/** The vertical axis: wide enough for everything that is drawn. */
export function planY(figure: FigureRecord): AxisPlan {
  const { label, scale } = figure.y
  const domain = widen(extent([...valuesAlong(figure, 'y')], scale), scale)
  return {
    label,
    type: scale,
    domain,
    ticks: ticksWithin(domain, scale),
    tickFormat: (value) => formatNumber(value),
  }
}

/** Whether a value has a place on an axis of this scale. */
export function drawable(value: number | undefined, scale: 'linear' | 'log'): value is number {
  return value !== undefined && Number.isFinite(value) && (scale === 'linear' || value > 0)
}

function* valuesAlong(figure: FigureRecord, axis: 'x' | 'y'): Generator<number | undefined> {
  for (const { points, replicates } of figure.series) {
    for (const point of [...points, ...replicates]) {
      yield point[axis]
      if (axis === 'y') yield* [point.low, point.high]
    }
  }
  for (const { points } of figure.lines) for (const point of points) yield point[axis]
  for (const { points } of figure.bands) {
    for (const { x, low, high } of points) yield* axis === 'x' ? [x] : [low, high]
  }
}

function extent(values: readonly (number | undefined)[], scale: 'linear' | 'log'): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!drawable(value, scale)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : [1, 2]
}

function widen([low, high]: readonly [number, number], scale: 'linear' | 'log'): readonly [number, number] {
  if (scale === 'log') return [low / (1 + margins.log), high * (1 + margins.log)]
  const space = high > low ? (high - low) * margins.linear : Math.max(Math.abs(low), 1) * margins.linear
  return [low - space, high + space]
}

/** Round values inside a domain: 1, 2, 5 times a power of ten, or on a long logarithmic axis powers of ten alone. */
function ticksWithin([low, high]: readonly [number, number], scale: 'linear' | 'log'): readonly number[] {
  if (scale === 'log') {
    const decades = Array.from({ length: 601 }, (_, i) => Number(`1e${i - 300}`))
    const inside = (steps: readonly number[]) =>
      decades
        .flatMap((decade) => steps.map((step) => step * decade))
        .filter((tick) => tick >= low && tick <= high)
    const fine = inside([1, 2, 5])
    if (fine.length < 4) return inside([1, 1.5, 2, 3, 4, 5, 6, 8])
    const coarse = inside([1])
    if (fine.length <= 9) return fine
    return coarse.length <= 9 ? coarse : coarse.filter((_, i) => i % 2 === 0)
  }
  const decade = Number(`1e${Number((high - low).toExponential().split('e')[1])}`)
  const step = [0.1, 0.2, 0.5, 1, 2].map((part) => part * decade).find((size) => (high - low) / size <= 8)!
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}

/** Leaves out ticks whose labels would touch: the sizes tried are not always evenly spread. */
function apart(
  ticks: readonly number[],
  [low, high]: readonly [number, number],
  scale: 'linear' | 'log',
): readonly number[] {
  const kept: number[] = []
  for (const tick of ticks) {
    const last = kept.at(-1)
    const far =
      last === undefined || (scale === 'log' ? tick / last >= 1.8 : (tick - last) / (high - low) >= 0.08)
    if (far) kept.push(tick)
  }
  return kept
}
